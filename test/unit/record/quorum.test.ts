import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { verifyConsistency } from '../../../src/manifest/merkle.ts'
import { parseSignedNote, type SignatureLine } from '../../../src/manifest/note.ts'
import { type Policy, parsePolicy } from '../../../src/manifest/policy.ts'
import { cosign, type Signer } from '../../../src/manifest/signer.ts'
import { requireQuorum, verifyCheckpoint } from '../../../src/manifest/verify-checkpoint.ts'
import { type CosignCandidate, type Cosigning, NO_COSIGNING } from '../../../src/record/cosigning.ts'
import { RecordError } from '../../../src/record/errors.ts'
import { mergeBrought } from '../../../src/record/head-notes.ts'
import { openLogTiles } from '../../../src/record/log-tiles.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aBundle, LOG, sha256 } from '../../fakes/manifest-log.ts'
import { ed25519Signer } from '../manifest/signers.ts'
import { aDirectory, aSmallLog, openSmallLog, signal } from './small-log.ts'

const WITNESSES = [1, 2, 3].map((n) => ed25519Signer(`w${n}.example/witness`, n, 0x04))
const [ONE, TWO] = WITNESSES
const TIME = 1_780_000_000

/** Two of three witnesses. */
const policy: Policy = parsePolicy(
  [
    `log ${LOG.key.text}`,
    ...WITNESSES.map(({ key }, i) => `witness w${i + 1} ${key.text}`),
    'group g 2 w1 w2 w3',
    'quorum g',
  ].join('\n'),
  sha256,
)

function isPending(error: unknown): boolean {
  return error instanceof RecordError && error.code === 'QUORUM_PENDING' && error.hint !== undefined
}

function lineBy(signer: Signer | undefined, note: Uint8Array, time: number = TIME): SignatureLine {
  assert.ok(signer !== undefined)
  return cosign(parseSignedNote(note).text, signer, time)
}

/** Witnesses that answer at once, and what they were asked. */
function answering(signers: readonly (Signer | undefined)[]): Cosigning & { readonly asked: CosignCandidate[] } {
  const asked: CosignCandidate[] = []
  return {
    ...NO_COSIGNING,
    asked,
    async ask(candidate) {
      asked.push(candidate)
      return signers.map((signer) => lineBy(signer, candidate.note))
    },
  }
}

/** A log of two statements under a head that no witness was needed for, and one more bundle. */
async function grown(context: TestContext, cosigning: Cosigning, now?: () => string) {
  const home = await aDirectory(context)
  await aSmallLog(home)
  const log = await openSmallLog(home, { policy, cosigning, ...(now === undefined ? {} : { now }) })
  context.after(() => {
    if (log.parts.db.isOpen) log[Symbol.dispose]()
  })
  log.sequence(aBundle(1))
  const read = (name: string) => readFileSync(join(home, 'manifest', name))
  return { home, log, read, has: (name: string) => existsSync(join(home, 'manifest', name)) }
}

