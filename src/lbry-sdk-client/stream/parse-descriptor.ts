import { descriptorHash, type StreamBlob, type StreamDescriptor, streamHash } from './descriptor.ts'
import { LbryStreamError } from './errors.ts'
import { AES_BLOCK_BYTES, isHash, MAX_BLOB_BYTES, MAX_NAME_BYTES, STREAM_TYPE } from './format.ts'

const FIELDS = ['blobs', 'key', 'stream_hash', 'stream_name', 'stream_type', 'suggested_file_name'] as const
const DATA_FIELDS = ['blob_hash', 'blob_num', 'iv', 'length'] as const
const END_FIELDS = ['blob_num', 'iv', 'length'] as const
/** All that a descriptor can be written with: no escapes, signs, fractions or capitals. */
const PLAIN_TEXT = /^[ \t\r\n{}[\]:,"0-9a-z_]*$/
/** A number with an exponent, or one that begins with 0: JavaScript and Python would write it in different ways. */
const ODD_NUMBER = /:\s*(?:0[0-9]|[0-9]+e)/
const KEY = /"[a-z_]+"\s*:/g

/**
 * Reads a descriptor ("sd blob") that may be hostile.
 *
 * Stricter than lbry-sdk where readers could disagree: exactly the known keys, each once; decimal integers; lower-case
 * hexadecimal; lengths that padding can give; no blob twice, because a stream that repeats one blob ten thousand times
 * makes 20 GB out of 2 MiB; at least one data blob, because the daemon can neither make nor open a stream without.
 *
 * @param sdHash - the hash under which the bytes were asked for; checked before anything is read.
 * @throws {LbryStreamError} `STREAM_DESCRIPTOR_INVALID`.
 */
export function parseDescriptor(bytes: Uint8Array, sdHash?: string): StreamDescriptor {
  if (bytes.length > MAX_BLOB_BYTES) throw invalid(`it has ${bytes.length} bytes, more than a blob can have`)
  if (sdHash !== undefined && descriptorHash(bytes) !== sdHash)
    throw invalid('its bytes do not have the hash asked for')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  if (!PLAIN_TEXT.test(text) || ODD_NUMBER.test(text)) throw invalid('it is not plain JSON')
  const fields = record(parseJson(text), FIELDS)
  const entries = fields['blobs']
  if (!Array.isArray(entries) || entries.length < 2) throw invalid('it lists no blobs')
  const keys = FIELDS.length + (entries.length - 1) * DATA_FIELDS.length + END_FIELDS.length
  if (text.match(KEY)?.length !== keys) throw invalid('a key stands there twice')
  if (fields['stream_type'] !== STREAM_TYPE) throw invalid(`its type is not ${STREAM_TYPE}`)
  const descriptor = {
    name: nameOf(fields['stream_name']),
    suggestedFileName: nameOf(fields['suggested_file_name']),
    key: secretOf(fields['key']),
    blobs: dataBlobs(entries.slice(0, -1)),
    terminatorIv: terminatorIv(entries.at(-1), entries.length - 1),
  }
  if (streamHash(descriptor) !== fields['stream_hash']) throw invalid('its stream hash does not match its fields')
  return descriptor
}

function dataBlobs(entries: readonly unknown[]): StreamBlob[] {
  const blobs = entries.map((entry, i) => {
    const fields = record(entry, DATA_FIELDS)
    const { blob_hash: hash, length } = fields
    if (typeof hash !== 'string' || !isHash(hash)) throw invalid(`the hash of blob ${i} is not a SHA-384`)
    if (fields['blob_num'] !== i) throw invalid(`blob ${i} has another number`)
    if (!isLength(length)) throw invalid(`blob ${i} has an impossible length`)
    return { hash, iv: secretOf(fields['iv']), length }
  })
  if (new Set(blobs.map(({ hash }) => hash)).size < blobs.length) throw invalid('a blob stands there twice')
  return blobs
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= MAX_BLOB_BYTES && value % AES_BLOCK_BYTES === 0
}

function terminatorIv(entry: unknown, index: number): string {
  const fields = record(entry, END_FIELDS)
  if (fields['length'] !== 0 || fields['blob_num'] !== index) throw invalid('it does not end with a terminator')
  return secretOf(fields['iv'])
}

function record<K extends string>(value: unknown, keys: readonly K[]): Readonly<Record<K, unknown>> {
  if (!isRecord(value, keys)) throw invalid('an object has other keys than it must have')
  return value
}

function isRecord<K extends string>(value: unknown, keys: readonly K[]): value is Readonly<Record<K, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key))
}

function secretOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/.test(value)) throw invalid('a key or IV is not 16 bytes')
  return value
}

/** Names are written as hexadecimal digits of UTF-8. They are shown to people and saved under, so they are bounded. */
function nameOf(value: unknown): string {
  if (typeof value !== 'string' || value.length > 2 * MAX_NAME_BYTES || !/^(?:[0-9a-f]{2})*$/.test(value))
    throw invalid('a name is not hexadecimal')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'hex'))
  } catch (cause) {
    throw invalid('a name is not UTF-8', { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', { cause })
  }
}

function invalid(why: string, options: ErrorOptions = {}): LbryStreamError {
  return new LbryStreamError(
    'STREAM_DESCRIPTOR_INVALID',
    `this is not the descriptor of a LBRY stream: ${why}`,
    options,
  )
}
