import { createHash } from 'node:crypto'
import { hasUsualChunks } from './chunks.ts'
import type { StreamDescriptor } from './descriptor.ts'
import { type EncryptedBlob, encryptFile, type StreamOptions } from './encrypt-file.ts'
import { LbryStreamError } from './errors.ts'
import { blobLength, blobsIn, chunkLength } from './format.ts'
import { type LocalFile, openLocalFile } from './local-file.ts'
import { release } from './release.ts'

/** Whether a local file is what a stream decrypts to. */
export type FileVerdict =
  | {
      readonly equal: true
      readonly sizeBytes: number
      /** SHA-384 of the file, to compare with what a claim says; only when asked for. */
      readonly sourceHash?: string
    }
  /** `blob`: the first one that differs; absent when the sizes do, in which case nothing was read. */
  | { readonly equal: false; readonly why: 'size' | 'content'; readonly blob?: number }

export interface VerifyFileOptions extends StreamOptions {
  /** Also take the SHA-384 of the plain file from the same read. @default false */
  readonly sourceHash?: boolean
}

/**
 * Proves that a stream is this file without one of its blobs: encrypts the file again with the key and IVs of the
 * descriptor and compares each hash. AES-CBC with PKCS#7 is a bijection, so equal blobs decrypt to equal bytes. It says
 * nothing about whether anyone has the blobs; {@link verifyBlobs} does.
 *
 * The descriptor must have been read with the hash that a claim names, or this proves nothing about that claim.
 *
 * @throws {LbryStreamError} `STREAM_CHUNKING_UNKNOWN`, `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`.
 */
export async function verifyFile(
  path: string,
  descriptor: StreamDescriptor,
  options: VerifyFileOptions = {},
): Promise<FileVerdict> {
  assertUsualChunks(descriptor)
  await using file = await openLocalFile(path)
  if (!hasLengthsOf(file.sizeBytes, descriptor)) return { equal: false, why: 'size' }
  const source = options.sourceHash === true ? createHash('sha384') : undefined
  for await (const blob of encryptAgain(file, descriptor, {
    ...options,
    onPlain: (chunk) => void source?.update(chunk),
  })) {
    const { hash } = blob
    release(blob.bytes)
    if (hash === descriptor.blobs[blob.index]?.hash) continue
    await file.assertUnchanged()
    return { equal: false, why: 'content', blob: blob.index }
  }
  const sourceHash = source?.digest('hex')
  return { equal: true, sizeBytes: file.sizeBytes, ...(sourceHash === undefined ? {} : { sourceHash }) }
}

/**
 * Makes all blobs of a stream again from the file and the descriptor, in order. Each is compared with its hash before it is
 * yielded, so none of another file comes out.
 *
 * @throws {LbryStreamError} `STREAM_FILE_DIFFERS`, `STREAM_CHUNKING_UNKNOWN`, `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`.
 */
export async function* rebuildBlobs(
  path: string,
  descriptor: StreamDescriptor,
  options: StreamOptions = {},
): AsyncGenerator<EncryptedBlob, void, void> {
  assertUsualChunks(descriptor)
  await using file = await openLocalFile(path)
  if (!hasLengthsOf(file.sizeBytes, descriptor)) throw differs('it has another size')
  for await (const blob of encryptAgain(file, descriptor, options)) {
    if (blob.hash !== descriptor.blobs[blob.index]?.hash) throw differs(`blob ${blob.index} is another one`)
    yield blob
  }
}

function encryptAgain(
  file: LocalFile,
  descriptor: StreamDescriptor,
  options: StreamOptions & { onPlain?(chunk: Uint8Array): void },
): AsyncGenerator<EncryptedBlob, void, void> {
  return encryptFile(file, {
    ...options,
    key: bytesOfHex(descriptor.key),
    ivOf: (index) => bytesOfHex(descriptor.blobs[index]?.iv ?? ''),
  })
}

function hasLengthsOf(sizeBytes: number, { blobs }: StreamDescriptor): boolean {
  return (
    blobsIn(sizeBytes) === blobs.length &&
    blobs.every(({ length }, i) => length === blobLength(chunkLength(sizeBytes, i)))
  )
}

function assertUsualChunks(descriptor: StreamDescriptor): void {
  if (hasUsualChunks(descriptor)) return
  throw new LbryStreamError('STREAM_CHUNKING_UNKNOWN', 'this stream is cut into blobs of other sizes than LBRY makes', {
    hint: 'get its blobs and compare what they decrypt to',
  })
}

function differs(why: string): LbryStreamError {
  return new LbryStreamError('STREAM_FILE_DIFFERS', `this is not the file of the stream: ${why}`, {
    hint: 'find the file that was published; every other one makes other blobs',
  })
}

function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
