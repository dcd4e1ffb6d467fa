import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Dispatcher, request } from 'undici'

/**
 * Gets a descriptor ("sd blob") by its hash, which the caller checks.
 *
 * @returns `undefined` when it is not to be had there now.
 */
export type SdBlobs = (sdHash: string, signal: AbortSignal) => Promise<Uint8Array | undefined>

/** No blob is larger (facts 2). */
const MAX_BLOB_BYTES = 2_097_152
const ANSWER_MS = 30_000
const HASH = /^[0-9a-f]{96}$/

/**
 * @param from - a directory of files that are named by their hash, such as `blobfiles` of a daemon; or the http(s) address
 *   of a blob server, asked as `ADDRESS/blob?hash=HASH` as those of LBRY are, unless it has `{hash}` in it.
 */
export function openSdBlobs(from: string, dispatcher: Dispatcher | undefined): SdBlobs {
  const get = /^https?:\/\//.test(from)
    ? (hash: string, signal: AbortSignal) => fetchBlob(from, hash, signal)
    : undefined
  return async (sdHash, signal) => {
    if (!HASH.test(sdHash)) return undefined
    return get === undefined ? await readBlob(from, sdHash) : await get(sdHash, signal)
  }

  async function fetchBlob(base: string, hash: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const url = base.includes('{hash}') ? base.replace('{hash}', hash) : `${base.replace(/\/+$/, '')}/blob?hash=${hash}`
    try {
      const { statusCode, body } = await request(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
        ...(dispatcher === undefined ? {} : { dispatcher }),
      })
      if (statusCode === 200) return await collect(body)
      await body.dump()
      return undefined
    } catch {
      signal.throwIfAborted()
      // A server that is away leaves the equality as it was: the next run asks again.
      return undefined
    }
  }
}

async function collect(body: AsyncIterable<unknown>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) return undefined
    bytes += chunk.length
    if (bytes > MAX_BLOB_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function readBlob(directory: string, hash: string): Promise<Uint8Array | undefined> {
  const path = join(directory, hash)
  try {
    const { size } = await stat(path)
    return size > MAX_BLOB_BYTES ? undefined : await readFile(path)
  } catch {
    // Not there, or not ours to read: then equality stays what it was.
    return undefined
  }
}
