import type { Dispatcher } from 'undici'
import { formatLbc } from '../../lbry-sdk-client/index.ts'
import { listChannels, type OwnChannel } from './channels.ts'
import { publishErrorOf } from './daemon-problem.ts'
import { type ChannelPrice, type MadeChannel, makeChannel, priceChannel } from './make-channel.ts'
import { openPurse } from './purse.ts'
import { assertReady, openWallet } from './session.ts'
import { splitFunds } from './split-outputs.ts'
import { DEFAULT_WAITS, type LbryWaits } from './waits.ts'

/** The wallet of a daemon, beside publishing: its channels and how its funds are split. Keys are never asked for. */
export interface TargetWallet extends AsyncDisposable {
  list(signal: AbortSignal): Promise<readonly OwnChannel[]>
  /** @returns `undefined` when there is one of that name. */
  price(name: string, bid: string, signal: AbortSignal): Promise<ChannelPrice | undefined>
  /** Finds it first; makes it once. */
  make(name: string, bid: string, signal: AbortSignal): Promise<MadeChannel>
  /** @see LbryTarget.splitOutputs */
  split(count: number, amount: string, signal: AbortSignal): Promise<SplitFunds>
}

export interface SplitFunds {
  /** Outputs that were made; 0 when there were as many. */
  readonly made: number
  /** LBC as text: the fee. */
  readonly spent: string
}

export interface TargetWalletOptions {
  readonly url: string
  readonly allowRemote: boolean
  readonly dispatcher?: Dispatcher
  readonly waits?: Partial<LbryWaits>
}

/** Loads the client of the daemon at once. @throws {PublishError} `TARGET_UNSUITABLE` for an address that cannot be used. */
export function openTargetWallet(options: TargetWalletOptions): TargetWallet {
  const wallet = translatedNow(() => openWallet({ ...options, waits: { ...DEFAULT_WAITS, ...options.waits } }))
  return {
    list: (signal) => translated(() => wallet.ask(() => listChannels(wallet.daemon, signal), signal)),
    price: (name, bid, signal) => translated(() => priceChannel(wallet, name, bid, signal)),
    make: (name, bid, signal) => translated(() => makeChannel(wallet, name, bid, signal)),
    split: (count, amount, signal) =>
      translated(async () => {
        await assertReady(wallet, signal)
        const purse = openPurse()
        const made = await splitFunds(wallet, purse, { count, amount }, signal)
        return { made, spent: formatLbc(purse.dewies) }
      }),
    [Symbol.asyncDispose]: () => wallet[Symbol.asyncDispose](),
  }
}

function translatedNow<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw publishErrorOf(error)
  }
}

async function translated<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw publishErrorOf(error)
  }
}
