import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import type { CID } from 'multiformats/cid'
import { walkDag } from '../../../src/address/walk-dag.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { HoldfastError } from '../../../src/model/errors.ts'
import type { PinBlock, PinEngine, PinRequest } from '../../../src/replicate/engine.ts'
import { ReplicateError, type ReplicateErrorCode } from '../../../src/replicate/errors.ts'
import { aMadeBundle, type MadeBundle, someBytes } from '../../fakes/made-bundle.ts'

export type Fault =
  | 'names another root'
  | 'refuses in its own words'
  | 'cannot pin what it took'
  | 'never answers'
  | 'drops the connection in the middle of the CAR'
  | 'is not there'
  | 'does not let us in'
  | 'has too much to do'
  | 'answers with a page of HTML'
  | 'answers without end'
  | 'leads elsewhere'
  | 'has a full disk'

/** What can go wrong at an engine, and what an engine must make of it. */
export const FAULTS: Readonly<Record<Fault, ReplicateErrorCode>> = {
  'names another root': 'ENGINE_WRONG_ROOT',
  'refuses in its own words': 'ENGINE_REFUSED',
  'cannot pin what it took': 'ENGINE_REFUSED',
  'never answers': 'ENGINE_UNREACHABLE',
  'drops the connection in the middle of the CAR': 'ENGINE_UNREACHABLE',
  'is not there': 'ENGINE_UNREACHABLE',
  'does not let us in': 'ENGINE_AUTH_REFUSED',
  'has too much to do': 'ENGINE_BUSY',
  'answers with a page of HTML': 'ENGINE_ANSWER_UNKNOWN',
  'answers without end': 'ENGINE_ANSWER_UNKNOWN',
  'leads elsewhere': 'ENGINE_ANSWER_UNKNOWN',
  'has a full disk': 'ENGINE_FULL',
}

export const ALL_FAULTS: readonly Fault[] = Object.keys(FAULTS) as Fault[]

/** One engine with a place of its own behind it. */
export interface EngineWorld extends AsyncDisposable {
  readonly engine: PinEngine
  /** Whatever must never stand in an error. */
  readonly secret?: string
  /** The faults that can happen to this kind of engine; each lasts until the world ends. */
  readonly faults: Readonly<Partial<Record<Fault, () => void | Promise<void>>>>
  /** Changes a block where the engine keeps it, or takes it away. */
  change(root: string, cid: CID, to: 'other bytes' | 'nothing'): Promise<void>
  /** It cannot be made to write over a damaged block; then it must never say that all is well. @default false */
  readonly keepsDamaged?: boolean
  /** Bytes of bundles that the engine was sent so far; undefined for one that is sent nothing. */
  sent(): number | undefined
}

const { signal } = new AbortController()
const MIB = 1_048_576

export function requestFor({ promised, made }: MadeBundle, id = '7k3q2m9x4ht'): PinRequest {
  const source = { readBlock: async (cid: CID) => made.blocks.get(cidText(cid)) }
  return {
    id,
    root: cidText(promised.root),
    blocks: (stop) => walkDag(source, promised.root, { signal: stop }),
  }
}

/**
 * The suite that every engine passes.
 *
 * @param open - called for each test; the bundle is there to be held or sent.
 * @param possible - the faults that can happen to an engine of this kind: those that its world can cause.
 */
