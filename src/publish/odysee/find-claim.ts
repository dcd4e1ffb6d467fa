import { formatLbc, parseLbc } from '../../lbry-sdk-client/daemon/amounts.ts'
import { LbryDaemonError } from '../../lbry-sdk-client/daemon/errors.ts'
import { PAGED, SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import type { Output, Transaction } from '../../lbry-sdk-client/daemon/output.ts'
import { PublishError } from '../errors.ts'
import type { Compared } from './claim-evidence.ts'
import type { Odysee } from './odysee.ts'
import { askWallet, callWallet } from './proxy.ts'

/** Claims of one name that a wallet can have by mistake; more are not looked at. */
const PAGE_SIZE = 50

export type Found =
  | { readonly kind: 'none' }
  /** It says our bytes. */
  | { readonly kind: 'ours'; readonly output: Output }
  /** The name is used for other bytes, or for bytes that it does not state. */
  | { readonly kind: 'other'; readonly output: Output }

/** Looks for what the account has under a name, unconfirmed claims too. @throws {PublishError} */
export async function findClaim(odysee: Odysee, name: string, ours: Compared, signal: AbortSignal): Promise<Found> {
  const items = await ownClaims(odysee, { name }, signal)
  const same = items.filter(
    ({ value }) => value?.source?.hash === ours.sourceHash && Number(value.source.size) === ours.bytes,
  )
  // Of several the oldest: it is the one that people may have linked.
  const oldest = same.toSorted((a, b) => b.confirmations - a.confirmations)[0]
  if (oldest !== undefined) return { kind: 'ours', output: oldest }
  const [other] = items
  return other === undefined ? { kind: 'none' } : { kind: 'other', output: other }
}

/** One claim of the account by its id. @throws {PublishError} */
export async function ownClaim(odysee: Odysee, claimId: string, signal: AbortSignal): Promise<Output | undefined> {
  return (await ownClaims(odysee, { claim_id: claimId }, signal)).find(({ claim_id: id }) => id === claimId)
}

async function ownClaims(
  odysee: Odysee,
  which: { readonly name: string } | { readonly claim_id: string },
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const page = await askWallet(odysee, 'stream_list', PAGED.stream_list, { ...which, page_size: PAGE_SIZE }, signal)
  return page.items.filter((one) => !('name' in which) || one.name === which.name)
}

/** The whole transaction of a claim; nothing when it is not to be had, which a later look can mend. */
export async function showTransaction(
  odysee: Odysee,
  txid: string,
  signal: AbortSignal,
): Promise<Transaction | undefined> {
  try {
    const shown = await callWallet(odysee, 'transaction_show', SINGLE.transaction_show, { txid }, signal)
    return shown?.txid === txid ? shown : undefined
  } catch (error) {
    if (error instanceof LbryDaemonError || error instanceof PublishError) return undefined
    throw error
  }
}

/**
 * Whether the network has a claim of that name in our channel, which a wallet that was just loaded may not show yet. One
 * that was abandoned a moment ago looks the same.
 *
 * @throws {PublishError}
 */
export async function isOnNetwork(
  odysee: Odysee,
  name: string,
  channelId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const which = { name, channel_ids: [channelId], page_size: 1 }
  const page = await askWallet(odysee, 'claim_search', PAGED.claim_search, which, signal)
  return page.items.some((one) => one.name === name)
}

/**
 * Notes bid and fee of a transaction that we asked for.
 *
 * @returns both together, as decimal LBC.
 */
export function countTransaction(odysee: Odysee, { txid, total_fee: fee }: Transaction, { amount }: Output): string {
  const dewies = parseLbc(fee) + parseLbc(amount)
  odysee.countSpent({ txid, dewies })
  return formatLbc(dewies)
}