describe('a head that needs witnesses', () => {
  it('is shown with their cosignatures, everywhere the same, and nothing waits then', async (t) => {
    const { log, read, has } = await grown(t, answering([ONE, TWO]))
    const { size } = await log.writer.announce(signal)
    const verified = verifyCheckpoint(nodePrimitives, policy, read('checkpoint'))
    requireQuorum(verified, policy)
    assert.deepEqual(
      verified.cosignatures.map(({ witness, time }) => [witness, time]),
      [
        ['w1', TIME],
        ['w2', TIME],
      ],
    )
    assert.deepEqual(read(`checkpoints/${size}`), read('checkpoint'))
    assert.ok(read(`index/${size - 1}/receipt`).includes(read('checkpoint')))
    assert.equal(has('pending/checkpoint'), false)
  })

  it('is offered with proofs from any size of the log', async (t) => {
    const cosigning = answering([ONE, TWO])
    const { log } = await grown(t, cosigning)
    const head = await log.writer.announce(signal)
    const [candidate] = cosigning.asked
    assert.ok(candidate !== undefined)
    for (let oldSize = 1; oldSize <= head.size; oldSize += 1) {
      const oldRoot = openLogTiles(log.parts.directory, log.journal, sha256, undefined).root(oldSize)
      const claim = { oldSize, oldRoot, ...head, path: candidate.prove(oldSize) }
      assert.ok(verifyConsistency(sha256, claim), `from ${oldSize}`)
    }
    assert.deepEqual(candidate.prove(0), [])
  })

  it('waits without them: nothing of it is shown, and the next run shows the same head', async (t) => {
    const silent = answering([ONE])
    const { home, log, read, has } = await grown(t, silent)
    const before = read('checkpoint')
    await assert.rejects(log.writer.announce(signal), isPending)
    const waiting = read('pending/checkpoint')
    const { text } = parseSignedNote(waiting)
    const size = Number(text.split('\n')[1])
    assert.equal(parseSignedNote(waiting).signatures.length, 2, 'the one that came is kept')
    assert.deepEqual(read('checkpoint'), before)
    assert.deepEqual([has(`checkpoints/${size}`), has(`index/${size - 1}/receipt`)], [false, false])
    await assert.rejects(log.writer.announce(signal), isPending)
    log[Symbol.dispose]()
    using again = await openSmallLog(home, { policy, cosigning: answering([TWO]) })
    assert.equal((await again.writer.announce(signal)).size, size)
    assert.equal(parseSignedNote(read('checkpoint')).text, text)
    assert.equal(verifyCheckpoint(nodePrimitives, policy, read('checkpoint')).cosignatures.length, 2)
    assert.equal(has('pending/checkpoint'), false)
  })

  it('is shown by the next run when others brought their cosignatures meanwhile', async (t) => {
    const { log, read } = await grown(t, answering([]))
    await assert.rejects(log.writer.announce(signal), isPending)
    const notes = { ...log.parts, keys: policy.witnesses.map(({ key }) => key) }
    const note = read('pending/checkpoint')
    const { text } = parseSignedNote(note)
    assert.equal(await mergeBrought(notes, text, [lineBy(ONE, note)]), 1)
    assert.equal(await mergeBrought(notes, text, [lineBy(ONE, note)]), 0)
    assert.equal(await mergeBrought(notes, text, [lineBy(TWO, note)]), 1)
    assert.equal(await mergeBrought(notes, text.replace('archive', 'other'), [lineBy(TWO, note)]), undefined)
    await log.writer.announce(signal)
    assert.equal(verifyCheckpoint(nodePrimitives, policy, read('checkpoint')).cosignatures.length, 2)
  })

  it('gives way to a larger one when there is more to say before anybody signed', async (t) => {
    const cosigning = { ...NO_COSIGNING, ask: async (): Promise<SignatureLine[]> => [] }
    const { home, log, read, has } = await grown(t, cosigning)
    await assert.rejects(log.writer.announce(signal), isPending)
    await log.writer.finish(signal)
    log.sequence(aBundle(2))
    await assert.rejects(log.writer.announce(signal), isPending)
    log[Symbol.dispose]()
    using again = await openSmallLog(home, { policy, cosigning: answering([ONE, TWO]) })
    const { size } = await again.writer.announce(signal)
    assert.equal(size, 6)
    assert.equal(has('checkpoints/4'), false)
    assert.equal(verifyCheckpoint(nodePrimitives, policy, read('checkpoint')).checkpoint.size, 6)
  })

  it('gains cosignatures after it was shown, and loses none', async (t) => {
    const { home, log, read } = await grown(t, answering([ONE, TWO]))
    const { size } = await log.writer.announce(signal)
    log[Symbol.dispose]()
    using again = await openSmallLog(home, { policy, cosigning: answering([WITNESSES[2]]) })
    await again.writer.announce(signal)
    assert.equal(verifyCheckpoint(nodePrimitives, policy, read('checkpoint')).cosignatures.length, 3)
    assert.deepEqual(read(`checkpoints/${size}`), read('checkpoint'))
    await again.writer.finish(signal)
  })

  it('takes nothing of a stranger, nor of a witness that signed another head', async (t) => {
    const stranger = ed25519Signer('w2.example/witness', 9, 0x04)
    const wrong: Cosigning = {
      ...NO_COSIGNING,
      ask: async ({ note }) => [
        lineBy(ONE, note),
        lineBy(stranger, note),
        cosign(parseSignedNote(note).text.replace(/\n\d+\n/u, '\n9\n'), TWO ?? stranger, TIME),
      ],
    }
    const { log, read } = await grown(t, wrong)
    await assert.rejects(log.writer.announce(signal), isPending)
    assert.equal(parseSignedNote(read('pending/checkpoint')).signatures.length, 2)
  })
})
