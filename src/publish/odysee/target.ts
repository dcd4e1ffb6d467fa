import { Agent, type Dispatcher } from 'undici'
import { formatLbc, isLbcAmount } from '../../lbry-sdk-client/daemon/amounts.ts'
import type { ClaimText, Evidence, Ledger, PublicationTarget } from '../target.ts'
import { checkAccount } from './account.ts'
import { findChannel } from './channel.ts'
import { channelClaims } from './channel-claims.ts'
import { estimateCost } from './cost.ts'
import { editClaim } from './edit-claim.ts'
import type { Channel, Odysee } from './odysee.ts'
import { publishOffer } from './publish-offer.ts'
import { below, parseServiceUrl } from './service-url.ts'
import { settleClaim } from './settle.ts'
import { takeBackClaim } from './take-back.ts'
import { DEFAULT_TIMING, type OdyseeTiming } from './timing.ts'

export interface OdyseeOptions {
  /** Base of the service. @default Odysee's own */
  readonly url?: string
  /** Below the base unless given. @default `/api/v1/proxy` */
  readonly proxyUrl?: string
  /** @default `/api/v1/asynqueries` */
  readonly asynqueriesUrl?: string
  /** Where accounts are asked about. @default Odysee's own with its own base, and none with another */
  readonly accountsUrl?: string
  /** `@name`, or a claim id. */
  readonly channel: string
  /** Gives the secret; asked for once, or again after it failed. It is kept in memory only. */
  readonly token: () => Promise<string>
  /** Whether it is an `auth_token` of Odysee or a bearer token of its sign-in. @default auth-token */
  readonly tokenKind?: 'auth-token' | 'bearer'
  /** The only way out, say through a proxy; it stays the caller's to close. */
  readonly dispatcher?: Dispatcher
  /** LBC that stand behind each claim. @default 0.002, which YouTube sync used (facts 5) */
  readonly bid?: string
  /** Most bytes of one request of an upload; a fault costs at most the time of that many. @default 50 MiB, as Odysee's own client */
  readonly chunkBytes?: number
  readonly timing?: Partial<OdyseeTiming>
  /** Unix milliseconds. */
  readonly now?: () => number
}

export interface OdyseeTarget extends PublicationTarget {
  /** See {@link editClaim}. */
  edit(claim: ClaimText, ledger: Ledger, signal: AbortSignal): Promise<Evidence>
}

const BASE_URL = 'https://api.na-backend.odysee.com'
const ACCOUNTS_URL = 'https://api.odysee.com'
const BID = '0.002'
const CHUNK_BYTES = 50 * 1024 * 1024

/**
 * Publishing through Odysee's hosted service, whose wallet holds the keys. Nothing is asked before it is used.
 *
 * @throws {PublishError} `TARGET_UNSUITABLE` for an address that a token must not go to.
 */
export function openOdyseeTarget(options: OdyseeOptions): OdyseeTarget {
  const odysee = openOdysee(options)
  return {
    name: 'odysee',
    get channel() {
      return odysee.known?.name ?? options.channel
    },
    async prepare(signal) {
      await checkAccount(odysee, signal)
      odysee.forgetChannel()
      await odysee.channel(signal)
    },
    estimate: (offers, signal) => estimateCost(odysee, offers, signal),
    publish: (offer, step) => publishOffer(odysee, offer, step),
    settle: (evidence, offer, signal) => settleClaim(odysee, evidence, offer, signal),
    claimsOf: (channel, signal) => channelClaims(odysee, channel, signal),
    takeBack: (ledger, signal) => takeBackClaim(odysee, ledger, signal),
    edit: (claim, ledger, signal) => editClaim(odysee, claim, ledger, signal),
    spent: () => formatLbc([...odysee.spent.values()].reduce((sum, dewies) => sum + dewies, 0n)),
    async [Symbol.asyncDispose]() {
      if (options.dispatcher === undefined) await odysee.dispatcher.close()
    },
  }
}

interface OpenOdysee extends Odysee {
  readonly known: Channel | undefined
  /** Dewies by transaction. */
  readonly spent: ReadonlyMap<string, bigint>
  forgetChannel(): void
}

function openOdysee(options: OdyseeOptions): OpenOdysee {
  const { url, proxyUrl, asynqueriesUrl, bid = BID, now = Date.now } = options
  if (!isLbcAmount(bid)) throw new RangeError('a bid is LBC such as 0.002')
  const base = parseServiceUrl(url ?? BASE_URL)
  const accountsUrl = options.accountsUrl ?? (url === undefined ? ACCOUNTS_URL : undefined)
  const spent = new Map<string, bigint>()
  let known: Channel | undefined
  const odysee: OpenOdysee = {
    proxy: proxyUrl === undefined ? below(base, 'api/v1/proxy') : parseServiceUrl(proxyUrl),
    asynqueries: asynqueriesUrl === undefined ? below(base, 'api/v1/asynqueries') : parseServiceUrl(asynqueriesUrl),
    accounts: accountsUrl === undefined ? undefined : parseServiceUrl(accountsUrl),
    dispatcher: options.dispatcher ?? new Agent({ connections: 4, pipelining: 1, connect: { timeout: 30_000 } }),
    timing: { ...DEFAULT_TIMING, ...options.timing },
    chunkBytes: options.chunkBytes ?? CHUNK_BYTES,
    ...{ now, bid, spent, tokenKind: options.tokenKind ?? 'auth-token', token: rememberedToken(options.token) },
    get known() {
      return known
    },
    forgetChannel() {
      known = undefined
    },
    async channel(signal) {
      known ??= await findChannel(odysee, options.channel, signal)
      return known
    },
    countSpent({ txid, dewies }) {
      spent.set(txid, dewies)
    },
  }
  return odysee
}

/** Opening a secret can take seconds and ask a person, so it is done once. */
function rememberedToken(open: () => Promise<string>): () => Promise<string> {
  let opened: Promise<string> | undefined
  return async () => {
    opened ??= open()
    try {
      return await opened
    } catch (error) {
      opened = undefined
      throw error
    }
  }
}
