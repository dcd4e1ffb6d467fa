import { stat } from 'node:fs/promises'
import { LbryDaemonError, type Output, type Transaction } from '../../lbry-sdk-client/index.ts'
import type { Offer, Outcome, PublishStep } from '../target.ts'
import { createParams, createTimeoutMs } from './create-params.ts'
import { outcomeOf } from './daemon-problem.ts'
import { evidenceOf, intentOf, readEvidence } from './evidence.ts'
import { chooseClaim, ownClaims } from './find-claims.ts'
import { findMade, noteClaim, saveGraded, unsure } from './find-made.ts'
import { fundsOrBlock } from './funds.ts'
import { priceOf } from './price.ts'
import { linkPublicly } from './public-link.ts'
import type { LbrySession } from './session.ts'
import { poll } from './waits.ts'

/** The item itself is in order, and the chain takes nothing more before its next block. */
export type NeedsBlock = 'needs-block'

/** A lost call costs minutes of looking, and what the network has against three items it has against the next as well. */
const MOST_SETBACKS = 3

/** Makes the claim of an item, with one call at most. Only for an item whose claim is certain not to be there. */
export async function sendClaim(session: LbrySession, offer: Offer, step: PublishStep): Promise<Outcome | NeedsBlock> {
  const { ledger, signal } = step
  const { daemon, linkDirectory } = session
  const { id: channelId } = await session.channel(signal)
  await using link = await linkPublicly(linkDirectory, offer.publicName, offer.localPath)
  const params = createParams(offer, { bid: session.bid, channelId, path: link.path })
  const before = ledger.evidence
  try {
    const obstacle = await priceOf(session, offer, params, signal)
    if (obstacle !== undefined) return obstacle
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LbryDaemonError)) throw error
    return await afterRefusal(session, offer, step, error)
  }
  ledger.save(intentOf(readEvidence(before), offer, channelId, Date.now()))
  try {
    const timeoutMs = createTimeoutMs(offer.bytes)
    const sent = await daemon.call('stream_create', { ...params, blocking: true }, { signal, timeoutMs })
    return await noteSent(session, offer, step, sent)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LbryDaemonError)) throw error
    if (error.effect !== 'none') return await lookForLost(session, offer, step)
    ledger.save(before)
    return await afterRefusal(session, offer, step, error)
  }
}

async function noteSent(session: LbrySession, offer: Offer, step: PublishStep, sent: Transaction): Promise<Outcome> {
  const [claim] = sent.outputs
  // Something was sent, so it is looked for.
  if (claim?.type !== 'claim' || claim.name !== offer.claim.name)
    throw new LbryDaemonError('LBRY_REPLY_MALFORMED', { method: 'stream_create', effect: 'happened' })
  session.setbacks = 0
  session.purse.pay(sent)
  session.chain.note(sent)
  const evidence = evidenceOf(readEvidence(step.ledger.evidence), claim, sent, true)
  return { status: 'copied', evidence: await saveGraded(session, offer, step, evidence) }
}

/** The answer never came, and the call may have done all it was to do: it is not repeated, its claim is looked for. */
async function lookForLost(session: LbrySession, offer: Offer, step: PublishStep): Promise<Outcome> {
  const { waits } = session
  const { signal } = step
  const { id } = await session.channel(signal)
  const look = async (): Promise<Output | undefined> => {
    try {
      const claims = await ownClaims(session, offer.claim.name, { everywhere: true, signal })
      return chooseClaim(claims, offer, undefined, id) ?? claims[0]
    } catch (error) {
      signal.throwIfAborted()
      // A daemon that is away says nothing about the claim; it may be back before time is up.
      if (error instanceof LbryDaemonError) return undefined
      throw error
    }
  }
  step.onWait?.('a claim whose answer was lost')
  const claim = await poll(look, { forMs: waits.lookMs, everyMs: waits.pollMs, signal })
  session.setbacks = claim === undefined ? session.setbacks + 1 : 0
  if (claim === undefined) return unsure(session.setbacks >= MOST_SETBACKS)
  const evidence = await noteClaim(session, offer, step, claim, session.purse.pay)
  return { status: 'copied', evidence }
}

/** The daemon said no, and nothing was sent. */
async function afterRefusal(
  session: LbrySession,
  offer: Offer,
  step: PublishStep,
  error: LbryDaemonError,
): Promise<Outcome | NeedsBlock> {
  const { signal } = step
  switch (error.code) {
    case 'LBRY_FUNDS_UNAVAILABLE':
      return await fundsOrBlock(session, offer, signal)
    case 'LBRY_MEMPOOL_CHAIN_LONG':
    case 'LBRY_MEMPOOL_CONFLICT':
      await dropOrphan(session, offer, signal)
      return 'needs-block'
    case 'LBRY_NAME_TAKEN': {
      // Made in between: by somebody else, or by a call that was believed lost. A claim of another kind is not listed.
      const found = await findMade(session, offer, step)
      if (found !== undefined) return found
      throw error
    }
    case 'LBRY_FILE_MISSING':
      return await unseen(offer, error)
    case 'LBRY_BROADCAST_REFUSED': {
      await dropOrphan(session, offer, signal)
      session.setbacks += 1
      const outcome = outcomeOf(error)
      return outcome.status === 'waiting' ? { ...outcome, stop: session.setbacks >= MOST_SETBACKS } : outcome
    }
    default:
      throw error
  }
}

/** A file that is here and that the daemon cannot see: then it sees none of the others either. */
async function unseen({ localPath }: Offer, error: LbryDaemonError): Promise<Outcome> {
  const stop = await stat(localPath).then(
    () => true,
    () => false,
  )
  const outcome = outcomeOf(error)
  return outcome.status === 'waiting' ? { ...outcome, stop } : outcome
}

/**
 * A refused broadcast leaves a stream without a claim in the daemon: blobs as large as the file, and a line that breaks its
 * list of files (facts 1.5). The public name is of this item alone, so that nothing else goes with it.
 */
async function dropOrphan({ daemon }: LbrySession, { publicName }: Offer, signal: AbortSignal): Promise<void> {
  try {
    await daemon.call('file_delete', { file_name: publicName, delete_all: true }, { signal })
  } catch (error) {
    signal.throwIfAborted()
    // It costs space and no more; a restart of the daemon clears it too.
    if (!(error instanceof LbryDaemonError)) throw error
  }
}
