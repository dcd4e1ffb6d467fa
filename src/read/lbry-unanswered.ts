import type { PublicationReport, Verdict } from '../lbry-sdk-client/index.ts'
import type { CopyQuestion, CopyStep } from './lbry-question.ts'

/** A part of a question that was asked and is not answered by what was given. */
export interface UnansweredPart {
  readonly message: string
  /** What to give, so that it is. */
  readonly hint: string
}

/**
 * Says what of a question stays open. A file that is proven to be some stream answers nothing for somebody who named a
 * claim or a channel: those have to be tied to the stream as well.
 *
 * @param verdictOf - verdict of a step; undefined for steps that were not looked at.
 */
export function unanswered(
  question: CopyQuestion,
  verdictOf: (step: CopyStep['step']) => Verdict | undefined,
  equality: PublicationReport['equality'],
): UnansweredPart[] {
  const isVerified = (...steps: readonly CopyStep['step'][]): boolean =>
    steps.every((step) => verdictOf(step) === 'verified')
  const { transaction, sdBlob, blobs, reference } = question
  const isSigned = isVerified('channel', 'channel-key', 'signature')
  const isTied =
    reference === undefined ||
    isSigned ||
    (reference.output !== undefined && isVerified('transaction')) ||
    (reference.claimId !== undefined && isVerified('claim-id'))
  const open: (UnansweredPart | false)[] = [
    equality === 'unknown' && NOTHING_TO_COMPARE,
    equality === 'asserted' && (sdBlob !== undefined || blobs !== undefined) && ONLY_ASSERTED,
    transaction !== undefined && sdBlob !== undefined && !isVerified('descriptor') && STREAM_NOT_NAMED,
    !isTied && (transaction === undefined ? CLAIM_NOT_GIVEN : CLAIM_NOT_TIED),
    question.channelId !== undefined && !isVerified('channel') && CHANNEL_NOT_TIED,
    question.channelTransaction !== undefined && !isVerified('signature') && NOT_SIGNED,
    blobs !== undefined && !isVerified('blobs') && BLOBS_NOT_CHECKED,
  ]
  return open.filter((part) => part !== false)
}

const NOTHING_TO_COMPARE: UnansweredPart = {
  message: 'there is nothing to compare the file with',
  hint: 'give the descriptor with --sd-blob, or a transaction whose claim says a hash with --tx',
}
const ONLY_ASSERTED: UnansweredPart = {
  message: 'the claim says size and hash of this file, and the stream itself could not be compared',
  hint: 'give the descriptor that the claim names with --sd-blob, and the blobs with --blobs',
}
const STREAM_NOT_NAMED: UnansweredPart = {
  message: 'the claim does not name the stream of this descriptor',
  hint: 'give the transaction of the stream itself, not of its channel or of a repost',
}
const CLAIM_NOT_GIVEN: UnansweredPart = {
  message: 'the claim that you named was not looked at',
  hint: 'give its transaction with --tx: `lbrynet transaction show` and explorers of the chain have it',
}
const CLAIM_NOT_TIED: UnansweredPart = {
  message:
    'nothing ties the claim that you named to this transaction: it is an update, or only a part of the id was given',
  hint: 'name all 40 digits of the claim and give the transaction that made it; or give --channel-id and --channel-tx',
}
const CHANNEL_NOT_TIED: UnansweredPart = {
  message: 'whether the channel that you named signed the claim was not proven',
  hint: 'give the claim with --tx and the transaction that made the channel with --channel-tx',
}
const NOT_SIGNED: UnansweredPart = {
  message: 'no signature was compared with the key of the channel',
  hint: 'give the transaction of the claim with --tx',
}
const BLOBS_NOT_CHECKED: UnansweredPart = {
  message: 'the blobs are not all there, or it is not known which they are',
  hint: 'bring the missing ones into the directory, and give the descriptor with --sd-blob',
}
