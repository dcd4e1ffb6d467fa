import { createHash, randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { descriptorHash, encodeDescriptor, type StreamBlob, type StreamDescriptor } from './descriptor.ts'
import { type EncryptedBlob, encryptFile, type StreamOptions } from './encrypt-file.ts'
import { LbryStreamError } from './errors.ts'
import { suggestFileName } from './file-names.ts'
import {
  AES_BLOCK_BYTES,
  blobLength,
  blobsIn,
  chunkLength,
  HASH_DIGITS,
  MAX_BLOB_BYTES,
  MAX_NAME_BYTES,
} from './format.ts'
import { openLocalFile } from './local-file.ts'
import { release } from './release.ts'

export interface MakeStreamOptions extends StreamOptions {
  /** Name to publish the file under. @default the last part of its path */
  readonly name?: string
  /** Raw AES-128 key, 16 bytes. Give one only to make the same stream again. @default random */
  readonly key?: Uint8Array
  /** One raw IV of 16 bytes a blob and one for the terminator; none may repeat. @default random */
  readonly ivs?: readonly Uint8Array[]
  /** Given each blob in order; the next one waits. Keep the bytes under the hash, or forget them: the file makes them again. */
  onBlob?(blob: EncryptedBlob): Promise<void> | void
}

/** A stream that was made from a file. */
export interface MadeStream {
  readonly descriptor: StreamDescriptor
  /** The descriptor ("sd blob") as lbry-sdk writes it. Publish exactly these bytes. */
  readonly sdBlob: Uint8Array
  /** SHA-384 of `sdBlob`; what a claim names. */
  readonly sdHash: string
  /** SHA-384 of the plain file in lower-case hexadecimal; what a claim calls `source.hash`. */
  readonly sourceHash: string
  readonly sizeBytes: number
}

/**
 * Makes the blobs and the descriptor of a file as `stream_create` does.
 *
 * Key and IVs are random, so two streams of one file have nothing in common but `sourceHash` and `sizeBytes`.
 *
 * @throws {LbryStreamError} `STREAM_FILE_EMPTY`, `STREAM_FILE_TOO_LARGE` (above some 22 GB the descriptor would be larger
 *   than a blob), `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`, `STREAM_SECRET_INVALID`.
 */
export async function makeStream(path: string, options: MakeStreamOptions = {}): Promise<MadeStream> {
  await using file = await openLocalFile(path)
  const { sizeBytes } = file
  if (sizeBytes === 0) throw new LbryStreamError('STREAM_FILE_EMPTY', 'an empty file makes no stream')
  const key = secretBytes(options.key ?? randomBytes(AES_BLOCK_BYTES))
  assertFits(sizeBytes, options.name ?? basename(path))
  const ivs = ivsFor(blobsIn(sizeBytes) + 1, options.ivs)
  const source = createHash('sha384')
  const blobs: StreamBlob[] = []
  const encrypted = encryptFile(file, {
    ...options,
    key,
    ivOf: (index) => ivAt(ivs, index),
    onPlain: (chunk) => void source.update(chunk),
  })
  for await (const blob of encrypted) {
    blobs.push({ hash: blob.hash, iv: hex(ivAt(ivs, blob.index)), length: blob.bytes.length })
    if (options.onBlob === undefined) release(blob.bytes)
    else await options.onBlob(blob)
  }
  const names = namesOf(options.name ?? basename(path))
  const descriptor = { ...names, key: hex(key), blobs, terminatorIv: hex(ivAt(ivs, blobs.length)) }
  const sdBlob = encodeDescriptor(descriptor)
  return { descriptor, sdBlob, sdHash: descriptorHash(sdBlob), sourceHash: source.digest('hex'), sizeBytes }
}

function namesOf(given: string): Pick<StreamDescriptor, 'name' | 'suggestedFileName'> {
  // UTF-8 has no half surrogates: what would be read back must be what is said here.
  const name = given.toWellFormed()
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new LbryStreamError('STREAM_NAME_TOO_LONG', 'the name has more than 4096 bytes')
  return { name, suggestedFileName: suggestFileName(name) }
}

/** A descriptor with no real hashes is as long as the real one; so this is known before the file is read. */
function assertFits(sizeBytes: number, name: string): void {
  const count = blobsIn(sizeBytes)
  const [hash, iv] = ['0'.repeat(HASH_DIGITS), '0'.repeat(2 * AES_BLOCK_BYTES)]
  // No entry is shorter than its hash, so with more of them there is no need to write them out.
  const tooMany = count > MAX_BLOB_BYTES / HASH_DIGITS
  const blobs = tooMany
    ? []
    : Array.from({ length: count }, (_, i) => ({ hash, iv, length: blobLength(chunkLength(sizeBytes, i)) }))
  const { length } = encodeDescriptor({ ...namesOf(name), key: iv, blobs, terminatorIv: iv })
  if (!tooMany && length <= MAX_BLOB_BYTES) return
  throw new LbryStreamError('STREAM_FILE_TOO_LARGE', `a file of ${sizeBytes} bytes does not fit into one stream`, {
    hint: 'publish it in parts, or a smaller rendition',
  })
}

function ivsFor(count: number, given?: readonly Uint8Array[]): readonly Uint8Array<ArrayBuffer>[] {
  const ivs = (given ?? Array.from({ length: count }, () => randomBytes(AES_BLOCK_BYTES))).map(secretBytes)
  if (ivs.length !== count)
    throw new LbryStreamError('STREAM_SECRET_INVALID', `this file takes ${count} IVs, not ${ivs.length}`)
  // Equal chunks under equal IVs would be one blob, and a stream that has a blob twice is refused by parseDescriptor.
  if (new Set(ivs.map(hex)).size < count) throw new LbryStreamError('STREAM_SECRET_INVALID', 'an IV is given twice')
  return ivs
}

function ivAt(ivs: readonly Uint8Array<ArrayBuffer>[], index: number): Uint8Array<ArrayBuffer> {
  const iv = ivs[index]
  if (iv === undefined) throw new RangeError(`there is no IV ${index}`)
  return iv
}

function secretBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length !== AES_BLOCK_BYTES)
    throw new LbryStreamError('STREAM_SECRET_INVALID', 'a key or IV is not 16 bytes')
  return new Uint8Array(bytes)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
