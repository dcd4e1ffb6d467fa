import { decodeBase64, encodeBase64 } from './base64.ts'
import { cosignedMessage, encodeCosignature } from './cosignature.ts'
import { parseDecimal } from './decimal.ts'
import { ManifestError } from './errors.ts'
import { formatSignedNote, parseSignedNote, signatureLine } from './note.ts'
import type { Primitives, Sha256 } from './primitives.ts'
import type { Signer } from './signer.ts'
import { hexOf, isPointInTime } from './statement-fields.ts'
import { isLineOf, verifySignature } from './verify-signature.ts'
import { ED25519_COSIGNATURE, isKeyName, type VerifierKey } from './vkey.ts'

/** What a mirror says that it holds of a log, where that is not all of it. @see holdings-v1 §1.1 */
export interface Holdings {
  readonly origin: string
  /** Hex. */
  readonly genesisSha256: string
  /** Of a head of that log. */
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
  /** SHA-256 of the list of roots, hex. */
  readonly listSha256: string
  /** By the statements of these roots. */
  readonly bytes: number
  /** Nothing that is listed was read in full longer ago; RFC 3339. */
  readonly oldest: string
}

/** A note of holdings that its holder has signed. */
export interface SignedHoldings extends Holdings {
  /** Name of the key. */
  readonly holder: string
  /** When it was signed, RFC 3339, by the holder's own clock. */
  readonly signedAt: string
}

const HEADER = 'holdfast/holding/v1'
/** Nothing may have been read longer ago than this before the signature. Source: holdings-v1 §1.3. */
const MOST_AGE_MS = 90 * 24 * 60 * 60 * 1_000
/** Source: holdings-v1 §2.1; some 279,000 roots. */
export const MAX_LIST_BYTES: number = 16 * 1024 * 1024
/** A root as statements write it: CIDv1, dag-pb, SHA-256. */
const ROOT_LINE = /^bafybei[a-z2-7]{52}$/u

/** Tells the kind of a file by its first line. */
export function isHoldings(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, HEADER.length + 1)) === `${HEADER}\n`
}

/** The list of what is held, byte for byte as its hash is over it. @param roots - CIDs in base 32, in any order. */
export function formatHeldList(roots: readonly string[]): Uint8Array {
  // ASCII, so that the order of the letters is that of the bytes.
  const bytes = new TextEncoder().encode(
    [...new Set(roots)]
      .sort()
      .map((root) => `${root}\n`)
      .join(''),
  )
  parseHeldList(bytes)
  return bytes
}

/** @throws {ManifestError} `HOLDINGS_MALFORMED`. */
export function parseHeldList(bytes: Uint8Array): readonly string[] {
  if (bytes.length > MAX_LIST_BYTES) throw malformed('its list is longer than 16 MiB')
  const lines = new TextDecoder().decode(bytes).split('\n')
  const roots = lines.slice(0, -1)
  if (lines.at(-1) !== '' || roots.length === 0) throw malformed('its list is empty or does not end in a newline')
  const isOrdered = roots.every((root, i) => ROOT_LINE.test(root) && (i === 0 || (roots[i - 1] ?? '') < root))
  if (!isOrdered) throw malformed('its list is not of roots in ascending order')
  return roots
}

/** The text that is signed; its parser gives the same back. @throws {ManifestError} `HOLDINGS_MALFORMED`. */
export function formatHoldings(holdings: Holdings): string {
  const { origin, genesisSha256, size, root, listSha256, bytes, oldest } = holdings
  const lines = [HEADER, origin, genesisSha256, size, encodeBase64(root), listSha256, bytes, oldest]
  const text = `${lines.join('\n')}\n`
  parseText(text)
  return text
}

