import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { LbryStreamError } from '../../lbry-sdk-client/stream/errors.ts'
import { measureSource } from '../../lbry-sdk-client/stream/measure-source.ts'
import type { Offer } from '../target.ts'

/**
 * What shows that a file was not written to between two runs, without saying anything about it: a digest of size and times.
 * Bytes that an upload got in an earlier run are the ones that were hashed then, if it is the same.
 *
 * @throws {LbryStreamError} `STREAM_FILE_UNREADABLE`.
 */
export async function fileStamp(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true }).catch((cause: unknown) => {
    throw new LbryStreamError('STREAM_FILE_UNREADABLE', 'the file cannot be looked at', {
      cause,
      hint: 'check its disk',
    })
  })
  return createHash('sha256').update(`${size} ${mtimeNs} ${ctimeNs}`).digest('hex').slice(0, 32)
}

/**
 * Reads a file before any of it is sent: what is not ours must not even lie at the service unpublished.
 *
 * @throws {LbryStreamError} `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`.
 */
export async function assertOurBytes(
  { localPath, bytes, sourceHash }: Pick<Offer, 'localPath' | 'bytes' | 'sourceHash'>,
  signal: AbortSignal,
): Promise<void> {
  const measured = await measureSource(localPath, { signal })
  if (measured.sizeBytes !== bytes || measured.sourceHash !== sourceHash) throw otherBytes()
}

export function otherBytes(): LbryStreamError {
  return new LbryStreamError('STREAM_FILE_CHANGED', 'the file no longer has the bytes that its bundle was made of', {
    hint: 'bring the file back, or add its folder again; nothing was published of it',
  })
}
