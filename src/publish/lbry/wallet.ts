import type { Dispatcher } from 'undici'
import { listChannels, type OwnChannel } from './channels.ts'
import { publishErrorOf } from './daemon-problem.ts'
import { type ChannelPrice, type MadeChannel, makeChannel, priceChannel } from './make-channel.ts'
import { openWallet } from './session.ts'
import { DEFAULT_WAITS, type LbryWaits } from './waits.ts'

/** The channels of a daemon's wallet. Keys are never asked for. */
export interface ChannelWallet extends AsyncDisposable {
  list(signal: AbortSignal): Promise<readonly OwnChannel[]>
  /** @returns `undefined` when there is one of that name. */
  price(name: string, bid: string, signal: AbortSignal): Promise<ChannelPrice | undefined>
  /** Finds it first; makes it once. */
  make(name: string, bid: string, signal: AbortSignal): Promise<MadeChannel>
}

export interface ChannelWalletOptions {
  readonly url: string
  readonly allowRemote: boolean
  readonly dispatcher?: Dispatcher
  readonly waits?: Partial<LbryWaits>
}

/** Loads the client of the daemon at once. @throws {PublishError} `TARGET_UNSUITABLE` for an address that cannot be used. */
export function openChannelWallet(options: ChannelWalletOptions): ChannelWallet {
  const wallet = translatedNow(() => openWallet({ ...options, waits: { ...DEFAULT_WAITS, ...options.waits } }))
  return {
    list: (signal) => translated(() => wallet.ask(() => listChannels(wallet.daemon, signal), signal)),
    price: (name, bid, signal) => translated(() => priceChannel(wallet, name, bid, signal)),
    make: (name, bid, signal) => translated(() => makeChannel(wallet, name, bid, signal)),
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
