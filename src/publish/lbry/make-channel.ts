import {
  formatLbc,
  isChannelName,
  isLbcAmount,
  LbryDaemonError,
  parseLbc,
  type Transaction,
} from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'
import { channelOf, listChannels, type OwnChannel } from './channels.ts'
import { costOf } from './purse.ts'
import { assertReady, type LbryWallet } from './session.ts'
import { poll } from './waits.ts'

/** What making a channel would cost. */
export interface ChannelPrice {
  /** LBC as text: the bid, which comes back when the channel is abandoned, and the fee. */
  readonly lbc: string
  readonly available: string
}

export interface MadeChannel {
  readonly channel: OwnChannel
  /** False when it was there: nothing was sent. */
  readonly isNew: boolean
  /** LBC as text. */
  readonly spent: string
}

/**
 * Lets the daemon build a channel and sends nothing.
 *
 * @returns `undefined` when the wallet has a channel of that name.
 * @throws {PublishError} `TARGET_REFUSED` for a name or bid that is none; `TARGET_FUNDS_LOW`.
 */
export async function priceChannel(
  wallet: LbryWallet,
  name: string,
  bid: string,
  signal: AbortSignal,
): Promise<ChannelPrice | undefined> {
  const { daemon, ask } = wallet
  assertWords(name, bid)
  await assertReady(wallet, signal)
  if ((await findNamed(wallet, name, signal)) !== undefined) return undefined
  const { available } = await ask(() => daemon.call('account_balance', {}, { signal }), signal)
  const built = await ask(() => daemon.call('channel_create', { name, bid, preview: true }, { signal }), signal)
  const lbc = formatLbc(parseLbc(bid) + parseLbc(built.total_fee))
  if (parseLbc(available) >= parseLbc(lbc)) return { lbc, available }
  throw new PublishError('TARGET_FUNDS_LOW', `the wallet has ${available} LBC to spend, and the channel needs ${lbc}`, {
    hint: 'send LBC to an address of the wallet (`lbrynet address unused`), then again',
  })
}

/**
 * Makes a channel unless the wallet has one of that name. Called once and never repeated here: when the answer is lost, the
 * channel is looked for.
 *
 * @throws {PublishError} `CLAIM_UNSURE` when no answer came and it cannot be seen yet.
 */
export async function makeChannel(
  wallet: LbryWallet,
  name: string,
  bid: string,
  signal: AbortSignal,
): Promise<MadeChannel> {
  const { daemon, waits } = wallet
  assertWords(name, bid)
  const found = await findNamed(wallet, name, signal)
  if (found !== undefined) return { channel: found, isNew: false, spent: '0.0' }
  try {
    return madeOf(await daemon.call('channel_create', { name, bid, blocking: true }, { signal }))
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LbryDaemonError) || error.effect === 'none') throw error
    const look = (): Promise<OwnChannel | undefined> => findNamed(wallet, name, signal)
    const channel = await poll(look, { forMs: waits.lookMs, everyMs: waits.pollMs, signal })
    if (channel !== undefined) return { channel, isNew: true, spent: await costOfChannel(wallet, channel, signal) }
    throw new PublishError('CLAIM_UNSURE', 'whether the channel was made cannot be told: no answer came', {
      cause: error,
      hint: 'wait some minutes, look with `holdfast channel`, and only then create it again',
    })
  }
}

function madeOf(sent: Transaction): MadeChannel {
  const channel = sent.outputs[0] === undefined ? undefined : channelOf(sent.outputs[0])
  if (channel === undefined)
    throw new LbryDaemonError('LBRY_REPLY_MALFORMED', { method: 'channel_create', effect: 'happened' })
  return { channel, isNew: true, spent: formatLbc(costOf(sent)) }
}

async function costOfChannel({ daemon, ask }: LbryWallet, { id }: OwnChannel, signal: AbortSignal): Promise<string> {
  const { items } = await ask(() => daemon.call('channel_list', { claim_id: id }, { signal }), signal)
  const txid = items[0]?.txid
  if (txid === undefined) return '0.0'
  const sent = await ask(() => daemon.call('transaction_show', { txid }, { signal }), signal)
  return sent === undefined ? '0.0' : formatLbc(costOf(sent))
}

async function findNamed(
  { daemon, ask }: LbryWallet,
  name: string,
  signal: AbortSignal,
): Promise<OwnChannel | undefined> {
  return (await ask(() => listChannels(daemon, signal), signal)).find((one) => one.name === name)
}

function assertWords(name: string, bid: string): void {
  const refuse = (message: string, hint: string): never => {
    throw new PublishError('TARGET_REFUSED', message, { hint })
  }
  if (!isChannelName(name)) refuse('that cannot be the name of a channel', 'give @ and letters, digits or dashes')
  if (!isLbcAmount(bid) || parseLbc(bid) === 0n) refuse('that is no bid', 'give LBC with a dot, such as 0.01')
}
