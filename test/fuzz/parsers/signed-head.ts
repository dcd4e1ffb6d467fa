import assert from 'node:assert/strict'
import { formatCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { cosignedMessage, decodeCosignature } from '../../../src/manifest/cosignature.ts'
import { formatSignedNote, parseSignedNote } from '../../../src/manifest/note.ts'
import { parsePolicy } from '../../../src/manifest/policy.ts'
import { cosign, signCheckpoint } from '../../../src/manifest/signer.ts'
import { verifyCheckpoint } from '../../../src/manifest/verify-checkpoint.ts'
import { formatVkey } from '../../../src/manifest/vkey.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { LOG, ORIGIN, sha256, testSigner } from '../../fakes/manifest-log.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const WITNESS_SIGNER = testSigner('w-1', 'w1.example')
const WITNESS = {
  ...WITNESS_SIGNER,
  key: { ...WITNESS_SIGNER.key, type: 4 },
}
const witnessVkey = formatVkey({ name: 'w1.example', type: 4, publicKey: WITNESS.key.publicKey }, sha256)
const policy = parsePolicy(`log ${LOG.key.text}\nwitness w ${witnessVkey}\nquorum w\n`, sha256)
const witness = { ...WITNESS, key: policy.witnesses[0]?.key ?? WITNESS.key }
const text = formatCheckpoint({ origin: ORIGIN, size: 7, root: new Uint8Array(32).fill(7) })
const signed = signCheckpoint(text, LOG)
const TIME = 1_700_000_000

/** Heads with signatures and cosignatures under a policy: whatever is accepted has the one text that the log signed. */
export const signedHead: FuzzTarget = {
  name: 'signed head',
  share: 30_000,
  codes: [
    ...['NOTE_MALFORMED', 'CHECKPOINT_MALFORMED', 'ORIGIN_UNKNOWN', 'SIGNATURE_INVALID', 'SIGNATURE_MISSING'],
    'QUORUM_NOT_MET',
  ],
  words: [`\n— ${ORIGIN} `, '\n— w1.example ', signed.line, ORIGIN],
  maxBytes: 128 * 1024,
  seeds: () => [
    formatSignedNote(text, [signed]),
    formatSignedNote(text, [signed, cosign(text, witness, TIME)]),
    formatSignedNote(text, [cosign(text, witness, 0), signed, cosign(text, witness, TIME)]),
    formatSignedNote(text, [cosign(text, witness, TIME)]),
  ],
  run(input) {
    for (const { signature } of parseSignedNote(input).signatures) {
      const parts = decodeCosignature(signature)
      if (parts !== undefined) cosignedMessage(witness.key, { text, time: parts.time })
    }
    const verified = verifyCheckpoint(nodePrimitives, policy, input)
    assert.equal(verified.text, text)
    assert.ok(verified.cosignatures.length <= 1)
    return ACCEPTED
  },
}
