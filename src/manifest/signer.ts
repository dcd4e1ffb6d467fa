import { parseCheckpoint } from './checkpoint.ts'
import { cosignedMessage, encodeCosignature } from './cosignature.ts'
import { ManifestError } from './errors.ts'
import { type SignatureLine, signatureLine } from './note.ts'
import { ED25519, type VerifierKey } from './vkey.ts'

/** Somebody who holds a private key. Signing is deterministic, so that a step that is repeated gives the same bytes. */
export interface Signer {
  readonly key: VerifierKey
  /** Signs with the bare algorithm of the key; 64 bytes for Ed25519, 2,420 for ML-DSA-44. */
  sign(message: Uint8Array): Uint8Array
}

/**
 * Signs the text of a checkpoint as its log. A log's ML-DSA-44 key signs with `cosign`.
 *
 * @throws {ManifestError} `CHECKPOINT_MALFORMED`; `KEY_UNSUITABLE` unless it is an Ed25519 key (`0x01`) named as the origin.
 */
export function signCheckpoint(text: string, signer: Signer): SignatureLine {
  const { origin } = parseCheckpoint(text)
  if (signer.key.type !== ED25519) throw unsuitable(`the key of ${signer.key.name} is not a log's key`)
  if (signer.key.name !== origin) throw unsuitable(`the key of ${signer.key.name} cannot sign for the log ${origin}`)
  return signatureLine(signer.key, signer.sign(new TextEncoder().encode(text)))
}

/**
 * Adds what a witness, mirror or holder states at `time` (POSIX, seconds).
 *
 * @throws {ManifestError} `CHECKPOINT_MALFORMED`; `KEY_UNSUITABLE` for a key that is neither `0x04` nor `0x06`.
 */
export function cosign(text: string, signer: Signer, time: number): SignatureLine {
  parseCheckpoint(text)
  return signatureLine(signer.key, encodeCosignature(time, signer.sign(cosignedMessage(signer.key, { text, time }))))
}

function unsuitable(message: string): ManifestError {
  return new ManifestError('KEY_UNSUITABLE', message)
}
