import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { policyOfVkey } from '../../../src/manifest/policy.ts'
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../../src/manifest/proof.ts'
import { verifyCheckpoint } from '../../../src/manifest/verify-checkpoint.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { bytesOf, fixtureEntry, readCases, tlogFixture } from './vectors.ts'

const { sha256 } = nodePrimitives
const limit = 100_000

describe('proof file', () => {
  const cases = readCases('proofs.jsonl')
  for (const vector of cases) {
    const { name, code, because = '' } = vector
    const bytes = bytesOf(vector)
    if (code === undefined)
      it(`reads and writes again: ${name}`, () =>
        assert.deepEqual(formatTlogProof(parseTlogProof(bytes, limit)), bytes))
    else {
      it(`refuses: ${name}`, () => {
        assert.throws(
          () => parseTlogProof(bytes, limit),
          (error) => error instanceof ManifestError && error.code === code && error.message.includes(because),
        )
      })
    }
  }

  it('leads from its entry to the signed root, and from nothing else', () => {
    const [first] = cases
    assert.ok(first)
    const proof = parseTlogProof(bytesOf(first), limit)
    const { checkpoint } = verifyCheckpoint(nodePrimitives, policyOfVkey(tlogFixture.logKey.vkey, sha256), proof.note)
    assert.ok(proof.extra)
    assert.deepEqual(proof.extra, fixtureEntry(300))
    verifyTlogProof(sha256, proof, proof.extra, checkpoint)
    const invalid = { name: 'ManifestError', code: 'PROOF_INVALID' }
    assert.throws(() => verifyTlogProof(sha256, proof, fixtureEntry(301), checkpoint), invalid)
    assert.throws(() => verifyTlogProof(sha256, { ...proof, index: 301 }, fixtureEntry(300), checkpoint), invalid)
    assert.throws(() => verifyTlogProof(sha256, { ...proof, path: [] }, fixtureEntry(300), checkpoint), invalid)
    assert.throws(
      () => verifyTlogProof(sha256, { ...proof, index: 2 ** 53 - 1 }, fixtureEntry(300), checkpoint),
      invalid,
    )
    assert.throws(() => verifyTlogProof(sha256, proof, fixtureEntry(300), { ...checkpoint, size: 512 }), invalid)
  })

  it('has no more bytes than its reader allows, however they are used', () => {
    const bytes = formatTlogProof({ extra: new Uint8Array(200_000), index: 0, path: [], note: new Uint8Array(0) })
    assert.equal(parseTlogProof(bytes, bytes.length).extra?.length, 200_000)
    assert.throws(() => parseTlogProof(bytes, bytes.length - 1), { code: 'PROOF_MALFORMED' })
  })

  it('is not written with empty extra data', () => {
    assert.throws(
      () => formatTlogProof({ extra: new Uint8Array(0), index: 0, path: [], note: new Uint8Array(0) }),
      RangeError,
    )
  })
})
