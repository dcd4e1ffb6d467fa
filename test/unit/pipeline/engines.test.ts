import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type AuditedPlace, type AuditOptions, audit } from '../../../src/pipeline/engines/audit.ts'
import { type FillCounts, type FillOptions, fillEngines } from '../../../src/pipeline/engines/fill-engines.ts'
import { listedReplicas } from '../../../src/pipeline/engines/listed-replicas.ts'
import { heldBundles } from '../../../src/pipeline/held-bundles.ts'
import { embeddedEngine } from '../../../src/replicate/embedded.ts'
import type { PinEngine } from '../../../src/replicate/engine.ts'
import { ReplicateError, type ReplicateErrorCode } from '../../../src/replicate/errors.ts'
import { anInstallation, type Installation } from './installation.ts'

const { signal } = new AbortController()

/** An engine in memory that fails as a test says. */
interface Scripted extends PinEngine {
  readonly pins: Map<string, Map<string, Uint8Array>>
  /** Roots that it was sent, in order. */
  readonly sent: string[]
  /** Thrown before a bundle is taken; by its id, or for each. */
  failing: ((id: string) => ReplicateErrorCode | undefined) | undefined
}

function scripted(name: string): Scripted {
  const engine: Scripted = {
    ...{ name, pins: new Map(), sent: [], failing: undefined },
    prepare: async () => fail('prepare'),
    async pin(request, options) {
      fail(request.id)
      if (request.again !== true && engine.pins.has(request.root)) return 'pinned'
      const blocks = new Map<string, Uint8Array>()
      for await (const { cid, bytes } of request.blocks(options.signal)) blocks.set(cid.toString(), bytes.slice())
      engine.sent.push(request.root)
      engine.pins.set(request.root, blocks)
      return 'pinned'
    },
    status: async (root) => (engine.pins.has(root) ? 'pinned' : 'absent'),
    async remove(root) {
      fail('remove')
      engine.pins.delete(root)
    },
    async readBlock(root, cid) {
      fail('read')
      return engine.pins.get(root)?.get(cid.toString())
    },
  }
  function fail(what: string): void {
    const code = engine.failing?.(what)
    if (code !== undefined) throw new ReplicateError(code, `${what} fails`)
  }
  return engine
}

interface Published extends Installation {
  readonly ids: readonly string[]
  fill(engines: readonly PinEngine[], options?: Partial<FillOptions>): Promise<FillCounts>
  audit(places: readonly PinEngine[], options?: Partial<AuditOptions>): Promise<readonly AuditedPlace[]>
  problems(): string[]
}

async function published(context: TestContext, count: number): Promise<Published> {
  const world = await anInstallation(context)
  for (let n = 0; n < count; n += 1) world.video({ id: `video${String(n).padStart(6, '0')}` })
  const ids = (await world.add('public')).map(({ id }) => id).toSorted()
  await world.publish()
  const run = {
    ...{ signal, stopping: signal },
    onEvent: (event: (typeof world.events)[number]) => void world.events.push(event),
  }
  return {
    ...world,
    ids,
    fill: (engines, options) => fillEngines(world.home, engines, { ...run, ...options }),
    audit: (places, options) => audit(world.home, places, { ...run, sample: undefined, ...options }),
    problems: () => world.events.flatMap((event) => (event.type === 'problem' ? [event.problem.code] : [])),
  }
}

const statesAt = ({ home, ids }: Published, engine: string): (string | undefined)[] =>
  ids.map((id) => listedReplicas(home, id).find((replica) => replica.engine === engine)?.state)

