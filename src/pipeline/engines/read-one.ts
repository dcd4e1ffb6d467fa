import { hash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { digestOf } from '../../model/content-id.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'

/** Whether a place gave the bytes that a CID stands for, others, or none. */
export type Verdict = 'good' | 'bad' | 'missing'

/** Reads one block back and hashes it. @throws {ReplicateError} when the place cannot be asked now. */
export async function readOne(
  place: PinEngine,
  root: string,
  cid: CID,
  signal: AbortSignal,
): Promise<{ readonly cid: CID; readonly verdict: Verdict; readonly bytes?: Uint8Array; readonly why?: string }> {
  try {
    const bytes = await place.readBlock(root, cid, signal)
    if (bytes === undefined) return { cid, verdict: 'missing' }
    const digest = digestOf(cid)
    const isGood = digest !== undefined && Buffer.compare(hash('sha256', bytes, 'buffer'), digest) === 0
    return isGood ? { cid, verdict: 'good', bytes } : { cid, verdict: 'bad' }
  } catch (error) {
    if (error instanceof ReplicateError && error.code === 'ENGINE_BYTES_DIFFER')
      return { cid, verdict: 'bad', why: error.message }
    throw error
  }
}
