import {
  LbryStreamError,
  measureSource,
  parseDescriptor,
  type StreamDescriptor,
  verifyFile,
} from '../../lbry-sdk-client/index.ts'
import type { Evidence, Offer } from '../target.ts'
import type { SdBlobs } from './sd-blobs.ts'

type Source = Pick<Evidence, 'sdHash' | 'sourceHash' | 'sourceBytes'>

export interface GradeOptions {
  readonly sdBlobs: SdBlobs | undefined
  readonly signal: AbortSignal
  /** Of reading the file, which is as long as it is large. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void
}

/** What a claim itself says: `asserted` when it names our bytes, `unknown` when it names none. */
export function equalityByClaim(
  { sourceHash, sourceBytes }: Source,
  offer: Pick<Offer, 'sourceHash' | 'bytes'>,
): 'asserted' | 'differs' | 'unknown' {
  if (sourceHash !== undefined && sourceHash !== offer.sourceHash) return 'differs'
  if (sourceBytes !== undefined && sourceBytes !== offer.bytes) return 'differs'
  return sourceHash === undefined || sourceBytes === undefined ? 'unknown' : 'asserted'
}

/**
 * Grades how sure it is that a claim's stream is our file. `verified` when encrypting the file again with the key and IVs of
 * the descriptor gives its blobs (verifier A): what decrypts from them is then this file and no other.
 *
 * @returns at least what the claim says; a descriptor that cannot be had now leaves it at that.
 */
export async function gradeEquality(
  source: Source,
  offer: Pick<Offer, 'sourceHash' | 'bytes' | 'localPath'>,
  { sdBlobs, signal, onProgress = () => undefined }: GradeOptions,
): Promise<NonNullable<Evidence['equality']>> {
  const said = equalityByClaim(source, offer)
  if (said === 'differs' || source.sdHash === undefined || sdBlobs === undefined) return said
  const bytes = await sdBlobs(source.sdHash, signal)
  const descriptor = bytes === undefined ? undefined : readDescriptor(bytes, source.sdHash)
  if (descriptor === undefined) return said
  try {
    const verdict = await verifyFile(offer.localPath, descriptor, {
      ...{ sourceHash: true, signal },
      onProgress: ({ doneBytes, totalBytes }) => onProgress(doneBytes, totalBytes),
    })
    if (verdict.equal) return verdict.sourceHash === offer.sourceHash ? 'verified' : said
    // Either the stream or the file here is another one; only the first says anything about the claim.
    const { sourceHash } = await measureSource(offer.localPath, { signal })
    return sourceHash === offer.sourceHash ? 'differs' : said
  } catch (error) {
    signal.throwIfAborted()
    // The file is away or changing, or the stream is cut in another way: nothing more can be said today.
    if (error instanceof LbryStreamError) return said
    throw error
  }
}

/** A server can give any bytes: those with another hash are not the descriptor of this claim. */
function readDescriptor(bytes: Uint8Array, sdHash: string): StreamDescriptor | undefined {
  try {
    return parseDescriptor(bytes, sdHash)
  } catch (error) {
    if (error instanceof LbryStreamError) return undefined
    throw error
  }
}
