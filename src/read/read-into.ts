import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Reads a whole file at once into memory that is used again: a view of `buffer`, good until the next read. Nothing when it
 * is missing, no regular file, longer than `maxBytes` (at most `buffer.length - 1`), or cannot be read.
 */
export function readInto(buffer: Uint8Array, path: string, maxBytes: number): Uint8Array | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return undefined
    // One byte more than there may be tells that there are too many.
    const room = Math.min(maxBytes + 1, buffer.length)
    let length = 0
    for (let more = 1; more > 0 && length < room; length += more)
      more = readSync(file, buffer, length, room - length, length)
    return length < room ? buffer.subarray(0, length) : undefined
  } catch {
    return undefined // Whoever asks reads it again in another way, and then says what is wrong.
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
