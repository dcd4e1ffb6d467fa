import type { LbryDaemonError } from '../../lbry-sdk-client/daemon/errors.ts'
import type { Output, Transaction } from '../../lbry-sdk-client/daemon/output.ts'
import { PublishError } from '../errors.ts'
import type { Offer, Outcome, PublishStep } from '../target.ts'
import { type Looked, makeQuery } from './asynqueries.ts'
import { claimEvidence } from './claim-evidence.ts'
import { createParams } from './claim-params.ts'
import { assertFunds } from './cost.ts'
import { publishErrorOf } from './daemon-words.ts'
import { countTransaction, findClaim, isOnNetwork, showTransaction } from './find-claim.ts'
import { followQuery } from './follow-query.ts'
import { type Notes, openNotes } from './notes.ts'
import { type Channel, isOfAccount, type Odysee } from './odysee.ts'
import { nameTaken, outcomeOf, unpublishable, unsure } from './outcomes.ts'
import { putUpload } from './put-upload.ts'

/** Looks, queries and looks again within one run; more is left to the next. */
const MAX_ROUNDS = 3
/** Failed queries after which the same upload is not tried again: the service may have lost it. */
const MAX_FAILURES_OF_UPLOAD = 2

interface Job {
  readonly odysee: Odysee
  readonly channel: Channel
  readonly offer: Offer
  readonly notes: Notes
  readonly step: PublishStep
}

/**
 * Publishes one file, or finds that it is published. Each look at the account's claims comes before anything is made, each
 * note before what it is about; what may be repeated without a second claim is: the create call of one upload.
 */
export async function publishOffer(odysee: Odysee, offer: Offer, step: PublishStep): Promise<Outcome> {
  const never = unpublishable(offer)
  if (never !== undefined) return never
  try {
    const channel = await odysee.channel(step.signal)
    const notes = openNotes(step.ledger)
    assertSameAccount(step.ledger.evidence.channelId, channel)
    return await publishOnce({ odysee, channel, offer, notes, step })
  } catch (error) {
    step.signal.throwIfAborted()
    return outcomeOf(error)
  }
}

async function publishOnce(job: Job): Promise<Outcome> {
  const { odysee, offer, notes, step } = job
  let wasTaken = false
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { createSentAt, failures = 0 } = notes.begun
    const found = await findClaim(odysee, offer.claim.name, offer, step.signal)
    if (found.kind === 'ours') return await foundOutcome(job, found.output, createSentAt !== undefined || failures > 0)
    // With a create call on its way, that other claim may be what the service made of our upload: its query tells.
    if (found.kind === 'other' && createSentAt === undefined) throw nameTaken(offer.claim.name)
    assertQuietIsOver(odysee, notes)
    const ended = await askForClaim(job)
    const outcome = conclude(job, ended)
    if (outcome !== undefined) return outcome
    if (ended.kind !== 'failed') continue
    // The name is taken, and no stream of the account has it: it is a claim of another kind.
    if (wasTaken) throw nameTaken(offer.claim.name)
    wasTaken = true
  }
  throw unsure('Odysee has lost sight of the claim that it was asked for')
}

/** Makes the query unless one is known, and follows it. */
async function askForClaim({ odysee, channel, offer, notes, step }: Job): Promise<Looked> {
  const { signal } = step
  if (notes.begun.queryId === undefined) {
    if (notes.begun.createSentAt === undefined) {
      await assertNotHidden(odysee, channel, offer, signal)
      await assertFunds(odysee, offer.claim, signal)
    }
    const uploadUrl = await putUpload(odysee, offer, notes, step)
    const createSentAt = notes.begun.createSentAt ?? Math.floor(odysee.now() / 1_000)
    notes.write({ name: offer.claim.name, channelId: channel.id, createSentAt, unsureSince: undefined })
    const made = await makeQuery(
      odysee,
      'stream_create',
      createParams(offer.claim, channel, odysee.bid, uploadUrl),
      signal,
    )
    if (made.kind !== 'query') return made
    notes.write({ queryId: made.id })
  }
  step.onWait?.('the claim that its service makes of the upload')
  const { queryId: id = '', createSentAt = 0 } = notes.begun
  return await followQuery(odysee, { id, method: 'stream_create', since: createSentAt * 1_000 }, signal)
}

