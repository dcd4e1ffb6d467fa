import { createHash, hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import {
  type BlobSource,
  CHUNK_BYTES,
  decryptBlobs,
  hasUsualChunks,
  isChunkOf,
  LbryStreamError,
  parseDescriptor,
  type StreamDescriptor,
} from '../lbry-sdk-client/index.ts'
import type { StatementFile } from '../manifest/statement-types.ts'
import { cidText, parseCid } from '../model/content-id.ts'
import type { BlobPlaces } from './blob-places.ts'
import { ReadError } from './errors.ts'
import { MAX_BLOB_BYTES } from './lbry-evidence.ts'
import { type Completed, completeBy } from './part-file.ts'

/** Leaves of the profile. Source: IPIP-0499, `unixfs-v1-2025`. */
const LEAF_BYTES = 1024 * 1024
/** PKCS#7 adds 1 to 16 bytes to every chunk. */
const MAX_PADDING_BYTES = 16

export interface StreamFileOptions {
  readonly blobs: BlobPlaces
  /** Root of the tree over a file's leaves. @param digests - SHA-256 of each MiB, 32 bytes each. */
  rootOf(digests: Uint8Array, bytes: number): CID
  readonly signal: AbortSignal
  readonly onBytes?: (bytes: number) => void
}

/**
 * Completes a file from the blobs of a stream on LBRY. Chunks that an earlier run wrote, from here or from a gateway, are
 * known by encrypting them again, and not fetched. Whatever the stream is, the file gets its name only when it has the
 * SHA-256 and the CID of the statement. Holds some blobs, never the file.
 *
 * @param sdHash - what the statement says that the descriptor's SHA-384 is.
 * @throws {ReadError} `SOURCES_EXHAUSTED`, `COPY_DIFFERS`, `BLOCK_WRONG` when the statement contradicts itself,
 * `OUTPUT_UNWRITABLE`; the part file stays.
 */
export async function completeFromStream(
  path: string,
  file: StatementFile,
  sdHash: string,
  options: StreamFileOptions,
): Promise<Completed> {
  const { blobs, signal, onBytes } = options
  const promised = { cid: parseCid(file.cid), bytes: file.bytes, sha256: file.sha256 }
  return completeBy(path, promised, {
    ...(onBytes === undefined ? {} : { onBytes }),
    async fill(part) {
      const descriptor = readable(file, await blobs.fetch(sdHash, MAX_BLOB_BYTES, signal), sdHash)
      await fill(part, file, descriptor, options)
    },
    check: (part) => check(part, file, options),
  })
}

/** A descriptor whose stream can have the size of the file; anything else is found out before a blob is fetched. */
function readable(file: StatementFile, sdBlob: Uint8Array, sdHash: string): StreamDescriptor {
  const descriptor = ofStream(file, () => parseDescriptor(sdBlob, sdHash))
  const encrypted = descriptor.blobs.reduce((sum, { length }) => sum + length, 0)
  const { length } = descriptor.blobs
  if (file.bytes > encrypted - length || file.bytes < encrypted - MAX_PADDING_BYTES * length)
    throw differs(file, 'it has another size')
  return descriptor
}

async function fill(
  part: FileHandle,
  file: StatementFile,
  descriptor: StreamDescriptor,
  { blobs, signal, onBytes }: StreamFileOptions,
): Promise<void> {
  const isUsual = hasUsualChunks(descriptor)
  const only = isUsual ? await missingChunks(part, file, descriptor, { signal, onBytes }) : [...descriptor.blobs.keys()]
  const fetchBlob: BlobSource = ({ hash: name, length }, each) => blobs.fetch(name, length, each.signal)
  try {
    let end = 0
    let at = 0
    for await (const chunk of decryptBlobs(descriptor, fetchBlob, { signal, only })) {
      const { length } = chunk
      const index = only[at++] ?? 0
      const offset = isUsual ? index * CHUNK_BYTES : end
      end = offset + length
      // A stream says how long it is only when its last blob is here.
      if (end > file.bytes || (isUsual && length !== chunkBytes(file, index)))
        throw differs(file, 'it has another size')
      await part.write(chunk, 0, length, offset)
      onBytes?.(length)
      // Chunks come faster than garbage is collected.
      chunk.buffer.transfer(0)
    }
  } catch (error) {
    throw translated(file, error)
  }
}

/** Numbers of the chunks that no earlier run wrote. Each that is there is encrypted again, which is faster than any line. */
async function missingChunks(
  part: FileHandle,
  file: StatementFile,
  descriptor: StreamDescriptor,
  {
    signal,
    onBytes,
  }: Pick<StreamFileOptions, 'signal'> & { readonly onBytes: StreamFileOptions['onBytes'] | undefined },
): Promise<number[]> {
  const missing: number[] = []
  const room = new Uint8Array(Math.min(CHUNK_BYTES, file.bytes))
  for (const index of descriptor.blobs.keys()) {
    signal.throwIfAborted()
    const bytes = chunkBytes(file, index)
    if (bytes <= 0) throw differs(file, 'it has another size')
    const { bytesRead } = await part.read(room, 0, bytes, index * CHUNK_BYTES)
    const isThere = bytesRead === bytes && (await isChunkOf(descriptor, index, room.subarray(0, bytes)))
    if (isThere) onBytes?.(bytes)
    else missing.push(index)
  }
  return missing
}

/** Plain bytes of a chunk, if the stream is the file. */
function chunkBytes(file: StatementFile, index: number): number {
  return Math.min(CHUNK_BYTES, file.bytes - index * CHUNK_BYTES)
}

/** Reads the whole part back once, and compares it with both names that the statement has for the file. */
async function check(part: FileHandle, file: StatementFile, { rootOf, signal }: StreamFileOptions): Promise<string> {
  const whole = createHash('sha256')
  const leaves = Math.max(1, Math.ceil(file.bytes / LEAF_BYTES))
  const digests = new Uint8Array(32 * leaves)
  const buffer = Buffer.allocUnsafe(LEAF_BYTES)
  if ((await part.stat()).size !== file.bytes) throw differs(file, 'it ends too early')
  for (let leaf = 0; leaf < leaves; leaf++) {
    signal.throwIfAborted()
    const { bytesRead } = await part.read(buffer, 0, LEAF_BYTES, leaf * LEAF_BYTES)
    const bytes = buffer.subarray(0, bytesRead)
    whole.update(bytes)
    digests.set(hash('sha256', bytes, 'buffer'), 32 * leaf)
  }
  const sha256 = whole.digest('hex')
  if (sha256 !== file.sha256) throw differs(file, 'its content is another one')
  if (cidText(rootOf(digests, file.bytes)) === file.cid) return sha256
  throw new ReadError('BLOCK_WRONG', `the statement has a CID and a SHA-256 of two different files for ${file.path}`, {
    hint: 'keep the statement and tell the publisher; the bytes stay in the part file',
  })
}

function ofStream<T>(file: StatementFile, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw translated(file, error)
  }
}

/** A blob that could not be had keeps the fault of its place; everything else that is wrong with a stream is the copy's. */
function translated(file: StatementFile, error: unknown): unknown {
  if (!(error instanceof LbryStreamError)) return error
  return error.cause instanceof ReadError ? error.cause : differs(file, error.message, error)
}

function differs({ path }: StatementFile, why: string, cause?: unknown): ReadError {
  return new ReadError('COPY_DIFFERS', `the copy on LBRY is not ${path} of the statement: ${why}`, {
    hint: 'do not use it, and tell the publisher: another copy was published, or the statement is wrong',
    cause,
  })
}