/** Signs what is held at `time`, POSIX seconds. @throws {ManifestError} `HOLDINGS_MALFORMED`, `KEY_UNSUITABLE`. */
export function signHoldings(holdings: Holdings, signer: Signer, time: number): Uint8Array {
  const text = formatHoldings(holdings)
  requireAge(holdings.oldest, time)
  const signature = signer.sign(cosignedMessage(signer.key, { text, time }))
  return formatSignedNote(text, [signatureLine(signer.key, encodeCosignature(time, signature))])
}

/**
 * Reads a note of holdings and verifies the signature of one of the given holders.
 *
 * @throws {ManifestError} `NOTE_MALFORMED`, `HOLDINGS_MALFORMED`, `SIGNATURE_MISSING`, `SIGNATURE_INVALID`.
 * @see holdings-v1 §4.1
 */
export function verifyHoldings(
  primitives: Primitives,
  holders: readonly VerifierKey[],
  note: Uint8Array,
): SignedHoldings {
  const { text, signatures } = parseSignedNote(note)
  const holdings = parseText(text)
  for (const key of holders) {
    const line = signatures.find((each) => isLineOf(each, key))
    if (line === undefined) continue
    const { time = 0 } = verifySignature(primitives, requireCosigner(key), text, line)
    requireAge(holdings.oldest, time)
    return { ...holdings, holder: key.name, signedAt: isoOf(time) }
  }
  throw new ManifestError('SIGNATURE_MISSING', 'no holder that you named has signed this note of holdings', {
    hint: 'give the verifier key of that mirror: `holdfast key show` prints it there, as "holder"',
  })
}

/** Whether that is the list of the note. @throws {ManifestError} `HOLDINGS_LIST_DIFFERS`, `HOLDINGS_MALFORMED`. @returns the roots. */
export function requireListOf({ listSha256 }: Holdings, list: Uint8Array, sha256: Sha256): readonly string[] {
  if (list.length > MAX_LIST_BYTES || hexOf(sha256(list)) !== listSha256) {
    throw new ManifestError('HOLDINGS_LIST_DIFFERS', 'this is not the list that the note of holdings names', {
      hint: `take the file that is called ${listSha256}, beside the note`,
    })
  }
  return parseHeldList(list)
}

function parseText(text: string): Holdings {
  const [header, origin = '', genesisSha256 = '', size = '', root = '', listSha256 = '', bytes = '', ...rest] =
    text.split('\n')
  const [oldest = '', end, ...more] = rest
  const [head, sum, rootBytes] = [parseDecimal(size), parseDecimal(bytes), decodeBase64(root)]
  if (header !== HEADER || end !== '' || more.length > 0) throw malformed('it does not have the lines of such a note')
  if (!isKeyName(origin)) throw malformed('it names no origin')
  if (![genesisSha256, listSha256].every((hex) => /^[0-9a-f]{64}$/u.test(hex))) throw malformed('a hash is not one')
  if (head === undefined || head === 0 || sum === undefined) throw malformed('a number is not one')
  if (rootBytes?.length !== 32 || encodeBase64(rootBytes) !== root) throw malformed('its root is not 32 bytes')
  if (!isPointInTime(oldest)) throw malformed('it does not say when its files were read')
  return { origin, genesisSha256, size: head, root: rootBytes, listSha256, bytes: sum, oldest }
}

function requireAge(oldest: string, time: number): void {
  const age = time * 1000 - Date.parse(oldest)
  if (age < 0 || age > MOST_AGE_MS)
    throw malformed('its files were read after it was signed, or more than 90 days before')
}

function requireCosigner(key: VerifierKey): VerifierKey {
  if (key.type === ED25519_COSIGNATURE) return key
  throw new ManifestError('KEY_UNSUITABLE', `the key of ${key.name} is not a holder's`)
}

function isoOf(time: number): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}

function malformed(why: string): ManifestError {
  return new ManifestError('HOLDINGS_MALFORMED', `this is no note of holdings: ${why}`, {
    hint: 'take it from that mirror again, byte for byte',
  })
}
