import type { Output } from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'
import type { FoundClaim } from '../target.ts'
import { gather } from './ask-again.ts'
import { evidenceOf } from './evidence.ts'
import type { LbrySession } from './session.ts'

const CLAIM_ID = /^[0-9a-f]{40}$/
const PAGE = 50
/** Hubs give up deep in a list, so that it is read in windows of so many pages, by height. */
const PAGES = 20
/** No channel has as many; a hub without an end is not read for ever. */
const MOST_CLAIMS = 200_000

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
  for (let from = 0, page = 1; ; ) {
    const params = { channel_ids: [id], order_by: '^height', height: `>=${from}`, page, page_size: PAGE } as const
    const { items } = await ask(() => daemon.call('claim_search', params, { signal }), signal)
    yield* items.filter(isNew).map(foundOf)
    if (items.length < PAGE || seen.size >= MOST_CLAIMS) return
    const last = items.at(-1)?.height ?? from
    // A block with more claims of one channel than a window holds does not exist; the next height ends the list all the same.
    if (page === PAGES) from = Math.max(last, from + 1)
    page = page === PAGES ? 1 : page + 1
  }
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
