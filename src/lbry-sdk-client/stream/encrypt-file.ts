import type { webcrypto } from 'node:crypto'
import { blobsIn, CHUNK_BYTES, chunkLength } from './format.ts'
import type { LocalFile } from './local-file.ts'

/** How far work on a file is. */
export interface StreamProgress {
  /** Plain bytes that are done. */
  readonly doneBytes: number
  readonly totalBytes: number
}

/** What every function that works through a stream takes. */
export interface StreamOptions {
  /** Work ends with the signal's reason, and files are closed by then. @default never aborted */
  readonly signal?: AbortSignal | undefined
  /** Called after each blob. */
  readonly onProgress?: ((progress: StreamProgress) => void) | undefined
}

/** One chunk of a file, encrypted. */
export interface EncryptedBlob {
  readonly index: number
  /** SHA-384 of `bytes`; 96 lower-case hexadecimal digits. */
  readonly hash: string
  /** Encrypted bytes; the reader's own. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly plainBytes: number
}

export interface EncryptOptions extends StreamOptions {
  /** Raw AES-128 key, 16 bytes. */
  readonly key: Uint8Array<ArrayBuffer>
  /** Raw IV of blob `index`, 16 bytes; asked for once each, in order. */
  ivOf(index: number): Uint8Array<ArrayBuffer>
  /** Told each plain chunk in order, before it is encrypted. The bytes are only good during the call. */
  onPlain?(chunk: Uint8Array): void
}

/** Blobs that are encrypted and hashed at the same time, by the threads that Node has for cryptography. */
const IN_FLIGHT = 4

/**
 * Encrypts a file chunk by chunk and yields the blobs in order. Each byte is read once, and no more than four chunks are
 * held. Whoever stops early waits for the blobs that are being made, so nothing works on after that.
 *
 * @throws {LbryStreamError} `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`.
 */
export async function* encryptFile(
  file: LocalFile,
  options: EncryptOptions,
): AsyncGenerator<EncryptedBlob, void, void> {
  const key = await crypto.subtle.importKey('raw', options.key, 'AES-CBC', false, ['encrypt'])
  const spare: Uint8Array<ArrayBuffer>[] = []
  const making: Promise<EncryptedBlob>[] = []
  const count = blobsIn(file.sizeBytes)
  let doneBytes = 0
  try {
    for (let index = 0, next = 0; index < count; index++) {
      for (; next < count && next - index < IN_FLIGHT; next++) {
        options.signal?.throwIfAborted()
        const room = spare.pop() ?? new Uint8Array(CHUNK_BYTES)
        const chunk = room.subarray(0, chunkLength(file.sizeBytes, next))
        await file.read(chunk, next * CHUNK_BYTES)
        options.onPlain?.(chunk)
        const blob = encryptChunk(key, chunk, next, options.ivOf(next)).finally(() => spare.push(room))
        // What fails ahead of its turn is reported in its turn.
        blob.catch(() => {})
        making.push(blob)
      }
      const blob = await making[0]
      if (blob === undefined) return
      void making.shift()
      options.signal?.throwIfAborted()
      yield blob
      doneBytes += blob.plainBytes
      options.onProgress?.({ doneBytes, totalBytes: file.sizeBytes })
    }
    await file.assertUnchanged()
  } finally {
    await Promise.allSettled(making)
  }
}

async function encryptChunk(
  key: webcrypto.CryptoKey,
  chunk: Uint8Array<ArrayBuffer>,
  index: number,
  iv: Uint8Array<ArrayBuffer>,
): Promise<EncryptedBlob> {
  const bytes = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, chunk))
  const digest = await crypto.subtle.digest('SHA-384', bytes)
  return { index, hash: Buffer.from(digest).toString('hex'), bytes, plainBytes: chunk.length }
}
