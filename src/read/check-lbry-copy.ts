import {
  type BlobsVerdict,
  findClaim,
  measureSource,
  type PublicationReport,
  parseDescriptor,
  parseTransaction,
  type StepName,
  type StreamOptions,
  type Verdict,
  verifyBlobs,
  verifyClaim,
  verifyPublication,
} from '../lbry-sdk-client/index.ts'
import { foldName } from '../model/originals/lbry.ts'
import { readBlobFile } from './lbry-evidence.ts'
import type { CopyQuestion, CopyStep } from './lbry-question.ts'
import { type UnansweredPart, unanswered } from './lbry-unanswered.ts'

export interface CopyAnswer {
  readonly steps: readonly CopyStep[]
  readonly equality: PublicationReport['equality']
  /**
   * True when the file is proven to be the stream, nothing contradicts it, and all that was named is tied to it; false when
   * it is another file or a step failed; null when it is not proven either way.
   */
  readonly equal: boolean | null
  /** What was asked and is not answered by what was given. */
  readonly unanswered: readonly UnansweredPart[]
  readonly claim?: PublicationReport['claim']
}

/**
 * Answers offline whether a file is what was published on LBRY. Asks nobody; everything that is given may be a lie, and what
 * is contradicted is a step that failed.
 *
 * @throws {LbryClaimError} and {LbryStreamError} for what cannot be looked at; {ReadError} `EVIDENCE_UNREADABLE`.
 */
export async function checkLbryCopy(question: CopyQuestion, options: StreamOptions = {}): Promise<CopyAnswer> {
  const { file, reference, transaction, channelTransaction } = question
  const known = {
    ...{ claimId: reference?.claimId, txid: reference?.output?.txid, nout: reference?.output?.nout },
    ...{ channelId: question.channelId, channelTransaction },
  }
  const sdBlob = question.sdBlob ?? (await sdBlobAmong(question, known))
  const report = await verifyPublication({ file, sdBlob, transaction, known }, options)
  const steps = againstAddress(question, report)
  const descriptor = steps.find(({ step }) => step === 'descriptor')?.verdict
  const isUsable = descriptor === 'verified' || descriptor === 'claimed'
  if (question.blobs !== undefined)
    steps.push(sdBlob !== undefined && isUsable ? await blobsStep(file, sdBlob, question.blobs, options) : noDescriptor)
  const verdictOf = (name: CopyStep['step']): Verdict | undefined => steps.find(({ step }) => step === name)?.verdict
  const equality = verdictOf('blobs') === 'verified' ? 'proven' : report.equality
  const open = unanswered({ ...question, sdBlob }, verdictOf, equality)
  const isContradicted = equality === 'differs' || steps.some(({ verdict }) => verdict === 'failed')
  const equal = isContradicted ? false : equality === 'proven' && open.length === 0 ? true : null
  return { steps, equality, equal, unanswered: open, ...(report.claim === undefined ? {} : { claim: report.claim }) }
}

/** The descriptor is a blob as well, so it may lie among the others. */
async function sdBlobAmong(
  { blobs, transaction }: CopyQuestion,
  known: Parameters<typeof verifyClaim>[1],
): Promise<Uint8Array | undefined> {
  if (blobs === undefined || transaction === undefined) return undefined
  const sdHash = verifyClaim(transaction, known).claim.source?.sdHash
  return sdHash === undefined ? undefined : readBlobFile(blobs, sdHash)
}

/**
 * What an address says beyond whole ids: names as they compete on the network, and how ids begin. Agreement proves nothing;
 * disagreement is a step that failed.
 */
function againstAddress({ reference, channelTransaction }: CopyQuestion, report: PublicationReport): CopyStep[] {
  const steps: CopyStep[] = [...report.steps]
  const { claim } = report
  if (claim === undefined) {
    if (reference === undefined) return steps
    return [
      { step: 'claim-id', verdict: 'not-checked', detail: 'the transaction with the claim was not given' },
      ...steps,
    ]
  }
  const fail = (step: StepName, detail: string): void => {
    const at = steps.findIndex((one) => one.step === step)
    steps.splice(at === -1 ? steps.length : at, at === -1 ? 0 : 1, { step, verdict: 'failed', detail })
  }
  const { channel, claim: meant } = reference?.address ?? {}
  if (meant !== undefined && !claim.claimId.startsWith(meant.idPrefix ?? ''))
    fail('claim-id', `it is claim ${claim.claimId}, and the address means another one`)
  if (meant !== undefined && foldName(claim.name) !== meant.name)
    fail('name', 'the claim has another name than the address')
  if (channel === undefined) return steps
  if (claim.channelId === undefined) fail('channel', 'the address names a channel, and no channel signed this claim')
  else if (!claim.channelId.startsWith(channel.idPrefix ?? ''))
    fail('channel', `the claim names channel ${claim.channelId}, and the address another one`)
  else if (channelTransaction !== undefined) {
    const { name } = findClaim(parseTransaction(channelTransaction), { claimId: claim.channelId })
    if (foldName(name) !== channel.name)
      fail('channel-key', 'the transaction given for the channel is of another channel')
  }
  return steps
}

const noDescriptor: CopyStep = {
  step: 'blobs',
  verdict: 'not-checked',
  detail: 'without the descriptor it is not known which blobs they are',
}

async function blobsStep(
  file: string,
  sdBlob: Uint8Array,
  directory: string,
  options: StreamOptions,
): Promise<CopyStep> {
  const { sizeBytes, sourceHash: sha384 } = await measureSource(file, options)
  const verdict = await verifyBlobs(
    parseDescriptor(sdBlob),
    async ({ hash }) => {
      const bytes = await readBlobFile(directory, hash)
      if (bytes === undefined) throw new Error('not there')
      return bytes
    },
    { sizeBytes, sha384 },
    options,
  )
  return { step: 'blobs', ...blobsWords(verdict) }
}

function blobsWords(found: BlobsVerdict): Pick<CopyStep, 'verdict' | 'detail'> {
  if (found.equal)
    return { verdict: 'verified', detail: `all blobs are there and decrypt to ${found.sizeBytes} bytes, the file` }
  const what = found.error?.message ?? 'a blob'
  switch (found.why) {
    case 'unavailable':
      return { verdict: 'not-checked', detail: `not all blobs are there: ${what}` }
    case 'damaged':
      return { verdict: 'failed', detail: `the blobs are damaged: ${what}` }
    case 'size':
      return { verdict: 'failed', detail: 'the blobs decrypt to a file of another size' }
    case 'content':
      return { verdict: 'failed', detail: 'the blobs decrypt to another file' }
    default:
      return found.why satisfies never
  }
}
