import { createHash } from 'node:crypto'
import type { StreamOptions } from './encrypt-file.ts'
import { openLocalFile } from './local-file.ts'

/** What a claim says of the plain file behind a stream, measured. */
export interface SourceMeasure {
  readonly sizeBytes: number
  /** SHA-384 in lower-case hexadecimal. */
  readonly sourceHash: string
}

const READ_BYTES = 1_048_576

/**
 * Takes size and SHA-384 of a file, to compare with `source.size` and `source.hash` of a claim.
 *
 * @throws {LbryStreamError} `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`.
 */
export async function measureSource(path: string, options: StreamOptions = {}): Promise<SourceMeasure> {
  await using file = await openLocalFile(path)
  const { sizeBytes } = file
  const source = createHash('sha384')
  const room = new Uint8Array(Math.min(READ_BYTES, sizeBytes))
  for (let doneBytes = 0; doneBytes < sizeBytes; ) {
    options.signal?.throwIfAborted()
    const part = room.subarray(0, Math.min(READ_BYTES, sizeBytes - doneBytes))
    await file.read(part, doneBytes)
    source.update(part)
    doneBytes += part.length
    options.onProgress?.({ doneBytes, totalBytes: sizeBytes })
  }
  await file.assertUnchanged()
  return { sizeBytes, sourceHash: source.digest('hex') }
}
