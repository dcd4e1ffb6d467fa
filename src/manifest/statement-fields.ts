import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { parsePublicPath } from '../model/public-path.ts'
import { decodeBase64 } from './base64.ts'
import { ED25519, isKeyName, ML_DSA_44_COSIGNATURE } from './vkey.ts'

/** multicodec `libp2p-key`: what an IPNS name is made of. */
const LIBP2P_KEY_CODEC = 0x72
const MAX_KEY_BYTES = 512
const MAX_URL_BYTES = 2_048
const MAX_LINE_BYTES = 2_048
const utf8 = new TextEncoder()

/** @see manifest-v1 §2.1 */
export function isStatementType(text: string): boolean {
  return /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\/[1-9][0-9]{0,8}$/.test(text) && text.length <= 64
}

/** @see manifest-v1 §1.5 */
export function isToken(text: string): boolean {
  return text.length <= 64 && /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(text)
}

/** A real second of the calendar, `YYYY-MM-DDTHH:MM:SSZ`. @see manifest-v1 §1.5 */
export function isPointInTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text) && isDate(text.slice(0, 10))
}

/** `YYYY-MM-DD` or a point in time. */
export function isDateOrTime(text: string): boolean {
  return text.length === 10 ? isPointInTime(`${text}T00:00:00Z`) : isPointInTime(text)
}

function isDate(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))]
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false
  // Day 0 of the next month is the last of this one; every month has 28 days.
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** Lower-case hex of that many bytes. */
export function isHex(text: string, bytes: number): boolean {
  return text.length === bytes * 2 && /^[0-9a-f]*$/.test(text)
}

/**
 * Tells whether a text is a CID of manifest-v1 §2.7 by its letters alone: the bytes 01, 55 or 70, 12, 20 come out as
 * `afkrei`, `afybei` and a letter below `i`, and the last letter carries two bits that must be zero. A test holds this
 * against the reader of CIDs, which costs more than all other checks of a statement together.
 */
export function isContentId(text: string): boolean {
  return /^baf(?:kr|yb)ei[a-h][a-z2-7]{50}[aeimquy4]$/.test(text)
}

/** A content ID of a directory. @see manifest-v1 §2.7 */
export function isRootId(text: string): boolean {
  return text.startsWith('bafy') && isContentId(text)
}

/** @see manifest-v1 §2.8 */
export function isPlatformKey(text: string): boolean {
  return (
    /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*:[a-z][a-z0-9]*(?:-[a-z0-9]+)*:[^\p{White_Space}]+$/u.test(text) &&
    isAtMost(text, MAX_KEY_BYTES)
  )
}

/** @see manifest-v1 §3.2 */
export function isHttpsUrl(text: string): boolean {
  if (text.length > MAX_URL_BYTES || !/^https:\/\/[!-~]+$/.test(text)) return false
  const url = URL.parse(text)
  return url !== null && url.username === '' && url.password === ''
}

/** @see manifest-v1 §2.11 */
export function isFilePath(text: string): boolean {
  return parsePublicPath(text) !== undefined
}

/** @see manifest-v1 §3.2 */
export function isMediaType(text: string): boolean {
  return text.length <= 127 && /^[a-z0-9]+\/[a-z0-9][a-z0-9.+-]*$/.test(text)
}

/** @see manifest-v1 §3.1 */
export function isOrigin(text: string): boolean {
  return /^[!-*,-~]{1,255}$/.test(text)
}

/** A line of a tlog-policy file, without its end. */
export function isPolicyLine(text: string): boolean {
  return isAtMost(text, MAX_LINE_BYTES)
}

/** @see manifest-v1 §3.1 */
export function isIpnsName(text: string): boolean {
  if (!/^k[0-9a-z]{10,100}$/.test(text)) return false
  try {
    const cid = CID.parse(text, base36)
    return cid.version === 1 && cid.code === LIBP2P_KEY_CODEC && cid.toString(base36) === text
  } catch {
    return false // What cannot be read is not a name: this is the answer, not a failure.
  }
}

/** ISO 3166: a country, or one of its parts. */
export function isJurisdiction(text: string): boolean {
  return /^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$/.test(text)
}

/** @see manifest-v1 §2.9; the key ID is not checked here, because that needs a hash. */
export function isApproverKey(text: string): boolean {
  return isVkey(text, [ED25519])
}

/** @see manifest-v1 §2.9 */
export function isLogKey(text: string): boolean {
  return isVkey(text, [ED25519, ML_DSA_44_COSIGNATURE])
}

/** Tells whether a text has at most that many bytes of UTF-8; a UTF-16 unit has three at most, so most need no encoding. */
function isAtMost(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || utf8.encode(text).length <= bytes
}

/** The public key inside a verifier key, in hex; the empty text when there is none. */
export function publicKeyOf(vkey: string): string {
  return hexOf(splitVkey(vkey).material.subarray(1))
}

/** The 256 bytes in hex: the keys of a whole index pass through here. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += HEX[bytes[i] ?? 0]
  return hex
}

/** Bytes of lower-case hex that was checked before. */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** The first byte behind the key ID: what kind of signature the key is for. */
export function vkeyType(vkey: string): number | undefined {
  return splitVkey(vkey).material[0]
}

/** Who the key says that it is. */
export function vkeyName(vkey: string): string {
  return splitVkey(vkey).name
}

function isVkey(text: string, types: readonly number[]): boolean {
  const { name, keyId, material } = splitVkey(text)
  const type = material[0] ?? 0
  const bytes = type === ML_DSA_44_COSIGNATURE ? 1_313 : 33
  return isKeyName(name) && /^[0-9a-f]{8}$/.test(keyId) && types.includes(type) && material.length === bytes
}

/** Base64 has a `+` of its own, so only the first two divide. */
function splitVkey(vkey: string): { name: string; keyId: string; material: Uint8Array } {
  const nameEnd = vkey.indexOf('+')
  const idEnd = nameEnd < 0 ? -1 : vkey.indexOf('+', nameEnd + 1)
  if (idEnd < 0) return { name: '', keyId: '', material: new Uint8Array(0) }
  const material = decodeBase64(vkey.slice(idEnd + 1)) ?? new Uint8Array(0)
  return { name: vkey.slice(0, nameEnd), keyId: vkey.slice(nameEnd + 1, idEnd), material }
}
