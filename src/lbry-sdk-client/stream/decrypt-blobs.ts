import { hash, type webcrypto } from 'node:crypto'
import type { StreamBlob, StreamDescriptor } from './descriptor.ts'
import type { StreamOptions } from './encrypt-file.ts'
import { LbryStreamError } from './errors.ts'
import { release } from './release.ts'

/**
 * Gets the encrypted bytes of one blob, from wherever: a directory, a blob server, a cache. Called once a blob, several at a
 * time. A rejection means that the blob is not to be had there.
 */
export type BlobSource = (
  blob: StreamBlob,
  options: { readonly signal: AbortSignal },
) => Promise<Uint8Array | AsyncIterable<Uint8Array>>

export interface DecryptOptions extends StreamOptions {
  /** Blobs that are asked for ahead of the one that is being read; each takes up to 2 MiB. @default 4 */
  readonly ahead?: number
  /** Numbers of the blobs that are wanted, ascending; no other one is asked for. @default all */
  readonly only?: readonly number[]
}

const AHEAD = 4

/**
 * Yields the plain bytes of a stream in order, one chunk a blob. Every blob is checked against its length and hash before
 * it is decrypted, and never more than its length is taken from the source.
 *
 * `totalBytes` of the progress is an upper bound: padding hides the exact size until the last blob.
 *
 * @throws {LbryStreamError} `STREAM_BLOB_UNAVAILABLE` with the source's error as cause, or `STREAM_BLOB_WRONG`.
 */
export async function* decryptBlobs(
  descriptor: StreamDescriptor,
  source: BlobSource,
  options: DecryptOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const { blobs } = descriptor
  const key = await crypto.subtle.importKey('raw', Buffer.from(descriptor.key, 'hex'), 'AES-CBC', false, ['decrypt'])
  const stop = new AbortController()
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
  const getting: Promise<Uint8Array<ArrayBuffer>>[] = []
  const totalBytes = blobs.reduce((sum, { length }) => sum + length - 1, 0)
  const wanted = options.only ?? [...blobs.keys()]
  let doneBytes = 0
  try {
    for (let at = 0, next = 0; at < wanted.length; at++) {
      for (; next < wanted.length && next - at < (options.ahead ?? AHEAD); next++) getting.push(start(wanted[next]))
      options.signal?.throwIfAborted()
      const chunk = await getting[0]
      if (chunk === undefined) return
      void getting.shift()
      options.signal?.throwIfAborted()
      doneBytes += chunk.length
      yield chunk
      options.onProgress?.({ doneBytes, totalBytes })
    }
  } finally {
    stop.abort()
    await Promise.allSettled(getting)
  }

  function start(index = -1): Promise<Uint8Array<ArrayBuffer>> {
    const blob = blobs[index]
    if (blob === undefined) throw new RangeError(`there is no blob ${index}`)
    const chunk = getBlob(blob, index, source, signal).then((bytes) => decrypt(key, blob, index, bytes))
    // What fails ahead of its turn is reported in its turn.
    chunk.catch(() => {})
    return chunk
  }
}

async function getBlob(
  blob: StreamBlob,
  index: number,
  source: BlobSource,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await orAborted(collect(blob, index, source, signal), signal).catch((cause: unknown) => {
    signal.throwIfAborted()
    if (cause instanceof LbryStreamError) throw cause
    throw new LbryStreamError('STREAM_BLOB_UNAVAILABLE', `blob ${index} cannot be had`, {
      cause,
      hint: 'try again later or from another place',
    })
  })
  if (bytes.length < blob.length) throw wrong(index, 'is too short')
  if (hash('sha384', bytes, 'hex') !== blob.hash) throw wrong(index, 'does not have its hash')
  return bytes
}

/** Does not wait for a source that goes on after it was told to stop. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Takes what the source gives, but never more than the blob has. */
async function collect(
  blob: StreamBlob,
  index: number,
  source: BlobSource,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const given = await source(blob, { signal })
  const parts = given instanceof Uint8Array ? [given] : given
  const bytes = new Uint8Array(blob.length)
  let have = 0
  for await (const part of parts) {
    signal.throwIfAborted()
    if (have + part.length > blob.length) throw wrong(index, 'is too long')
    bytes.set(part, have)
    have += part.length
  }
  return bytes.subarray(0, have)
}

async function decrypt(
  key: webcrypto.CryptoKey,
  blob: StreamBlob,
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = new Uint8Array(Buffer.from(blob.iv, 'hex'))
  try {
    // Refuses every padding that is not exactly PKCS#7.
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, bytes))
  } catch (cause) {
    throw wrong(index, 'does not decrypt with the key of the stream', { cause })
  } finally {
    release(bytes)
  }
}

function wrong(index: number, why: string, options: ErrorOptions = {}): LbryStreamError {
  return new LbryStreamError('STREAM_BLOB_WRONG', `blob ${index} ${why}`, options)
}
