import { setTimeout as wait } from 'node:timers/promises'
import type { Offer, Outcome, PublishStep } from '../target.ts'
import { outcomeOf, waiting } from './daemon-problem.ts'
import { findMade } from './find-made.ts'
import { unpublishable } from './offer-limits.ts'
import { sendClaim } from './send-claim.ts'
import { heightNow, type LbrySession } from './session.ts'

/**
 * One item: looks for its claim, and makes it if it is nowhere. Whatever keeps it from that becomes an outcome.
 *
 * The order is what makes it safe to be killed anywhere (facts 5): look, note the intent, call, note the result. A run that
 * finds an intent without a result looks for the claim, and sends nothing while the call could still be at work.
 *
 * @throws the reason of the signal, when it is aborted.
 */
export async function publishOffer(session: LbrySession, offer: Offer, step: PublishStep): Promise<Outcome> {
  const never = unpublishable(offer)
  if (never !== undefined) return never
  step.onProgress(0, offer.bytes)
  try {
    const outcome = await tryBlockByBlock(session, offer, step)
    if ('evidence' in outcome) step.onProgress(offer.bytes, offer.bytes)
    return outcome
  } catch (error) {
    step.signal.throwIfAborted()
    return outcomeOf(error)
  }
}

/** What the chain does not take now it may take after the next block; each time it looks first again. */
async function tryBlockByBlock(session: LbrySession, offer: Offer, step: PublishStep): Promise<Outcome> {
  const end = performance.now() + session.waits.blockMs
  for (;;) {
    const outcome = (await findMade(session, offer, step)) ?? (await sendClaim(session, offer, step))
    if (outcome !== 'needs-block') return outcome
    step.onWait?.('the next block')
    if (await sawNextBlock(session, end, step.signal)) continue
    return waiting(
      'CLAIM_WAITS_FOR_BLOCK',
      'what the wallet has sent before must get its block first, and none came',
      'run the same command later; split funds (`holdfast target split`) send more at a time, and `lbrynet utxo release` frees what a failed call keeps',
      true,
    )
  }
}

async function sawNextBlock(session: LbrySession, end: number, signal: AbortSignal): Promise<boolean> {
  const height = await heightNow(session, signal)
  while (performance.now() < end) {
    await wait(session.waits.pollMs, undefined, { signal })
    if ((await heightNow(session, signal)) > height) return true
  }
  return false
}
