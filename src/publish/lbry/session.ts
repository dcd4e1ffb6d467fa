import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { isLbcAmount, type LbryDaemon, openDaemon, parseLbc, readiness } from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'
import { askAgain } from './ask-again.ts'
import { openChain, type UnconfirmedChain } from './chain.ts'
import { findChannel, type OwnChannel } from './channels.ts'
import { daemonSdBlobs } from './daemon-sd-blobs.ts'
import { removeStaleLinks } from './public-link.ts'
import { openPurse, type Purse } from './purse.ts'
import { openSdBlobs, type SdBlobs } from './sd-blobs.ts'
import type { LbryTargetOptions } from './target.ts'
import { DEFAULT_WAITS, type LbryWaits } from './waits.ts'

/** A daemon with its wallet. */
export interface LbryWallet extends AsyncDisposable {
  readonly daemon: LbryDaemon
  readonly waits: LbryWaits
  /** Repeats a read while its faults may pass. */
  ask<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** One daemon, one wallet, one channel, for the time of a run. */
export interface LbrySession extends LbryWallet {
  /** LBC text. */
  readonly bid: string
  readonly linkDirectory: string
  readonly sdBlobs: SdBlobs | undefined
  readonly purse: Purse
  readonly chain: UnconfirmedChain
  /** Items in a row whose call was lost for good or refused by the network: after some, it is not for the items. */
  setbacks: number
  /** Asked for once a run. @throws {PublishError} `CHANNEL_MISSING`, `CHANNEL_AMBIGUOUS`. */
  channel(signal: AbortSignal): Promise<OwnChannel>
}

/** @throws {LbryDaemonError} for an address that is none, or not on this computer. */
export async function openSession(options: LbryTargetOptions & { readonly bid: string }): Promise<LbrySession> {
  const { url, allowRemote = false, channel: wanted, bid, linkDirectory, dispatcher, blobs } = options
  if (!isLbcAmount(bid) || parseLbc(bid) === 0n)
    throw new PublishError('TARGET_UNSUITABLE', `a bid of ${bid} LBC cannot be made`, {
      hint: 'give LBC with a dot, such as 0.002',
    })
  const waits = { ...DEFAULT_WAITS, ...options.waits }
  await removeStaleLinks(linkDirectory)
  const { daemon, ask } = openWallet({ url, allowRemote, waits, ...(dispatcher === undefined ? {} : { dispatcher }) })
  let channel: OwnChannel | undefined
  return {
    ...{ daemon, waits, bid, linkDirectory, ask, purse: openPurse(), chain: openChain(daemon), setbacks: 0 },
    sdBlobs: blobsFrom(blobs, daemon, dispatcher),
    async channel(signal) {
      channel ??= await ask(() => findChannel(daemon, wanted, signal), signal)
      return channel
    },
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  }
}

/** @throws {LbryDaemonError} for an address that is none, or not on this computer. */
export function openWallet(options: {
  readonly url: string
  readonly allowRemote: boolean
  readonly waits: LbryWaits
  readonly dispatcher?: Dispatcher
}): LbryWallet {
  const { url, allowRemote, waits, dispatcher } = options
  // A way through a proxy leads off this computer, and never to a daemon on it.
  const far = allowRemote && !LOOPBACK.test(URL.parse(url)?.hostname ?? '') && dispatcher !== undefined
  const daemon = withLimit(openDaemon({ url, allowRemote, ...(far ? { dispatcher } : {}) }), waits.answerMs)
  return {
    ...{ daemon, waits },
    ask: (read, signal) => askAgain(read, { retryMs: waits.retryMs, signal }),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  }
}

function blobsFrom(
  blobs: string | undefined,
  daemon: LbryDaemon,
  dispatcher: Dispatcher | undefined,
): SdBlobs | undefined {
  if (blobs === undefined || blobs === '') return undefined
  return blobs === 'daemon' ? daemonSdBlobs(daemon) : openSdBlobs(blobs, dispatcher)
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|(.+\.)?localhost)$/

function withLimit(daemon: LbryDaemon, answerMs: number | undefined): LbryDaemon {
  if (answerMs === undefined) return daemon
  return {
    ...daemon,
    call: (method, params, options) => daemon.call(method, params, { ...options, timeoutMs: answerMs }),
    list: (method, params, options) => daemon.list(method, params, { ...options, timeoutMs: answerMs }),
  }
}

/** Nothing is told meanwhile, so a daemon that takes longer is left to a later run. */
const STARTING_MS = 30_000

/**
 * Started, its hub connected, up to the last block, the wallet unlocked. A daemon that is still starting gets some time.
 *
 * @throws {PublishError} `TARGET_NOT_READY`, `TARGET_LOCKED`.
 */
export async function assertReady({ daemon, ask, waits }: LbryWallet, signal: AbortSignal): Promise<void> {
  let { waitsFor } = await ask(async () => readiness(await daemon.call('status', {}, { signal })), signal)
  const end = performance.now() + Math.min(waits.lookMs, STARTING_MS)
  while (waitsFor.length > 0 && performance.now() < end) {
    await wait(waits.pollMs, undefined, { signal })
    waitsFor = (await ask(async () => readiness(await daemon.call('status', {}, { signal })), signal)).waitsFor
  }
  if (waitsFor.length > 0) {
    throw new PublishError(
      'TARGET_NOT_READY',
      `the LBRY daemon is not ready: it still waits for ${waitsFor.join(', ')}`,
      {
        hint: 'see its log; without a hub it never gets further (settings `lbryum_servers`)',
      },
    )
  }
  const { is_locked } = await ask(() => daemon.call('wallet_status', {}, { signal }), signal)
  if (!is_locked) return
  throw new PublishError('TARGET_LOCKED', 'the wallet of the LBRY daemon is locked', {
    hint: 'unlock it with `lbrynet wallet unlock`; it is locked again after each restart. Holdfast never asks for its password',
  })
}

/** Height of the chain as the wallet sees it. */
export async function heightNow({ daemon, ask }: LbryWallet, signal: AbortSignal): Promise<number> {
  const { wallet } = await ask(() => daemon.call('status', {}, { signal }), signal)
  return wallet?.blocks ?? 0
}
