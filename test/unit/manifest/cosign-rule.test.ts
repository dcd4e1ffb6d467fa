import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { openCandidate, refusalOf } from '../../../src/manifest/cosign-rule.ts'
import { policyOfVkey } from '../../../src/manifest/policy.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { LOG, sha256, testSigner } from '../../fakes/manifest-log.ts'
import { aWitnessedLog, type WitnessedLog } from '../../fakes/witnessed-log.ts'

const policy = policyOfVkey(LOG.key.text, sha256)
const honest = aWitnessedLog('honest', 6)
const forked = aWitnessedLog('forked', 6)

function verdict(log: WitnessedLog, knownSize: number, oldSize: number, size: number, proof?: Uint8Array[]) {
  const candidate = openCandidate(nodePrimitives, policy, log.note(size))
  assert.ok('checkpoint' in candidate)
  const known = knownSize < 0 ? undefined : { size: knownSize, root: honest.root(knownSize) }
  const refused = refusalOf(sha256, known, candidate, { oldSize, proof: proof ?? log.proof(oldSize, size) })
  return refused === undefined ? 'signs' : [refused.refusal, refused.knownSize, refused.forked]
}

describe('whether a cosigner signs a head', () => {
  it('depends on the signature of a log that it knows', () => {
    const refusal = (note: Uint8Array) => {
      const opened = openCandidate(nodePrimitives, policy, note)
      return 'refusal' in opened ? opened.refusal : undefined
    }
    assert.equal(refusal(honest.note(7)), undefined)
    assert.equal(refusal(aWitnessedLog('x', 0, testSigner('other.example/log')).note(7)), 'unknown-origin')
    assert.equal(refusal(aWitnessedLog('x', 0, testSigner('thief', LOG.key.name)).note(7)), 'unsigned')
    const text = Buffer.from(honest.note(7)).toString()
    assert.equal(refusal(Buffer.from(text.replace('\n7\n', '\n8\n'))), 'unsigned')
    assert.equal(refusal(Buffer.from(text.slice(0, -1))), 'malformed')
    assert.equal(refusal(Buffer.from(text.replace('\n7\n', '\n07\n'))), 'malformed')
  })

  it('keeps nothing of a note but the text and what the log signed', () => {
    const note = Buffer.concat([honest.note(7), Buffer.from('— stranger.example AAAAAAAA\n')])
    const opened = openCandidate(nodePrimitives, policy, note)
    assert.ok('note' in opened)
    assert.deepEqual(Buffer.from(opened.note), Buffer.from(honest.note(7)))
  })

  it('signs a first head without proof, a larger one with it, and the same one again', () => {
    assert.equal(verdict(honest, -1, 0, 7), 'signs')
    assert.equal(verdict(honest, -1, 0, 0), 'signs')
    assert.equal(verdict(honest, 7, 7, 20), 'signs')
    assert.equal(verdict(honest, 7, 7, 7), 'signs')
  })

  it('tells who is elsewhere which size it knows, also one that is behind', () => {
    assert.deepEqual(verdict(honest, 7, 5, 20), ['old-differs', 7, undefined])
    assert.deepEqual(verdict(honest, 20, 5, 7), ['old-differs', 20, undefined])
    assert.deepEqual(verdict(honest, -1, 5, 7), ['old-differs', 0, undefined])
    assert.deepEqual(verdict(honest, 7, 8, 7), ['old-too-large', undefined, undefined])
  })

  it('never signs a history that does not continue what it signed', () => {
    assert.deepEqual(verdict(forked, 7, 7, 20), ['inconsistent', undefined, undefined])
    assert.deepEqual(verdict(honest, 7, 7, 20, []), ['inconsistent', undefined, undefined])
    assert.deepEqual(verdict(honest, 7, 7, 7, honest.proof(5, 7)), ['inconsistent', undefined, undefined])
    assert.deepEqual(verdict(honest, 0, 0, 7, [honest.root(1)]), ['inconsistent', undefined, undefined])
  })

  it('knows two heads of one size for the fault of the log that they are, whatever the old size says', () => {
    assert.deepEqual(verdict(forked, 7, 7, 7), ['inconsistent', undefined, true])
    assert.deepEqual(verdict(forked, 7, 3, 7), ['old-differs', 7, true])
    assert.equal(verdict(forked, 6, 6, 7), 'signs')
  })

  it('holds for any order of heads of two histories: what is signed is one history', async () => {
    const step = fc.record({ fork: fc.boolean(), size: fc.nat(24), honestOld: fc.boolean(), old: fc.nat(24) })
    await fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const signed: { size: number; root: Uint8Array }[] = []
        for (const { fork, size, honestOld, old } of steps) {
          const log = fork ? forked : honest
          const known = signed.at(-1)
          const oldSize = honestOld ? (known?.size ?? 0) : old
          const candidate = openCandidate(nodePrimitives, policy, log.note(size))
          assert.ok('checkpoint' in candidate)
          if (refusalOf(sha256, known, candidate, { oldSize, proof: log.proof(oldSize, size) }) === undefined)
            signed.push({ size, root: log.root(size) })
        }
        const isOne = (log: WitnessedLog) =>
          signed.every(({ size, root }) => Buffer.compare(root, log.root(size)) === 0)
        assert.ok(isOne(honest) || isOne(forked))
        assert.ok(signed.every(({ size }, i) => i === 0 || size >= (signed[i - 1]?.size ?? 0)))
      }),
    )
  })
})
