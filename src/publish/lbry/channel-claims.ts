import type { Output } from '../../lbry-sdk-client/index.ts'
import { byHeight } from '../by-height.ts'
import { PublishError } from '../errors.ts'
import type { FoundClaim } from '../target.ts'
import { gather } from './ask-again.ts'
import { evidenceOf } from './evidence.ts'
import type { LbrySession } from './session.ts'

const CLAIM_ID = /^[0-9a-f]{40}$/

/**
 * Every stream of a channel: those of this wallet, which knows unconfirmed ones too, and then what the hub knows of other
 * wallets, each once.
 *
 * @param channel - `@name` or claim id; @default the target's own.
 * @throws {PublishError} `CHANNEL_MISSING` when nobody knows that channel.
 */
export async function* channelClaims(
  session: LbrySession,
  channel: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<FoundClaim, void, undefined> {
  const { daemon, ask } = session
  const id = await channelIdOf(session, channel, signal)
  const seen = new Set<string>()
  const isNew = ({ claim_id = '', value_type }: Output): boolean => {
    const first = value_type === 'stream' && !seen.has(claim_id)
    seen.add(claim_id)
    return first
  }
  const own = await ask(() => gather(daemon.list('stream_list', { channel_id: id }, { signal })), signal)
  yield* own.filter(isNew).map(foundOf)
  const published = byHeight(async (window) => {
    const params = { channel_ids: [id], order_by: '^height', ...window } as const
    return (await ask(() => daemon.call('claim_search', params, { signal }), signal)).items
  })
  for await (const output of published) if (isNew(output)) yield foundOf(output)
}

async function channelIdOf(session: LbrySession, channel: string | undefined, signal: AbortSignal): Promise<string> {
  if (channel === undefined) return (await session.channel(signal)).id
  if (CLAIM_ID.test(channel)) return channel
  const { daemon, ask } = session
  const url = `lbry://${channel}`
  const found = (await ask(() => daemon.call('resolve', { urls: url }, { signal }), signal)).get(url)
  if (found?.found === true && found.output.claim_id !== undefined) return found.output.claim_id
  throw new PublishError('CHANNEL_MISSING', `the network knows no channel ${channel}`, {
    hint: 'a new channel is known after its first block; its claim id always works',
  })
}

function foundOf(claim: Output): FoundClaim {
  const { canonical_url: canonicalUrl, value } = claim
  const evidence = evidenceOf({}, claim, undefined, false)
  return {
    evidence: { ...evidence, ...(canonicalUrl === undefined ? {} : { canonicalUrl }) },
    description: value?.description ?? '',
  }
}
