import { cosignedMessage, decodeCosignature } from './cosignature.ts'
import { ManifestError } from './errors.ts'
import type { SignatureLine } from './note.ts'
import type { Primitives } from './primitives.ts'
import { ED25519, ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, type VerifierKey } from './vkey.ts'

/** A signature that its key has really made. */
export interface VerifiedSignature {
  /** POSIX time in seconds that a cosignature states; absent for `0x01`, 0 for a `0x06` that states none. */
  readonly time?: number
}

/** Tells whether a line claims to be by this key. Name and ID must both match; neither proves anything. */
export function isLineOf(line: SignatureLine, key: VerifierKey): boolean {
  return line.name === key.name && line.keyId === key.keyId
}

/**
 * Verifies one signature line over the text of a checkpoint with the key that it claims to be by.
 *
 * @param text - the note's text, with its last newline.
 * @throws {ManifestError} `SIGNATURE_INVALID`; `KEY_UNSUITABLE` for a type that this program cannot verify.
 */
export function verifySignature(
  primitives: Primitives,
  key: VerifierKey,
  text: string,
  line: SignatureLine,
): VerifiedSignature {
  if (key.type === ED25519) {
    if (!primitives.verifyEd25519(key.publicKey, new TextEncoder().encode(text), line.signature)) throw invalid(key)
    return {}
  }
  const verify = cosignatureVerifier(primitives, key.type)
  const decoded = decodeCosignature(line.signature)
  if (decoded === undefined) throw invalid(key)
  const { time, signature } = decoded
  if (!verify(key.publicKey, cosignedMessage(key, { text, time }), signature)) throw invalid(key)
  return { time }
}

/** Tells whether a line that claims to be by this key really is; for where another line may still be. */
export function isSignedBy(primitives: Primitives, key: VerifierKey, text: string, line: SignatureLine): boolean {
  if (!isLineOf(line, key)) return false
  try {
    verifySignature(primitives, key, text, line)
    return true
  } catch (error) {
    if (error instanceof ManifestError) return false
    throw error
  }
}

function cosignatureVerifier(primitives: Primitives, type: number): Primitives['verifyEd25519'] {
  if (type === ED25519_COSIGNATURE) return primitives.verifyEd25519
  if (type === ML_DSA_44_COSIGNATURE) return primitives.verifyMlDsa44
  throw new ManifestError('KEY_UNSUITABLE', `signatures of type ${type} are not known to this version`, {
    hint: 'use a newer version of holdfast, or a key of a type that this one knows',
  })
}

function invalid(key: VerifierKey): ManifestError {
  return new ManifestError('SIGNATURE_INVALID', `the signature in the name of ${key.name} was not made by that key`, {
    hint: 'somebody changed the file on its way, or signed with another key: take it from another source and compare',
  })
}
