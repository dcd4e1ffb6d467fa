import { PAGED, SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import { PublishError } from '../errors.ts'
import type { FoundClaim } from '../target.ts'
import { claimEvidence } from './claim-evidence.ts'
import type { Channel, Odysee } from './odysee.ts'
import { askWallet } from './proxy.ts'

/** The hub gives no more at once (facts 1.3). */
const PAGE_SIZE = 50

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
  for (let page = 1; ; page += 1) {
    const params = { channel_ids: [channel.id], claim_type: 'stream', order_by: ['^height'] } as const
    const asked = { ...params, page, page_size: PAGE_SIZE }
    const got = await askWallet(odysee, 'claim_search', PAGED.claim_search, asked, signal)
    const fresh = got.items.filter(({ claim_id: id }) => id !== undefined && !seen.has(id))
    for (const output of fresh) {
      seen.add(output.claim_id ?? '')
      yield { evidence: claimEvidence({ output }, channel, undefined), description: output.value?.description ?? '' }
    }
    // A page without anything new would otherwise be followed by the same for ever.
    if (fresh.length === 0 || (got.total_pages !== undefined && page >= got.total_pages)) return
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
