import { formatLbc, parseLbc } from '../../lbry-sdk-client/index.ts'
import type { Offer, Outcome } from '../target.ts'
import { waiting } from './daemon-problem.ts'
import type { NeedsBlock } from './send-claim.ts'
import type { LbrySession } from './session.ts'

/** Dewies a byte of a transaction (facts 1.6). */
const FEE_RATE = 50n
/** A transaction with two inputs and change, and all of a claim but its texts: keys, hashes, signature, tags of fields. */
const BASE_BYTES = 800

/** The most that the fee of a claim is likely to be, from the bytes of its texts alone. */
export function feeBound({ claim, publicName = '' }: Pick<Offer, 'claim'> & { readonly publicName?: string }): bigint {
  const { name, title, description, tags, languages, license = '', licenseUrl = '', thumbnailUrl = '' } = claim
  const texts = [name, title, description, license, licenseUrl, thumbnailUrl, publicName, ...tags, ...languages]
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 3, BASE_BYTES)
  return BigInt(bytes) * FEE_RATE
}

/**
 * What "not enough funds" means: the wallet says so as well while its own change waits to be seen, whatever its balance is
 * (facts 5).
 */
export async function fundsOrBlock(
  { daemon, ask, bid }: LbrySession,
  offer: Offer,
  signal: AbortSignal,
): Promise<Outcome | NeedsBlock> {
  const { available } = await ask(() => daemon.call('account_balance', {}, { signal }), signal)
  const least = parseLbc(bid) + feeBound(offer)
  return parseLbc(available) < least ? fundsLow(available, least) : 'needs-block'
}

export function fundsLow(available: string, least: bigint): Outcome {
  return waiting(
    'TARGET_FUNDS_LOW',
    `the wallet has ${available} LBC to spend, and the next claim needs ${formatLbc(least)} with its fee`,
    'send LBC to an address of the wallet (`lbrynet address unused`); the next run goes on where this one stops',
    true,
  )
}
