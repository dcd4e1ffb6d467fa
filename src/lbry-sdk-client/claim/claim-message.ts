import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { bytesToHex } from '@noble/hashes/utils.js'
import { LbryClaimError } from './errors.ts'

/** What a claim says of a stream's source. All of it is said by whoever made the claim. */
export interface ClaimSource {
  /** SHA-384 of the descriptor; 96 hexadecimal digits. Absent when the claim has no stream behind it. */
  readonly sdHash?: string
  /** SHA-384 of the plain file, in hexadecimal. */
  readonly sourceHash?: string
  readonly sizeBytes?: number
}

/** The parts of a claim's message that prove something. */
export type ClaimMessage = { readonly titleBytes: number } & (
  | { readonly type: 'stream'; readonly source: ClaimSource }
  /** `publicKey` as the claim has it: 33 bytes, or DER in old ones. */
  | { readonly type: 'channel'; readonly publicKey: Uint8Array }
  | { readonly type: 'collection' | 'repost' | 'none' }
)

// Numbers of the fields in `claim.proto` of lbry-sdk (v2).
const CLAIM = { stream: 1, channel: 2, collection: 3, repost: 4, title: 8 } as const
const STREAM = { source: 1 } as const
const CHANNEL = { publicKey: 1 } as const
const SOURCE = { hash: 1, size: 3, sdHash: 6 } as const

const SD_HASH_BYTES = 48

/**
 * Reads the message of a claim that may be hostile. Of each field that is read there may be one, because readers join or
 * choose repeated ones in different ways; fields that are not read are skipped.
 *
 * @throws {LbryClaimError} `CLAIM_INVALID`.
 */
export function parseClaimMessage(bytes: Uint8Array): ClaimMessage {
  try {
    return readClaim(bytes)
  } catch (cause) {
    if (cause instanceof LbryClaimError) throw cause
    // The reader throws plain errors and RangeErrors for bytes that are no message.
    throw invalid('it cannot be decoded', { cause })
  }
}

function readClaim(bytes: Uint8Array): ClaimMessage {
  const claim = fieldsOf(bytes, CLAIM)
  const titleBytes = claim.title?.length ?? 0
  const types = (['stream', 'channel', 'collection', 'repost'] as const).filter((type) => claim[type] !== undefined)
  const [type = 'none'] = types
  if (types.length > 1) throw invalid('it is of several types at once')
  if (type === 'stream') return { titleBytes, type, source: readSource(claim.stream ?? new Uint8Array()) }
  if (type !== 'channel') return { titleBytes, type }
  const { publicKey } = fieldsOf(claim.channel ?? new Uint8Array(), CHANNEL)
  if (publicKey === undefined) throw invalid('this channel has no key')
  return { titleBytes, type, publicKey }
}

function readSource(stream: Uint8Array): ClaimSource {
  const { source } = fieldsOf(stream, STREAM)
  const { hash, sdHash, size } = fieldsOf(source ?? new Uint8Array(), SOURCE)
  if (sdHash !== undefined && sdHash.length !== SD_HASH_BYTES) throw invalid('its sd_hash is not a SHA-384')
  return {
    ...(sdHash === undefined ? {} : { sdHash: bytesToHex(sdHash) }),
    ...(hash === undefined || hash.length === 0 ? {} : { sourceHash: bytesToHex(hash) }),
    ...(size === undefined ? {} : { sizeBytes: sizeOf(size) }),
  }
}

/** Reads one level of a message: the bytes of each wanted field. `size` is the only number among them. */
function fieldsOf<K extends string>(
  bytes: Uint8Array,
  wanted: Readonly<Record<K, number>>,
): Partial<Record<K, Uint8Array>> {
  const found: Partial<Record<K, Uint8Array>> = {}
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const name = nameOf(wanted, number)
    if (name === undefined) {
      reader.skip(wireType, number)
      continue
    }
    if (wireType !== (name === 'size' ? WireType.Varint : WireType.LengthDelimited))
      throw invalid(`its ${name} has another type`)
    if (found[name] !== undefined) throw invalid(`it has its ${name} twice`)
    found[name] = name === 'size' ? reader.skip(wireType, number) : reader.bytes()
  }
  return found
}

function nameOf<K extends string>(wanted: Readonly<Record<K, number>>, number: number): K | undefined {
  for (const name in wanted) if (wanted[name] === number) return name
  return undefined
}

function sizeOf(varint: Uint8Array): number {
  const size = Number(new BinaryReader(varint).uint64())
  if (!Number.isSafeInteger(size)) throw invalid('its size is impossible')
  return size
}

function invalid(why: string, options: ErrorOptions = {}): LbryClaimError {
  return new LbryClaimError('CLAIM_INVALID', `this is not the message of a claim: ${why}`, options)
}
