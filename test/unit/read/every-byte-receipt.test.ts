import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { verifyReceipt } from '../../../src/read/verify-receipt.ts'
import { nodePrimitives as primitives } from '../../../src/store/node-primitives.ts'
import { flips, lineWith, otherLengths, SLOW, Tally } from './every-byte.ts'
import { aLongLog, NEW_POLICY, SIZE, STRANGER_NAME } from './long-log.ts'

/** Errors with which `verify` says that a receipt is not one, or not of this log. */
const FOUND = [
  ...['PROOF_MALFORMED', 'PROOF_INVALID', 'PROOF_WITHOUT_STATEMENT', 'QUORUM_NOT_MET', 'ORIGIN_UNKNOWN'],
  ...['SIGNATURE_INVALID', 'SIGNATURE_MISSING', 'NOTE_MALFORMED', 'CHECKPOINT_MALFORMED'],
]
const log = aLongLog()

function saidBy(receipt: Uint8Array): string {
  return JSON.stringify(verifyReceipt(receipt, NEW_POLICY, primitives))
}

describe('a receipt of a log of 300 statements', () => {
  for (const index of SLOW ? [1, 255, SIZE - 2] : [255]) {
    it(`for statement ${index}: every altered byte is found, but for the line of a witness whom no policy names`, async (t) => {
      const bytes = Uint8Array.from(log.receipt(index))
      const truth = saidBy(bytes)
      const tally = new Tally(FOUND)
      const masks = SLOW ? [1, 2, 4, 8, 16, 32, 64, 128] : [0x01, 0x20]
      // A receipt is what people keep, and small: each byte of it also in the short form.
      for (const flip of flips(bytes, { short: Number.POSITIVE_INFINITY, masks }))
        await tally.take('receipt', flip, truth, () => saidBy(bytes))
      assert.ok(tally.redundant.size > 20, 'the line of the stranger is not looked at')
      tally.assertRedundantOnlyIn('receipt', [lineWith(bytes, STRANGER_NAME)])
      tally.tell(t, 'receipt')
    })
  }

  it('that is a byte too short or too long is refused', () => {
    for (const bytes of otherLengths(log.receipt(130)))
      assert.throws(() => saidBy(bytes), { name: 'ManifestError', code: 'NOTE_MALFORMED' })
  })
})