export function engineContract(
  name: string,
  open: (bundle: MadeBundle, context: TestContext) => Promise<EngineWorld>,
  possible: readonly Fault[] = ALL_FAULTS,
): void {
  describe(`the engine ${name}`, () => {
    const bundle = aMadeBundle(someBytes(3 * MIB + 17))
    const request = requestFor(bundle)
    const leaf = parseCid([...bundle.made.blocks.keys()][0] ?? '')

    it('answers when it is asked whether it is there', async (context) => {
      await using world = await open(bundle, context)
      await world.engine.prepare(signal)
    })

    it('pins a bundle, says so, and gives every block of it back', async (context) => {
      await using world = await open(bundle, context)
      let told = 0
      const state = await world.engine.pin(request, { signal, onBytes: (bytes) => (told += bytes) })
      assert.ok(state === 'pinned' || state === 'accepted')
      assert.equal(await world.engine.status(request.root, signal), state)
      for (const [cid, bytes] of bundle.made.blocks) {
        const given = await world.engine.readBlock(request.root, parseCid(cid), signal)
        assert.ok(given !== undefined, cid)
        assert.equal(hash('sha256', given), hash('sha256', bytes))
      }
      if (world.sent() !== undefined) assert.ok(told > 3 * MIB, `it tells how far it is: ${told}`)
    })

    it('pins what is pinned already, and sends nothing', async (context) => {
      await using world = await open(bundle, context)
      await world.engine.pin(request, { signal })
      const sent = world.sent()
      assert.equal(await world.engine.pin(request, { signal }), 'pinned')
      assert.equal(world.sent(), sent)
    })

    it('lists nothing that it was not asked to keep', async (context) => {
      await using world = await open(bundle, context)
      const other = requestFor(aMadeBundle(someBytes(99)))
      assert.equal(await world.engine.status(other.root, signal), 'absent')
      assert.equal(await world.engine.readBlock(other.root, parseCid(other.root), signal), undefined)
    })

    it('removes a pin, and one that is not there, without a word', async (context) => {
      await using world = await open(bundle, context)
      await world.engine.remove(request.root, signal)
      await world.engine.pin(request, { signal })
      await world.engine.remove(request.root, signal)
      if (world.sent() !== undefined) assert.equal(await world.engine.status(request.root, signal), 'absent')
      await world.engine.remove(request.root, signal)
    })

    it('gives a block that was changed there as it is, or says that it is damaged, and never makes it up', async (context) => {
      await using world = await open(bundle, context)
      await world.engine.pin(request, { signal })
      await world.change(request.root, leaf, 'other bytes')
      const given = await world.engine.readBlock(request.root, leaf, signal).catch((error: unknown) => {
        assert.equal(codeOf(error), 'ENGINE_BYTES_DIFFER')
        return undefined
      })
      if (given !== undefined) assert.notEqual(hash('sha256', given), hash('sha256', blockOf(bundle, leaf)))
    })

    it('gives nothing for a block that it lost, and has it again when it is sent again', async (context) => {
      await using world = await open(bundle, context)
      await world.engine.pin(request, { signal })
      await world.change(request.root, leaf, 'nothing')
      assert.equal(await world.engine.readBlock(request.root, leaf, signal), undefined)
      if (world.sent() === undefined) return
      await world.engine.pin({ ...request, again: true }, { signal })
      const given = await world.engine.readBlock(request.root, leaf, signal)
      assert.equal(hash('sha256', given ?? ''), hash('sha256', blockOf(bundle, leaf)))
    })

    it('has good bytes again where they were changed, when it is sent the bundle again', async (context) => {
      await using world = await open(bundle, context)
      if (world.sent() === undefined) return
      await world.engine.pin(request, { signal })
      await world.change(request.root, leaf, 'other bytes')
      const again = world.engine.pin({ ...request, again: true }, { signal })
      if (world.keepsDamaged === true) return await assert.rejects(again, { code: 'ENGINE_REFUSED' })
      await again
      const given = await world.engine.readBlock(request.root, leaf, signal)
      assert.equal(hash('sha256', given ?? ''), hash('sha256', blockOf(bundle, leaf)))
    })

    it('says what was wrong here when a file breaks in the middle, and pins nothing', async (context) => {
      await using world = await open(bundle, context)
      if (world.sent() === undefined) return
      const broken = { ...request, blocks: (stop: AbortSignal) => cutOff(request.blocks(stop), 3) }
      await assert.rejects(world.engine.pin(broken, { signal }), (error: unknown) => error instanceof Broken)
      assert.equal(await world.engine.status(request.root, signal), 'absent')
      assert.equal(await world.engine.pin(request, { signal }), 'pinned')
    })

    it('stops in the middle when it is told to, and pins nothing', async (context) => {
      await using world = await open(bundle, context)
      if (world.sent() === undefined) return
      const stop = new AbortController()
      const slow = { ...request, blocks: (inner: AbortSignal) => stoppedAt(request.blocks(inner), 3, stop) }
      await assert.rejects(world.engine.pin(slow, { signal: stop.signal }), { name: 'AbortError' })
      assert.equal(await world.engine.status(request.root, signal), 'absent')
    })

    for (const fault of possible) {
      const code = FAULTS[fault]
      it(`that ${fault} is told as ${code}, and the secret is not`, async (context) => {
        await using world = await open(bundle, context)
        const cause = world.faults[fault]
        // The full disk of a directory takes the right to mount one.
        if (cause === undefined) return context.skip('this user cannot cause it')
        await cause()
        const error = await world.engine.pin(request, { signal }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        assert.equal(codeOf(error), code, inspect(error))
        assert.ok(error instanceof HoldfastError)
        assert.equal(/[\p{Cc}]/u.test(error.message), false, 'one harmless line')
        assert.ok(error.message.length < 500)
        if (world.secret !== undefined) assert.equal(inspect(error, { depth: 9 }).includes(world.secret), false)
      })
    }
  })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ReplicateError ? error.code : undefined
}

function blockOf({ made }: MadeBundle, cid: CID): Uint8Array {
  return made.blocks.get(cidText(cid)) ?? assert.fail('no such block')
}

class Broken extends Error {
  override name = 'Broken' as const
}

async function* cutOff(blocks: AsyncIterable<PinBlock>, after: number): AsyncGenerator<PinBlock> {
  let n = 0
  for await (const block of blocks) {
    if (n === after) throw new Broken()
    n += 1
    yield block
  }
}

async function* stoppedAt(
  blocks: AsyncIterable<PinBlock>,
  after: number,
  stop: AbortController,
): AsyncGenerator<PinBlock> {
  let n = 0
  for await (const block of blocks) {
    if (n === after) stop.abort()
    n += 1
    yield block
  }
}
