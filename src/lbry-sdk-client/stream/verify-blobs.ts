import { createHash } from 'node:crypto'
import { type BlobSource, type DecryptOptions, decryptBlobs } from './decrypt-blobs.ts'
import type { StreamDescriptor } from './descriptor.ts'
import { LbryStreamError } from './errors.ts'
import { release } from './release.ts'

/** What is known of the file that a stream should be. At least one hash, because a size proves nothing. */
export type ExpectedFile = { readonly sizeBytes: number } & (
  | { readonly sha256: string; readonly sha384?: string | undefined }
  | { readonly sha384: string; readonly sha256?: string | undefined }
)

/** Whether the blobs of a stream are there and decrypt to a file. */
export type BlobsVerdict =
  | { readonly equal: true; readonly sizeBytes: number }
  | {
      readonly equal: false
      /** `unavailable` and `damaged` say nothing about what was published; `size` and `content` do: it is another file. */
      readonly why: 'unavailable' | 'damaged' | 'size' | 'content'
      /** The blob that could not be had or is not what its name says. */
      readonly error?: LbryStreamError
    }

/**
 * Gets every blob of a stream, decrypts them and compares the result with a file that is known by size and hash. Stops at
 * the first finding.
 *
 * @param expected - hashes in lower-case hexadecimal.
 */
export async function verifyBlobs(
  descriptor: StreamDescriptor,
  source: BlobSource,
  expected: ExpectedFile,
  options: DecryptOptions = {},
): Promise<BlobsVerdict> {
  const sha256 = expected.sha256 === undefined ? undefined : createHash('sha256')
  const sha384 = expected.sha384 === undefined ? undefined : createHash('sha384')
  let sizeBytes = 0
  try {
    for await (const chunk of decryptBlobs(descriptor, source, options)) {
      sizeBytes += chunk.length
      if (sizeBytes > expected.sizeBytes) return { equal: false, why: 'size' }
      sha256?.update(chunk)
      sha384?.update(chunk)
      release(chunk)
    }
  } catch (error) {
    if (!(error instanceof LbryStreamError)) throw error
    return { equal: false, why: error.code === 'STREAM_BLOB_UNAVAILABLE' ? 'unavailable' : 'damaged', error }
  }
  if (sizeBytes !== expected.sizeBytes) return { equal: false, why: 'size' }
  if (sha256 === undefined && sha384 === undefined) throw new TypeError('nothing to compare the content with')
  const equal = sha256?.digest('hex') === expected.sha256 && sha384?.digest('hex') === expected.sha384
  return equal ? { equal, sizeBytes } : { equal: false, why: 'content' }
}
