import { decodeBase64, encodeBase64 } from './base64.ts'
import { ManifestError } from './errors.ts'
import type { VerifierKey } from './vkey.ts'

/** Bounds of what is parsed before any signature is checked (docs/spec/manifest-v1.md); C2SP asks for 16 signatures or more. */
export const MAX_NOTE_BYTES: number = 128 * 1024
export const MAX_NOTE_SIGNATURES = 64

/** One signature under a note, as it stands there. Nothing of it is verified. */
export interface SignatureLine {
  readonly name: string
  /** Unsigned 32-bit number. */
  readonly keyId: number
  /** What follows the key ID; its shape depends on the type of the key. */
  readonly signature: Uint8Array
  /** The whole line without its newline, to be passed on byte for byte. */
  readonly line: string
}

/** A text with signatures that nobody has checked yet. */
export interface SignedNote {
  /** What is signed; ends in a newline. */
  readonly text: string
  readonly signatures: readonly SignatureLine[]
}

/**
 * Takes a signed note apart. The text ends at the last blank line.
 *
 * @throws {ManifestError} `NOTE_MALFORMED`, also for more than 128 KiB or 64 signatures.
 * @see C2SP signed-note
 */
export function parseSignedNote(bytes: Uint8Array): SignedNote {
  if (bytes.length > MAX_NOTE_BYTES) throw malformed(`has ${bytes.length} bytes, more than ${MAX_NOTE_BYTES}`)
  const whole = decodeNote(bytes)
  const split = whole.lastIndexOf('\n\n')
  if (split < 0 || !whole.endsWith('\n') || split + 2 === whole.length)
    throw malformed('does not end in a blank line and signature lines')
  const lines = whole.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_NOTE_SIGNATURES)
    throw malformed(`has ${lines.length} signatures, more than ${MAX_NOTE_SIGNATURES}`)
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/**
 * Reads one line `— NAME BASE64`, without its newline.
 *
 * @throws {ManifestError} `NOTE_MALFORMED`.
 */
export function parseSignatureLine(line: string): SignatureLine {
  const [, name, base64 = ''] = /^— ([^\p{White_Space}\p{Cc}+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? []
  const bytes = decodeBase64(base64)
  if (name === undefined || bytes === undefined || bytes.length < 5)
    throw malformed('has a signature line that is not "— NAME BASE64"')
  return { name, keyId: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), signature: bytes.slice(4), line }
}

/** Makes the line with which a key's signature stands under a note. */
export function signatureLine(key: VerifierKey, signature: Uint8Array): SignatureLine {
  const bytes = new Uint8Array(4 + signature.length)
  new DataView(bytes.buffer).setUint32(0, key.keyId)
  bytes.set(signature, 4)
  return { name: key.name, keyId: key.keyId, signature, line: `— ${key.name} ${encodeBase64(bytes)}` }
}

/**
 * Puts a text and its signature lines together.
 *
 * @throws {ManifestError} `NOTE_MALFORMED` when the result would not parse to the same text and lines.
 */
export function formatSignedNote(text: string, signatures: readonly Pick<SignatureLine, 'line'>[]): Uint8Array {
  const bytes = new TextEncoder().encode(`${text}\n${signatures.map(({ line }) => `${line}\n`).join('')}`)
  const parsed = parseSignedNote(bytes)
  if (parsed.text !== text || parsed.signatures.length !== signatures.length)
    throw malformed('cannot be written from this text and these lines')
  return bytes
}

function decodeNote(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed('is not UTF-8', cause)
  }
  if (text.startsWith('\uFEFF')) throw malformed('begins with a byte order mark')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (/[\x00-\x09\x0B-\x1F]/.test(text)) throw malformed('holds a control character')
  return text
}

function malformed(what: string, cause?: unknown): ManifestError {
  return new ManifestError('NOTE_MALFORMED', `the signed note ${what}`, { cause })
}
