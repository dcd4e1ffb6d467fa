import type { CID } from 'multiformats/cid'
import { ViewError } from './errors.ts'
import type { DupFreeLimits } from './limits.ts'

/** What one CAR without duplicates has sent so far. */
export interface SentBlocks extends Disposable {
  /**
   * True the first time that it is asked about a CID.
   *
   * @throws {ViewError} `DAG_TOO_LARGE` when it has to remember more than it may.
   */
  isNew(cid: CID): boolean
}

/** @throws {ViewError} `SERVER_BUSY` when as many answers as may remember are under way. */
export type RememberSent = () => SentBlocks

/**
 * Gives memory to answers that may send no block twice. It is bounded for one answer and for all: a reader who needs more
 * asks for `dups=y`, which needs none. An answer that comes to its bound is cut, because the header of the answer has
 * promised each block once, and a cut is what clients recognise (docs/decisions/0012).
 */
export function sentMemory(limits: DupFreeLimits): RememberSent {
  let underWay = 0
  return () => {
    if (underWay >= limits.answers)
      throw new ViewError(
        'SERVER_BUSY',
        'too many CARs without duplicates are under way; ask for dups=y, or again later',
      )
    underWay += 1
    return sentBlocks(limits.blocks, () => {
      underWay -= 1
    })
  }
}

function sentBlocks(most: number, leave: () => void): SentBlocks {
  const sent = new Set<string>()
  let left = false
  return {
    isNew(cid) {
      // One character a byte: a third of what the CID takes as text, and as exact.
      const key = Buffer.from(cid.bytes.buffer, cid.bytes.byteOffset, cid.bytes.length).toString('latin1')
      if (sent.has(key)) return false
      if (sent.size >= most)
        throw new ViewError('DAG_TOO_LARGE', `more than ${most} different blocks are sent with dups=y only`)
      sent.add(key)
      return true
    },
    [Symbol.dispose]() {
      sent.clear()
      if (!left) leave()
      left = true
    },
  }
}
