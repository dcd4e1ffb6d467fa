import type { LbryDaemon, Output } from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'

/** A channel of the wallet. */
export interface OwnChannel {
  readonly id: string
  /** `@name` */
  readonly name: string
  /** Whether the wallet can sign as it. */
  readonly hasKey: boolean
  /** LBC that stand behind it. */
  readonly amount: string
  /** 0 or less: it waits for a block. */
  readonly confirmations: number
  /** `lbry://@name#claimid` */
  readonly url: string
}

const CLAIM_ID = /^[0-9a-f]{40}$/

/** All channels of the wallet, by name. */
export async function listChannels(daemon: LbryDaemon, signal: AbortSignal): Promise<OwnChannel[]> {
  const channels: OwnChannel[] = []
  for await (const output of daemon.list('channel_list', {}, { signal })) {
    const channel = channelOf(output)
    if (channel !== undefined) channels.push(channel)
  }
  return channels.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/**
 * @param wanted - `@name`, or the claim id of the channel.
 * @throws {PublishError} `CHANNEL_MISSING`: it or its key is not in this wallet; `CHANNEL_AMBIGUOUS`.
 */
export async function findChannel(daemon: LbryDaemon, wanted: string, signal: AbortSignal): Promise<OwnChannel> {
  const all = await listChannels(daemon, signal)
  const found = all.filter(({ id, name }) => (CLAIM_ID.test(wanted) ? id === wanted : name === wanted))
  const [channel, second] = found
  if (channel === undefined) throw missing(wanted, all)
  if (second !== undefined) {
    throw new PublishError('CHANNEL_AMBIGUOUS', `the wallet has ${found.length} channels of the name ${wanted}`, {
      hint: `name one by its claim id: ${found.map(({ id }) => id).join(', ')}`,
    })
  }
  if (channel.hasKey) return channel
  throw new PublishError('CHANNEL_MISSING', `the wallet has the channel ${channel.name} and not its key`, {
    hint: 'bring the key with `lbrynet channel import`, from where the channel was made',
  })
}

function missing(wanted: string, all: readonly OwnChannel[]): PublishError {
  const others = all.length === 0 ? 'it has none' : `it has ${all.map(({ name }) => name).join(', ')}`
  return new PublishError('CHANNEL_MISSING', `the wallet of the LBRY daemon has no channel ${wanted}: ${others}`, {
    hint: '`holdfast channel create @NAME --bid 0.01` makes one, `lbrynet channel import` brings one from elsewhere',
  })
}

export function channelOf({ claim_id, name, permanent_url, ...output }: Output): OwnChannel | undefined {
  if (claim_id === undefined || name === undefined || output.value_type !== 'channel') return undefined
  return {
    ...{ id: claim_id, name, amount: output.amount, confirmations: output.confirmations },
    hasKey: output.has_signing_key === true,
    url: permanent_url ?? `lbry://${name}#${claim_id}`,
  }
}
