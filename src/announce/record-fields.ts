import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { AnnounceError } from './errors.ts'

/** An `IpnsEntry` as it travels. Source: specs.ipfs.tech, ipns-record, "Record Serialization Format". */
export interface RecordFields {
  readonly value?: Uint8Array
  readonly signatureV1?: Uint8Array
  readonly validityType?: bigint
  readonly validity?: Uint8Array
  readonly sequence?: bigint
  readonly ttl?: bigint
  readonly pubKey?: Uint8Array
  readonly signatureV2?: Uint8Array
  readonly data?: Uint8Array
}

/** ipns-record, "Record Size Limit". */
export const MAX_RECORD_BYTES = 10_240

/** Wire types. Source: protobuf.dev, "Encoding". */
const VARINT = 0
const BYTES = 2

/** In the order of their numbers, from 1. */
const FIELDS: readonly { readonly name: keyof RecordFields; readonly wire: typeof VARINT | typeof BYTES }[] = [
  { name: 'value', wire: BYTES },
  { name: 'signatureV1', wire: BYTES },
  { name: 'validityType', wire: VARINT },
  { name: 'validity', wire: BYTES },
  { name: 'sequence', wire: VARINT },
  { name: 'ttl', wire: VARINT },
  { name: 'pubKey', wire: BYTES },
  { name: 'signatureV2', wire: BYTES },
  { name: 'data', wire: BYTES },
]

/** Fields that are absent are left out; the others come in the order of their numbers. */
export function encodeFields(fields: RecordFields): Uint8Array {
  const writer = new BinaryWriter()
  for (const [i, { name, wire }] of FIELDS.entries()) {
    const value = fields[name]
    if (typeof value === 'bigint') writer.tag(i + 1, wire).uint64(value)
    else if (value !== undefined) writer.tag(i + 1, wire).bytes(value)
  }
  return writer.finish()
}

/**
 * Takes a record apart. Unknown fields are passed over; one of the nine that stands twice, or has another wire type, is a fault,
 * because two readers could then see two records.
 *
 * @throws {AnnounceError} `RECORD_MALFORMED`.
 */
export function decodeFields(bytes: Uint8Array): RecordFields {
  if (bytes.length > MAX_RECORD_BYTES) throw malformed(`has ${bytes.length} bytes, more than ${MAX_RECORD_BYTES}`)
  const found: Record<string, Uint8Array | bigint> = {}
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag()
      const field = FIELDS[number - 1]
      if (field === undefined) {
        reader.skip(wire, number)
        continue
      }
      if (Number(wire) !== field.wire || Object.hasOwn(found, field.name)) throw malformed(`has a wrong ${field.name}`)
      found[field.name] = field.wire === BYTES ? reader.bytes().slice() : unsigned(reader.uint64())
    }
  } catch (error) {
    if (error instanceof AnnounceError) throw error
    throw malformed('is no protobuf message', error)
  }
  return found
}

export function malformed(what: string, cause?: unknown): AnnounceError {
  return new AnnounceError('RECORD_MALFORMED', `a name record ${what}`, { cause })
}

/** The reader answers with a text where the platform has no 64-bit integers. */
function unsigned(value: bigint | string): bigint {
  return BigInt.asUintN(64, BigInt(value))
}
