import assert from 'node:assert/strict'
import { policyOfVkey } from '../../../src/manifest/policy.ts'
import { formatTlogProof, parseTlogProof } from '../../../src/manifest/proof.ts'
import { HoldfastError } from '../../../src/model/errors.ts'
import { MAX_RECEIPT_BYTES, verifyReceipt } from '../../../src/read/verify-receipt.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aBundle, LOG, sha256 } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { tlogSeeds } from '../vector-seeds.ts'

const written = new WrittenManifest()
for (let n = 0; n < 5; n += 1) written.add(aBundle(n))
written.head()
const policy = policyOfVkey(LOG.key.text, sha256)
const receipts = [0, 3, 5].map((index) => written.receipt(index))
const genuine = new Set(receipts.map((bytes) => Buffer.from(bytes).toString('latin1')))

/** Receipts: an accepted file is written again with the same bytes, and what verifies is one that was made. */
export const proof: FuzzTarget = {
  name: 'proof',
  share: 50_000,
  codes: ['PROOF_MALFORMED'],
  words: [
    'c2sp.org/tlog-proof@v1\n',
    'extra ',
    'index ',
    '\n\n',
    'eyJuIjozMDB9',
    '\nYP5wny7+gXwyueu86HYtrjgTk2Pe7yCdlD79pUquVj8=',
  ],
  maxBytes: MAX_RECEIPT_BYTES + 16,
  seeds: () => [...receipts, ...tlogSeeds('proofs.jsonl')],
  run(input) {
    const parsed = parseTlogProof(input, MAX_RECEIPT_BYTES)
    assert.deepEqual(Buffer.from(formatTlogProof(parsed)), Buffer.from(input))
    assert.equal(isVerified(input), genuine.has(Buffer.from(input).toString('latin1')) || hasMoreLines(input))
    return ACCEPTED
  },
}

function isVerified(input: Uint8Array): boolean {
  try {
    verifyReceipt(input, policy, nodePrimitives)
    return true
  } catch (error) {
    if (error instanceof HoldfastError) return false
    throw error
  }
}

/** Signature lines of strangers may be added to a note by anybody: a genuine receipt with such lines is still one. */
function hasMoreLines(input: Uint8Array): boolean {
  const text = Buffer.from(input).toString('latin1')
  return [...genuine].some((one) => text.startsWith(one.slice(0, one.lastIndexOf('\n\n'))) && isVerified(input))
}
