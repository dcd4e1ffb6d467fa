import { formatLbc, parseLbc } from '../../lbry-sdk-client/index.ts'
import type { Estimate, Offer } from '../target.ts'
import { MAX_UNCONFIRMED } from './chain.ts'
import { feeBound } from './funds.ts'
import type { LbrySession } from './session.ts'

/** Between two blocks, as LBRY aims at (facts 5). */
const BLOCK_SECONDS = 150
/** What a computer of this decade hashes twice and encrypts once in a second. */
const BYTES_A_SECOND = 60_000_000
/** Of one call with its broadcast. */
const CALL_SECONDS = 2

/**
 * Bids and fees of many items against what the wallet can spend. The fees are bounds, so that the wallet lasts at least as
 * long as this says; bids come back when a claim is abandoned.
 */
export async function estimateCost(
  { daemon, ask, bid }: LbrySession,
  offers: Iterable<Pick<Offer, 'bytes' | 'claim'>>,
  signal: AbortSignal,
): Promise<Estimate> {
  const { available } = await ask(() => daemon.call('account_balance', {}, { signal }), signal)
  const funds = parseLbc(available)
  let total = 0n
  let affordable = 0
  let items = 0
  let bytes = 0
  for (const offer of offers) {
    total += parseLbc(bid) + feeBound(offer)
    if (total <= funds) affordable += 1
    items += 1
    bytes += offer.bytes
  }
  const working = items * CALL_SECONDS + bytes / BYTES_A_SECOND
  // With one output, so many go into each block at most; funds that are split go faster.
  const blocks = Math.floor(items / MAX_UNCONFIRMED) * BLOCK_SECONDS
  return { lbc: formatLbc(total), available, affordable, seconds: Math.ceil(Math.max(working, blocks)) }
}