describe('filling engines', () => {
  it('brings each what is published, once, and a new one what was published before it came', async (t) => {
    const world = await published(t, 3)
    const [first, second] = [scripted('first'), scripted('second')]
    assert.deepEqual(await world.fill([first]), { replicated: 3, unpinned: 0, replicasRemaining: 0 })
    assert.deepEqual(await world.fill([first, second]), { replicated: 3, unpinned: 0, replicasRemaining: 0 })
    assert.deepEqual([first.sent.length, second.sent.length], [3, 3])
    assert.deepEqual(statesAt(world, 'second'), ['pinned', 'pinned', 'pinned'])
    assert.deepEqual([...first.pins.keys()].toSorted(), [...second.pins.keys()].toSorted())
  })

  it('goes on at the others when one fails, and comes back to that one', async (t) => {
    const world = await published(t, 3)
    const [bad, good] = [scripted('bad'), scripted('good')]
    bad.failing = () => 'ENGINE_UNREACHABLE'
    assert.deepEqual(await world.fill([bad, good]), { replicated: 3, unpinned: 0, replicasRemaining: 3 })
    assert.deepEqual(world.problems(), ['ENGINE_UNREACHABLE'], 'an engine that is away is told once')
    bad.failing = undefined
    assert.equal((await world.fill([bad, good])).replicasRemaining, 0)
    assert.equal(good.sent.length, 3)
  })

  it('leaves an engine alone that fails as a whole in the middle, and goes past a bundle that it refuses', async (t) => {
    const world = await published(t, 4)
    const engine = scripted('one')
    engine.failing = (id) => (id === world.ids[0] ? 'ENGINE_REFUSED' : undefined)
    assert.deepEqual(await world.fill([engine]), { replicated: 3, unpinned: 0, replicasRemaining: 1 })
    const [replica] = listedReplicas(world.home, world.ids[0] ?? '')
    assert.deepEqual([replica?.state, replica?.code], ['asked', 'ENGINE_REFUSED'])
    const full = scripted('full')
    full.failing = (id) => (world.ids.includes(id) ? 'ENGINE_FULL' : undefined)
    await world.fill([full])
    assert.ok(world.problems().filter((code) => code === 'ENGINE_FULL').length <= 2, 'no other bundle is tried')
  })

  it('tries what never failed first, so that what always fails keeps nobody waiting', async (t) => {
    const world = await published(t, 24)
    const engine = scripted('one')
    const refused = new Set(world.ids.slice(0, 22))
    engine.failing = (id) => (refused.has(id) ? 'ENGINE_REFUSED' : undefined)
    await world.fill([engine])
    assert.ok(engine.sent.length < 2, 'it gives up after twenty')
    await world.fill([engine])
    assert.equal(engine.sent.length, 2)
  })

  it('tells of a file that is away, and sends the others', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    rmSync(join(world.archive), { recursive: true })
    assert.equal((await world.fill([engine])).replicasRemaining, 2)
    assert.ok(world.problems().includes('BLOCK_MISSING'))
    assert.equal(engine.pins.size, 0)
  })

  it('unpins what was withdrawn, also what a cut off run only meant to send, and does so until it works', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    await world.fill([engine])
    const [gone = ''] = world.ids
    await world.withdraw(gone)
    engine.failing = (what) => (what === 'remove' ? 'ENGINE_REFUSED' : undefined)
    assert.deepEqual(await world.fill([engine]), { replicated: 0, unpinned: 0, replicasRemaining: 1 })
    engine.failing = undefined
    assert.deepEqual(await world.fill([engine]), { replicated: 0, unpinned: 1, replicasRemaining: 0 })
    assert.deepEqual([engine.pins.size, listedReplicas(world.home, gone)], [1, []])
  })

  it('sends nothing that no head covers', async (t) => {
    const world = await published(t, 1)
    world.video({ id: 'notPublic01' })
    await world.add('public')
    const engine = scripted('one')
    assert.equal((await world.fill([engine])).replicated, 1)
  })
})

describe('an audit', () => {
  it('proves what is right, and says when and by how many blocks', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    await world.fill([engine])
    const places = await world.audit([embeddedEngine(heldBundles(world.home)), engine])
    assert.deepEqual(
      places.map(({ name, bundles, bad, missing, unreachable }) => ({ name, bundles, bad, missing, unreachable })),
      ['embedded', 'one'].map((name) => ({ name, bundles: 2, bad: 0, missing: 0, unreachable: false })),
    )
    for (const id of world.ids) {
      for (const { state, provenAt = '', provenBlocks = 0 } of listedReplicas(world.home, id)) {
        assert.equal(state, 'pinned')
        assert.match(provenAt, /^\d{4}-.*Z$/)
        assert.ok(provenBlocks > 3)
      }
    }
    const [sampled] = await world.audit([engine], { sample: 1, limit: 1 })
    assert.deepEqual([sampled?.bundles, sampled?.checked], [1, 1])
  })

  it('finds one wrong byte and one block that is gone, and the next filling mends both', async (t) => {
    const world = await published(t, 3)
    const engine = scripted('one')
    await world.fill([engine])
    const [wrong, lost] = engine.pins.values()
    const [cid = '', bytes = new Uint8Array()] = wrong?.entries().next().value ?? []
    wrong?.set(cid, Buffer.concat([bytes.subarray(1), Buffer.of((bytes[0] ?? 0) ^ 1)]))
    lost?.delete(lost.keys().next().value ?? '')
    const [place] = await world.audit([engine])
    assert.deepEqual([place?.bad, place?.missing, place?.bundles], [1, 1, 3])
    assert.deepEqual(world.problems().toSorted(), ['AUDIT_BLOCK_MISSING', 'AUDIT_BYTES_WRONG'])
    assert.equal(statesAt(world, 'one').filter((state) => state === 'broken').length, 2)
    assert.deepEqual(await world.fill([engine]), { replicated: 2, unpinned: 0, replicasRemaining: 0 })
    assert.deepEqual((await world.audit([engine]))[0]?.bad, 0)
    assert.deepEqual(statesAt(world, 'one'), ['pinned', 'pinned', 'pinned'])
  })

  it('takes back that something is broken only when it has read all of it', async (t) => {
    const world = await published(t, 1)
    const engine = scripted('one')
    await world.fill([engine])
    const [blocks] = engine.pins.values()
    const [[cid = '', bytes = new Uint8Array()] = []] = blocks ?? []
    blocks?.delete(cid)
    await world.audit([engine])
    blocks?.set(cid, bytes)
    await world.audit([engine], { sample: 1 })
    assert.deepEqual(statesAt(world, 'one'), ['broken'])
    await world.audit([engine])
    assert.deepEqual(statesAt(world, 'one'), ['pinned'])
  })

  it('of a place that is away says so, and proves the others', async (t) => {
    const world = await published(t, 2)
    const [away, there] = [scripted('away'), scripted('there')]
    await world.fill([away, there])
    away.failing = () => 'ENGINE_UNREACHABLE'
    const places = await world.audit([away, there])
    assert.deepEqual(
      places.map(({ unreachable, checked }) => [unreachable, checked > 0]),
      [
        [true, false],
        [false, true],
      ],
    )
    assert.deepEqual(statesAt(world, 'away'), ['pinned', 'pinned'], 'away is not broken')
  })
})