/** @returns nothing when there is to be another round. */
function conclude(job: Job, ended: Looked): Outcome | undefined {
  const { offer, notes } = job
  switch (ended.kind) {
    case 'pending':
      throw unsure(`Odysee is still making the claim ${offer.claim.name}`)
    case 'unknown':
      // Whatever became of it shows when the name is looked for; the upload gives the same query again, or a new one.
      notes.write({ queryId: undefined })
      return undefined
    case 'done':
      return madeOutcome(job, ended.transaction)
    case 'failed':
      return failed(job, ended.error)
  }
}

function failed({ odysee, notes }: Job, error: LbryDaemonError): undefined {
  const failures = (notes.begun.failures ?? 0) + 1
  const isUnsure = error.effect !== 'none'
  const isLost = failures % MAX_FAILURES_OF_UPLOAD === 0
  notes.write({
    ...{ queryId: undefined, createSentAt: undefined, failures },
    unsureSince: isUnsure ? Math.floor(odysee.now() / 1_000) : undefined,
    ...(isLost ? { uploadUrl: undefined, uploadOf: undefined, isUploaded: undefined } : {}),
  })
  // An earlier attempt of the service itself may have made it: the next look tells.
  if (error.code === 'LBRY_NAME_TAKEN') return undefined
  throw publishErrorOf(error)
}

function madeOutcome({ odysee, channel, offer, notes }: Job, transaction: Transaction): Outcome {
  const output = transaction.outputs.find(({ type, name }) => type === 'claim' && name === offer.claim.name)
  if (output === undefined) throw unsure('Odysee reports a claim, and not the one that it was asked for')
  const cost = countTransaction(odysee, transaction, output)
  if (notes.begun.uploadOf !== offer.sourceHash) {
    // The bundle got other bytes while those of an earlier version were on their way.
    notes.write({ queryId: undefined, createSentAt: undefined })
    throw nameTaken(offer.claim.name)
  }
  const evidence = claimEvidence({ output, transaction: transaction.hex }, channel, offer)
  return { status: 'copied', evidence: { ...evidence, cost } }
}

async function foundOutcome(job: Job, output: Output, wasAsked: boolean): Promise<Outcome> {
  const { odysee, channel, offer, step } = job
  const transaction = await showTransaction(odysee, output.txid, step.signal)
  const evidence = claimEvidence({ output, transaction: transaction?.hex }, channel, offer)
  if (!wasAsked) return { status: 'adopted', evidence }
  const paid = transaction === undefined ? {} : { cost: countTransaction(odysee, transaction, output) }
  return { status: 'copied', evidence: { ...evidence, ...paid } }
}

async function assertNotHidden(odysee: Odysee, channel: Channel, { claim }: Offer, signal: AbortSignal): Promise<void> {
  if (!(await isOnNetwork(odysee, claim.name, channel.id, signal))) return
  throw unsure(`the network has a claim ${claim.name} in this channel, and the wallet of the account does not show it`)
}

function assertQuietIsOver(odysee: Odysee, { begun }: Notes): void {
  const { unsureSince } = begun
  if (unsureSince === undefined || odysee.now() - unsureSince * 1_000 >= odysee.timing.quietMs) return
  throw unsure('Odysee failed in a way that may have made the claim all the same, and it does not show yet')
}

/** The claims of another account cannot be seen: what it has would be made again. */
function assertSameAccount(before: string | undefined, channel: Channel): void {
  if (isOfAccount(before, channel)) return
  throw new PublishError('CHANNEL_MISSING', 'this item was begun with another account than the one of the token', {
    hint: 'use the token of the account that it was begun with',
  })
}
