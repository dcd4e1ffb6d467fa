import { PAGED, SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import { byHeight } from '../by-height.ts'
import { PublishError } from '../errors.ts'
import type { FoundClaim } from '../target.ts'
import { claimEvidence } from './claim-evidence.ts'
import type { Channel, Odysee } from './odysee.ts'
import { askWallet } from './proxy.ts'

/**
 * The streams of a channel that the network has confirmed, in the order in which they were made.
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
  const published = byHeight(async (window) => {
    const params = { channel_ids: [channel.id], claim_type: 'stream', order_by: ['^height'], ...window } as const
    return (await askWallet(odysee, 'claim_search', PAGED.claim_search, params, signal)).items
  })
  for await (const output of published) {
    const id = output.claim_id ?? ''
    if (seen.has(id)) continue
    seen.add(id)
    yield { evidence: claimEvidence({ output }, channel, undefined), description: output.value?.description ?? '' }
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
