import { decode, encode } from '@ipld/dag-cbor'
import type { CID } from 'multiformats/cid'
import type { Primitives } from '../manifest/primitives.ts'
import { cidText, DAG_PB_CODEC, isProfileCid, parseCid } from '../model/content-id.ts'
import { AnnounceError } from './errors.ts'
import { decodeFields, encodeFields, malformed, type RecordFields } from './record-fields.ts'

/** What a name record says, verified. */
export interface NameRecord {
  /** Ed25519 key that is the name; 32 bytes. */
  readonly key: Uint8Array
  readonly root: CID
  readonly sequence: bigint
  /** End of its validity, milliseconds since 1970. */
  readonly validUntilMs: number
  /** The same with its nine digits, as it is signed; texts of one form, so that they compare as times do. */
  readonly validity: string
  readonly ttlSeconds: number
  /** As it came or was made. */
  readonly bytes: Uint8Array
}

/** Who signs a name; `SigningKey` of the key store fits. */
export interface NameSigner {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

export interface RecordOrder {
  readonly root: CID
  readonly sequence: bigint
  /** Milliseconds since 1970. */
  readonly validUntilMs: number
  readonly ttlSeconds: number
}

const SIGNED_PREFIX = new TextEncoder().encode('ipns-signature:')
const NANOSECONDS = 1_000_000_000n
const VALIDITY =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?Z$/u
/** Kubo takes no record with a larger number, although the fields are unsigned. */
const INTEGERS = 2n ** 63n
const text = new TextEncoder()

/** Makes and signs a record with both signatures (announced-root-v1 §4.2). The same order gives the same bytes. */
export function makeRecord(signer: NameSigner, order: RecordOrder): NameRecord {
  const { root, sequence, validUntilMs, ttlSeconds } = order
  const validity = new Date(validUntilMs).toISOString().replace(/Z$/u, '000000Z')
  const [valueBytes, validityBytes] = [text.encode(`/ipfs/${cidText(root)}`), text.encode(validity)]
  const ttl = BigInt(ttlSeconds) * NANOSECONDS
  const data = encode({ Value: valueBytes, Validity: validityBytes, ValidityType: 0n, Sequence: sequence, TTL: ttl })
  const bytes = encodeFields({
    value: valueBytes,
    signatureV1: signer.sign(joined(valueBytes, validityBytes, text.encode('EOL'))),
    validityType: 0n,
    validity: validityBytes,
    sequence,
    ttl,
    signatureV2: signer.sign(joined(SIGNED_PREFIX, data)),
    data,
  })
  return { key: signer.publicKey, root, sequence, validUntilMs, validity, ttlSeconds, bytes }
}

/**
 * Checks a record against the key of its name, and then reads it (announced-root-v1 §5). Whether it is over is for the caller
 * to ask: see {@link requireCurrent}.
 *
 * @throws {AnnounceError} `RECORD_MALFORMED`, `RECORD_SIGNATURE_INVALID`.
 */
export function parseRecord({ verifyEd25519 }: Primitives, key: Uint8Array, bytes: Uint8Array): NameRecord {
  const fields = decodeFields(bytes)
  const { signatureV2, data } = fields
  if (signatureV2 === undefined || data === undefined) throw malformed('lacks its data or its signature')
  if (!verifyEd25519(key, joined(SIGNED_PREFIX, data), signatureV2)) {
    throw new AnnounceError('RECORD_SIGNATURE_INVALID', 'a name record is not signed by the key of its name')
  }
  const said = readData(data)
  requireSame(fields, said)
  const { validity, validUntilMs } = readValidity(textOf(said.validity))
  return {
    ...{ key, bytes, root: rootIn(textOf(said.value)), sequence: said.sequence, validity, validUntilMs },
    ttlSeconds: Number(said.ttl / NANOSECONDS),
  }
}

/**
 * True when `one` takes the place of `other`: a higher sequence, then a later end (ipns-record, "Record Selection").
 */
export function isBetter(one: NameRecord, other: NameRecord | undefined): boolean {
  if (other === undefined || one.sequence !== other.sequence)
    return other === undefined || one.sequence > other.sequence
  return one.validity > other.validity
}

/** Some parsers of dates take far more than RFC 3339, and days that no month has. */
function readValidity(given: string): Pick<NameRecord, 'validity' | 'validUntilMs'> {
  const [, toSecond = '', fraction = ''] = VALIDITY.exec(given) ?? []
  const validUntilMs = Date.parse(`${toSecond}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  const isTime = toSecond !== '' && !Number.isNaN(validUntilMs)
  if (!isTime || !new Date(validUntilMs).toISOString().startsWith(toSecond))
    throw malformed('does not say until when it is valid')
  return { validUntilMs, validity: `${toSecond}.${fraction.padEnd(9, '0')}Z` }
}

interface Said {
  readonly value: Uint8Array
  readonly validity: Uint8Array
  readonly sequence: bigint
  readonly ttl: bigint
}

/** DAG-CBOR has one form for each value, and the decoder takes no other; unknown fields are somebody's own. */
function readData(data: Uint8Array): Said {
  let document: unknown
  try {
    document = decode(data)
    if (Buffer.compare(encode(document), data) !== 0) throw new RangeError('another form')
  } catch (error) {
    throw malformed('holds data that are not DAG-CBOR', error)
  }
  if (typeof document !== 'object' || document === null) throw malformed('holds data of another kind')
  const field = (name: string): unknown => (Object.hasOwn(document, name) ? Reflect.get(document, name) : undefined)
  const [value, validity] = [field('Value'), field('Validity')]
  if (!(value instanceof Uint8Array && validity instanceof Uint8Array)) throw malformed('lacks its value or validity')
  if (integerOf(field('ValidityType')) !== 0n) throw malformed('has a validity of another kind')
  return { value, validity, sequence: integerOf(field('Sequence')), ttl: integerOf(field('TTL')) }
}

/** ipns-record, "Record Verification" 7: who reads the fields of V1 must see the same record. */
function requireSame({ value, validity, validityType, sequence, ttl, signatureV1 }: RecordFields, said: Said): void {
  if (signatureV1 === undefined && value === undefined) return
  const same =
    isSame(value, said.value) &&
    isSame(validity, said.validity) &&
    (validityType ?? 0n) === 0n &&
    (sequence ?? 0n) === said.sequence &&
    (ttl ?? 0n) === said.ttl
  if (!same) throw malformed('says two things')
}

function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0
}

function integerOf(value: unknown): bigint {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  const integer = isInteger ? BigInt(value) : -1n
  if (integer < 0n || integer >= INTEGERS) throw malformed('lacks a number, or has one that is none')
  return integer
}

function rootIn(value: string): CID {
  const [, name = ''] = /^\/ipfs\/(b[a-z2-7]+)$/u.exec(value) ?? []
  try {
    const cid = parseCid(name)
    if (isProfileCid(cid) && cid.code === DAG_PB_CODEC) return cid
  } catch (error) {
    throw malformed('does not lead to a root', error)
  }
  throw malformed('does not lead to a root')
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}
