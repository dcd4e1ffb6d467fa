import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { readError, systemCode } from './file-errors.ts'

/**
 * Reads at most one byte more than `limit`, so that the caller can tell a file that is too long; undefined when there is
 * none. A pipe (`<(pass show …)`) is read until it ends or is too long.
 *
 * @throws {StoreError} `STORE_UNREADABLE`.
 */
export async function readSmallFile(path: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    await using handle = await open(path, 'r')
    const buffer = new Uint8Array(limit + 1)
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return buffer.subarray(0, length)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw readError(error, path)
  }
}

/**
 * A file whose bytes are checked by a hash that the caller has, so that one which cannot be read is as good as none. Synchronous, for
 * what is made within a transaction.
 */
export function readHashedFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}
