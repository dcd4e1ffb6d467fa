import { PAGED, SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import { PublishError } from '../errors.ts'
import type { FoundClaim } from '../target.ts'
import { claimEvidence } from './claim-evidence.ts'
import type { Channel, Odysee } from './odysee.ts'
import { askWallet } from './proxy.ts'

/** The hub gives no more at once (facts 1.3). */
const PAGE_SIZE = 50
/** Hubs give up deep in a list, so that it is read in windows of so many pages, by height. */
const PAGES = 20
/** For 200,000 claims, more than a channel has; a hub without an end is not read for ever. */
const MOST_PAGES = 4_000

/**
 * The streams of a channel that the network has confirmed, in the order in which they were made, so that new ones move
 * nothing to another page.
 *
 * @param wanted - `@name`, `@name#id` or a claim id; @default the target's own channel.
 * @throws {PublishError}
 */
export async function* channelClaims(
  odysee: Odysee,
  wanted: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<FoundClaim, void, undefined> {
  const channel = await channelOf(odysee, wanted, signal)
  const seen = new Set<string>()
  for (let from = 0, page = 1, asked = 0; asked < MOST_PAGES; asked += 1) {
    const which = { channel_ids: [channel.id], claim_type: 'stream', height: `>=${from}` } as const
    const params = { ...which, order_by: ['^height'], page, page_size: PAGE_SIZE }
    const { items } = await askWallet(odysee, 'claim_search', PAGED.claim_search, params, signal)
    for (const output of items) {
      const id = output.claim_id ?? ''
      if (seen.has(id)) continue
      seen.add(id)
      yield { evidence: claimEvidence({ output }, channel, undefined), description: output.value?.description ?? '' }
    }
    if (items.length < PAGE_SIZE) return
    if (page === PAGES) from = Math.max(items.at(-1)?.height ?? 0, from + 1)
    page = page === PAGES ? 1 : page + 1
  }
}

async function channelOf(odysee: Odysee, wanted: string | undefined, signal: AbortSignal): Promise<Channel> {
  if (wanted === undefined) return await odysee.channel(signal)
  if (/^[0-9a-f]{40}$/.test(wanted)) return { id: wanted, name: wanted, siblings: [] }
  const url = `lbry://${wanted}`
  const found = (await askWallet(odysee, 'resolve', SINGLE.resolve, { urls: [url] }, signal)).get(url)
  if (found?.found === true && found.output.claim_id !== undefined)
    return { id: found.output.claim_id, name: found.output.name ?? wanted, siblings: [] }
  throw new PublishError('CHANNEL_MISSING', `the network has no channel ${wanted}`, {
    hint: 'check the name, or give its claim id',
  })
}
