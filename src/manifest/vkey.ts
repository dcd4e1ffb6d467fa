import { decodeBase64, encodeBase64 } from './base64.ts'
import { ManifestError } from './errors.ts'
import type { Sha256 } from './primitives.ts'

/** Ed25519 over the text of a note: what a log signs with. @see C2SP signed-note */
export const ED25519 = 0x01
/** Ed25519 cosignature with a time. @see C2SP tlog-cosignature */
export const ED25519_COSIGNATURE = 0x04
/** ML-DSA-44 cosignature with a time. @see C2SP tlog-cosignature */
export const ML_DSA_44_COSIGNATURE = 0x06

/** Bytes of a public key of each type that we know. */
const KEY_BYTES: ReadonlyMap<number, number> = new Map([
  [ED25519, 32],
  [ED25519_COSIGNATURE, 32],
  [ML_DSA_44_COSIGNATURE, 1312],
])

/** A tlog-cosignature of type 0x06 signs the name behind one length byte. */
const MAX_NAME_BYTES = 255

/** A public key with the name and the kind of signature that it is for. */
export interface VerifierKey {
  readonly name: string
  /** Unsigned 32-bit number: what a signature line is matched by, together with the name. No proof of anything. */
  readonly keyId: number
  /** `0x01`, `0x04`, `0x06`, or a type that this program cannot verify. */
  readonly type: number
  readonly publicKey: Uint8Array
  /** The whole key as text, `NAME+HEX+BASE64`. */
  readonly text: string
}

/** Tells whether a text can name a key: no spaces, no `+`, nothing that could deceive on a terminal, at most 255 bytes. */
export function isKeyName(text: string): boolean {
  return (
    /^[^\p{White_Space}\p{Cc}\p{Cs}\p{Bidi_Control}+]+$/u.test(text) &&
    new TextEncoder().encode(text).length <= MAX_NAME_BYTES
  )
}

/**
 * Reads `NAME+HEX+BASE64`. A type that we do not know is kept, because policies of the future may name it; its key ID is
 * not checked then, since such types may compute it in another way.
 *
 * @throws {ManifestError} `VKEY_MALFORMED`.
 */
export function parseVkey(text: string, sha256: Sha256): VerifierKey {
  const [, name = '', hex = '', base64 = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/u.exec(text) ?? []
  const material = decodeBase64(base64)
  if (!isKeyName(name) || material === undefined) throw malformed('is not NAME+HEX+BASE64')
  const [type] = material
  if (type === undefined || material.length === 1) throw malformed('holds no public key')
  const publicKey = material.slice(1)
  const expectedBytes = KEY_BYTES.get(type)
  const keyId = Number.parseInt(hex, 16)
  if (expectedBytes !== undefined) {
    if (publicKey.length !== expectedBytes)
      throw malformed(`holds ${publicKey.length} bytes of key instead of ${expectedBytes}`)
    if (keyId !== keyIdOf({ name, type, publicKey }, sha256))
      throw malformed('has a key ID that does not belong to its key')
  }
  return { name, keyId, type, publicKey, text }
}

/**
 * Writes a key as text.
 *
 * @throws {ManifestError} `VKEY_MALFORMED` for a name that cannot name a key, or a key of the wrong length.
 */
export function formatVkey(key: Pick<VerifierKey, 'name' | 'type' | 'publicKey'>, sha256: Sha256): string {
  if (!isKeyName(key.name)) throw malformed('needs a name without spaces and "+"')
  if (key.publicKey.length !== (KEY_BYTES.get(key.type) ?? key.publicKey.length))
    throw malformed('has a public key of the wrong length')
  const hex = keyIdOf(key, sha256).toString(16).padStart(8, '0')
  return `${key.name}+${hex}+${encodeBase64(Uint8Array.of(key.type, ...key.publicKey))}`
}

/** First 4 bytes, big-endian, of `SHA-256(NAME ‖ "\n" ‖ TYPE ‖ public key)`. @see C2SP signed-note */
function keyIdOf(key: Pick<VerifierKey, 'name' | 'type' | 'publicKey'>, sha256: Sha256): number {
  const digest = sha256(Uint8Array.of(...new TextEncoder().encode(`${key.name}\n`), key.type, ...key.publicKey))
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0)
}

function malformed(what: string): ManifestError {
  return new ManifestError('VKEY_MALFORMED', `the verifier key ${what}`, {
    hint: 'copy the whole key again from where its owner published it; it is one line without spaces',
  })
}
