import * as v from 'valibot'
import { type Page, pageOf } from './page.ts'

export interface VersionInfo {
  /** Of the daemon, like `0.113.0`. */
  readonly version?: string
  readonly lbrynet_version?: string
  readonly build?: string
  readonly platform?: string
  readonly os_system?: string
  readonly os_release?: string
  readonly python_version?: string
}

export interface DaemonStatus {
  readonly is_running: boolean
  readonly installation_id?: string
  /** Which parts have started; the wallet needs its hub for that. */
  readonly startup_status?: Readonly<Record<string, boolean>>
  readonly skipped_components?: readonly string[]
  readonly ffmpeg_status?: { readonly available?: boolean | null }
  readonly wallet?: {
    /** host:port of the hub. */
    readonly connected?: string | null
    readonly blocks?: number
    readonly blocks_behind?: number
    readonly best_blockhash?: string
    readonly headers_synchronization_progress?: number
    readonly available_servers?: number
    readonly known_servers?: number
  }
}

/** LBC as text. What is not `available` stands in claims and supports. */
export interface Balance {
  readonly total: string
  readonly available: string
  readonly reserved: string
  readonly reserved_subtotals?: { readonly claims?: string; readonly supports?: string; readonly tips?: string }
}

export interface Account {
  readonly id: string
  readonly name?: string
  readonly is_default: boolean
  /** `lbc_mainnet`, `lbc_testnet` or `lbc_regtest`. */
  readonly ledger: string
  readonly encrypted: boolean
  /** Dewies. */
  readonly satoshis: number
  /** Channels whose keys it has. */
  readonly certificates?: number
}

export interface WalletStatus {
  readonly is_encrypted: boolean
  readonly is_locked: boolean
  readonly is_syncing: boolean
}

export interface WalletSummary {
  readonly id: string
  readonly name?: string
}

export interface AddressSummary {
  readonly account?: string
  readonly address: string
  readonly used_times?: number
}

/** A line of `transaction_list`; fee and value are negative when they leave the wallet. */
export interface TransactionSummary {
  readonly txid: string
  readonly timestamp?: number | null
  readonly confirmations: number
  readonly fee: string
  readonly value: string
}

export interface ChannelSignature {
  /** 64 bytes in hex, r then s. */
  readonly signature: string
  /** Unix seconds as text, and what was mixed into the digest. */
  readonly signing_ts: string
  readonly salt?: string
}

const text = v.exactOptional(v.string())
const nullableText = v.exactOptional(v.nullable(v.string()))
const int = v.pipe(v.number(), v.integer())
const whole = v.exactOptional(int)
const nullableWhole = v.exactOptional(v.nullable(int))
const LBC = v.pipe(v.string(), v.regex(/^-?\d{1,10}\.\d{1,8}$/))
const txid = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

export const version: v.GenericSchema<unknown, VersionInfo> = v.object({
  version: text,
  lbrynet_version: text,
  build: text,
  platform: text,
  os_system: text,
  os_release: text,
  python_version: text,
})
export const status: v.GenericSchema<unknown, DaemonStatus> = v.object({
  is_running: v.boolean(),
  installation_id: text,
  startup_status: v.exactOptional(v.record(v.string(), v.boolean())),
  skipped_components: v.exactOptional(v.array(v.string())),
  ffmpeg_status: v.exactOptional(v.object({ available: v.exactOptional(v.nullable(v.boolean())) })),
  wallet: v.exactOptional(
    v.object({
      connected: nullableText,
      blocks: whole,
      blocks_behind: whole,
      best_blockhash: text,
      headers_synchronization_progress: v.exactOptional(v.number()),
      available_servers: whole,
      known_servers: whole,
    }),
  ),
})
export const balance: v.GenericSchema<unknown, Balance> = v.object({
  total: LBC,
  available: LBC,
  reserved: LBC,
  reserved_subtotals: v.exactOptional(
    v.object({ claims: v.exactOptional(LBC), supports: v.exactOptional(LBC), tips: v.exactOptional(LBC) }),
  ),
})
export const accounts: v.GenericSchema<unknown, Page<Account>> = pageOf(
  v.object({
    id: v.string(),
    name: text,
    is_default: v.boolean(),
    ledger: v.string(),
    encrypted: v.boolean(),
    satoshis: int,
    certificates: whole,
  }),
)
export const walletStatus: v.GenericSchema<unknown, WalletStatus> = v.object({
  is_encrypted: v.boolean(),
  is_locked: v.boolean(),
  is_syncing: v.boolean(),
})
export const wallets: v.GenericSchema<unknown, Page<WalletSummary>> = pageOf(v.object({ id: v.string(), name: text }))
export const addresses: v.GenericSchema<unknown, Page<AddressSummary>> = pageOf(
  v.object({ account: text, address: v.string(), used_times: whole }),
)
export const transactionSummaries: v.GenericSchema<unknown, Page<TransactionSummary>> = pageOf(
  v.object({ txid, timestamp: nullableWhole, confirmations: int, fee: LBC, value: LBC }),
)
export const channelSignature: v.GenericSchema<unknown, ChannelSignature> = v.object({
  signature: v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/)),
  signing_ts: v.string(),
  salt: text,
})
