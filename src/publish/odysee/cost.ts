import { formatLbc, parseLbc } from '../../lbry-sdk-client/daemon/amounts.ts'
import { PublishError } from '../errors.ts'
import type { ClaimText, Estimate, Offer } from '../target.ts'
import { availableLbc } from './account.ts'
import type { Odysee } from './odysee.ts'

/** Dewies a byte (facts 1.6). */
const FEE_RATE = 50n
/** Inputs, outputs, signature and source of a claim without its words: real ones have 350 to 700 bytes. */
const BARE_BYTES = 800n

/** Bid and fee of one claim, as an upper bound. The bid comes back when the claim is abandoned; the fee does not. */
export function costOf(claim: ClaimText, bid: string): bigint {
  const words = BigInt(Buffer.byteLength(JSON.stringify(claim)))
  return parseLbc(bid) + (BARE_BYTES + words) * FEE_RATE
}

/** @throws {PublishError} */
export async function estimateCost(
  odysee: Odysee,
  offers: Iterable<Pick<Offer, 'bytes' | 'claim'>>,
  signal: AbortSignal,
): Promise<Estimate> {
  const available = await availableLbc(odysee, signal)
  let left = parseLbc(available)
  let sum = 0n
  let affordable = 0
  for (const { claim } of offers) {
    const cost = costOf(claim, odysee.bid)
    sum += cost
    left -= cost
    if (left >= 0n) affordable += 1
  }
  return { lbc: formatLbc(sum), available, affordable }
}

/**
 * Asked before gigabytes are sent: the wallet would refuse only afterwards.
 *
 * @throws {PublishError} `TARGET_FUNDS_LOW`.
 */
export async function assertFunds(odysee: Odysee, claim: ClaimText, signal: AbortSignal): Promise<void> {
  const available = await availableLbc(odysee, signal)
  const cost = costOf(claim, odysee.bid)
  if (parseLbc(available) >= cost) return
  throw new PublishError(
    'TARGET_FUNDS_LOW',
    `the wallet of the account has ${available} LBC, and a claim takes up to ${formatLbc(cost)}`,
    { hint: 'send LBC to the wallet of the account; what is left goes out with the next run' },
  )
}
