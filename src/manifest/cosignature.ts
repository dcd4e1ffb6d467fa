import { parseCheckpoint } from './checkpoint.ts'
import { ManifestError } from './errors.ts'
import { ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, type VerifierKey } from './vkey.ts'

/** Last second of the year 9999: the latest that RFC 3339 can say, and the latest that we believe. */
const MAX_TIME_S = 253_402_300_799

/** Both kinds of cosignature begin with the time, unsigned 64-bit, big-endian. @see C2SP tlog-cosignature */
const TIME_BYTES = 8

/** What a cosignature is over, which differs by the type of its key. */
export interface CosignedHead {
  /** Text of the checkpoint note, with its last newline. */
  readonly text: string
  /** POSIX time in seconds. 0 in a 0x06 cosignature: nothing is said about when, nor that no larger tree was seen. */
  readonly time: number
}

/**
 * Bytes that a cosigner signs: text for `0x04`, a binary structure for `0x06`.
 *
 * @throws {ManifestError} `KEY_UNSUITABLE` for other types, `CHECKPOINT_MALFORMED` from `0x06`, which signs the values.
 * @see C2SP tlog-cosignature
 */
export function cosignedMessage(key: Pick<VerifierKey, 'name' | 'type'>, head: CosignedHead): Uint8Array {
  if (key.type === ED25519_COSIGNATURE)
    return new TextEncoder().encode(`cosignature/v1\ntime ${head.time}\n${head.text}`)
  if (key.type === ML_DSA_44_COSIGNATURE) return subtreeMessage(key.name, head)
  throw new ManifestError('KEY_UNSUITABLE', `a key of type ${key.type} does not make cosignatures`)
}

/** Puts the time before the signature, as a signature line carries them. @throws {RangeError} for a time after 9999. */
export function encodeCosignature(time: number, signature: Uint8Array): Uint8Array {
  if (!Number.isSafeInteger(time) || time < 0 || time > MAX_TIME_S)
    throw new RangeError(`${time} is not a time in seconds`)
  const bytes = new Uint8Array(TIME_BYTES + signature.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(time))
  bytes.set(signature, TIME_BYTES)
  return bytes
}

/** Takes time and signature apart; nothing when it is too short or the time is after 9999. */
export function decodeCosignature(
  bytes: Uint8Array,
): { readonly time: number; readonly signature: Uint8Array } | undefined {
  if (bytes.length <= TIME_BYTES) return undefined
  const time = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  return time > BigInt(MAX_TIME_S) ? undefined : { time: Number(time), signature: bytes.slice(TIME_BYTES) }
}

/** The structure `cosigned_message` for a whole tree: start 0, end its size. @see C2SP tlog-cosignature, ML-DSA-44 */
function subtreeMessage(cosigner: string, head: CosignedHead): Uint8Array {
  const { origin, size, root } = parseCheckpoint(head.text)
  const label = new TextEncoder().encode('subtree/v1\n\0')
  return joinBytes([label, shortText(cosigner), uint64(head.time), shortText(origin), uint64(0), uint64(size), root])
}

/** A text of 1 to 255 bytes behind a length byte; key names and origins are never longer. */
function shortText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  return joinBytes([Uint8Array.of(bytes.length), bytes])
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
