import { formatLbc } from '../../lbry-sdk-client/index.ts'
import type { Estimate, Evidence, FoundClaim, Ledger, Offer } from '../target.ts'
import { channelClaims } from './channel-claims.ts'
import { publishErrorOf } from './daemon-problem.ts'
import { estimateCost } from './estimate.ts'
import { assertReady, type LbrySession, openSession as open } from './session.ts'
import { settleClaim } from './settle.ts'
import { splitFunds } from './split-outputs.ts'
import { takeBackClaim } from './take-back.ts'
import type { LbryTargetOptions } from './target.ts'

/** What the target does, behind one import (target.ts). All faults of the daemon leave as errors of this stage. */
export { publishOffer } from './publish-offer.ts'

export function openSession(options: LbryTargetOptions & { readonly bid: string }): Promise<LbrySession> {
  return translated(() => open(options))
}

export function prepare(session: LbrySession, signal: AbortSignal): Promise<void> {
  return translated(async () => {
    await assertReady(session, signal)
    await session.channel(signal)
  })
}

export function estimate(
  session: LbrySession,
  offers: Iterable<Pick<Offer, 'bytes' | 'claim'>>,
  signal: AbortSignal,
): Promise<Estimate> {
  return translated(() => estimateCost(session, offers, signal))
}

export function settle(
  session: LbrySession,
  evidence: Evidence,
  offer: Offer | undefined,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  return translated(() => settleClaim(session, evidence, offer, signal))
}

export async function* claimsOf(
  session: LbrySession,
  channel: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<FoundClaim, void, undefined> {
  try {
    yield* channelClaims(session, channel, signal)
  } catch (error) {
    throw publishErrorOf(error)
  }
}

export function takeBack(session: LbrySession, ledger: Ledger, signal: AbortSignal): Promise<void> {
  return translated(() => takeBackClaim(session, ledger, signal))
}

export function splitOutputs(
  session: LbrySession,
  count: number,
  amount: string,
  signal: AbortSignal,
): Promise<number> {
  return translated(() => splitFunds(session, session.purse, { count, amount }, signal))
}

export function spent({ purse }: LbrySession): string {
  return formatLbc(purse.dewies)
}

async function translated<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw publishErrorOf(error)
  }
}
