import { LbryStreamError } from '../../lbry-sdk-client/stream/errors.ts'
import { type Problem, problemOf } from '../../model/errors.ts'
import { PublishError, type PublishErrorCode } from '../errors.ts'
import type { Offer, Outcome } from '../target.ts'

/** The most that Odysee takes: 16 GiB (facts 4.2). */
export const MAX_FILE_BYTES: number = 16 * 1024 ** 3

/** What is the item's own and no repetition mends. */
const FINAL: readonly PublishErrorCode[] = ['CLAIM_NAME_TAKEN', 'FILE_UNPUBLISHABLE', 'TARGET_REFUSED']
/** What says nothing about the next item. */
const PASSING: readonly PublishErrorCode[] = ['CLAIM_UNSURE', 'CLAIM_WAITS_FOR_BLOCK']

/** @returns nothing when the file can be published as far as its size tells. */
export function unpublishable({ bytes }: Pick<Offer, 'bytes'>): Outcome | undefined {
  if (bytes > 0 && bytes <= MAX_FILE_BYTES) return undefined
  const why = bytes > 0 ? 'is larger than 16 GiB, which is the most that Odysee takes' : 'is empty'
  const hint = 'it stays in the archive only'
  return { status: 'refused', problem: { code: 'FILE_UNPUBLISHABLE', message: `the file ${why}`, hint } }
}

/** A fault as the end of one item. What is neither the target's nor the file's is a bug, and is thrown on. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof LbryStreamError) {
    const { code, message, hint } = error
    return { status: 'waiting', problem: withHint(code, message, hint), stop: false }
  }
  if (!(error instanceof PublishError)) throw error
  const problem = problemOf(error)
  if (FINAL.includes(error.code)) return { status: 'refused', problem }
  return { status: 'waiting', problem, stop: !PASSING.includes(error.code) }
}

export function unsure(why: string): PublishError {
  return new PublishError('CLAIM_UNSURE', why, {
    hint: 'publish again later: it looks for the claim before it makes anything',
  })
}

export function nameTaken(name: string): PublishError {
  return new PublishError('CLAIM_NAME_TAKEN', `the account has another claim called ${name}, with other bytes`, {
    hint: 'look at it on odysee.com; delete or adopt it by hand, then publish this item again',
  })
}

function withHint(code: string, message: string, hint: string | undefined): Problem {
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}
