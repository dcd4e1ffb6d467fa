import type * as v from 'valibot'
import * as channel from './channel-params.ts'
import * as collection from './collection-params.ts'
import * as file from './file-params.ts'
import * as files from './file-results.ts'
import * as hub from './hub-params.ts'
import * as found from './hub-results.ts'
import * as list from './list-params.ts'
import { type Output, type Transaction, transaction } from './output.ts'
import * as page from './page.ts'
import * as plain from './plain-results.ts'
import * as stream from './stream-params.ts'
import * as wallet from './wallet-params.ts'
import * as owned from './wallet-results.ts'

/** Inputs and result of one method. */
export interface Method<Params, Result> {
  readonly params: Params
  readonly result: Result
}

/** Inputs of a method that answers in pages, and what is on them. */
export interface Paged<Params, Item> {
  readonly params: Params
  readonly item: Item
}

/** The methods that `list` can walk through. Names, inputs and fields are those of LBRY's own documentation. */
export interface PagedMethods {
  account_list: Paged<list.UtxoListParams, owned.Account>
  address_list: Paged<list.UtxoListParams, owned.AddressSummary>
  wallet_list: Paged<list.PageParams, owned.WalletSummary>
  utxo_list: Paged<list.UtxoListParams, Output>
  txo_list: Paged<list.TxoListParams, Output>
  claim_list: Paged<list.ClaimListParams, Output>
  stream_list: Paged<list.OwnClaimParams, Output>
  channel_list: Paged<list.OwnClaimParams, Output>
  support_list: Paged<list.SupportListParams, Output>
  collection_list: Paged<list.CollectionListParams, Output>
  collection_resolve: Paged<hub.CollectionResolveParams, Output>
  claim_search: Paged<hub.ClaimSearchParams, Output>
  transaction_list: Paged<list.UtxoListParams, owned.TransactionSummary>
  file_list: Paged<file.FileListParams, files.StreamFile>
  blob_list: Paged<file.BlobListParams, string>
}
export type PagedMethodName = keyof PagedMethods

export interface SingleMethods {
  version: Method<wallet.NoParams, owned.VersionInfo>
  status: Method<wallet.NoParams, owned.DaemonStatus>
  stop: Method<wallet.NoParams, string>
  account_balance: Method<wallet.BalanceParams, owned.Balance>
  /** Was seen out of date right after funding: prefer `account_balance`. */
  wallet_balance: Method<wallet.WalletBalanceParams, owned.Balance>
  account_fund: Method<wallet.AccountFundParams, Transaction>
  address_unused: Method<list.WalletParams, string>
  wallet_status: Method<wallet.WalletChoice, owned.WalletStatus>
  /** False for a wrong password. */
  wallet_unlock: Method<wallet.WalletUnlockParams, boolean>
  wallet_lock: Method<wallet.WalletChoice, boolean>
  wallet_encrypt: Method<wallet.WalletEncryptParams, boolean>
  utxo_release: Method<list.WalletParams, undefined>
  /** `undefined` when the hub knows no such transaction. */
  transaction_show: Method<wallet.TransactionShowParams, Transaction | undefined>
  channel_create: Method<channel.ChannelCreateParams, Transaction>
  channel_update: Method<channel.ChannelUpdateParams, Transaction>
  /** The result is a secret: whoever has it can sign as the channel. */
  channel_export: Method<wallet.ChannelKeyParams, string>
  channel_import: Method<wallet.ChannelImportParams, string>
  channel_sign: Method<wallet.ChannelSignParams, owned.ChannelSignature>
  stream_create: Method<stream.StreamCreateParams, Transaction>
  stream_update: Method<stream.StreamUpdateParams, Transaction>
  /** Wipes the metadata of a claim of that name: prefer `stream_create` and `stream_update`. */
  publish: Method<stream.PublishParams, Transaction>
  stream_repost: Method<stream.StreamRepostParams, Transaction>
  stream_abandon: Method<stream.StreamAbandonParams, Transaction>
  support_create: Method<wallet.SupportCreateParams, Transaction>
  collection_create: Method<collection.CollectionCreateParams, Transaction>
  collection_update: Method<collection.CollectionUpdateParams, Transaction>
  resolve: Method<hub.ResolveParams, ReadonlyMap<string, found.Resolved>>
  get: Method<hub.GetParams, files.StreamFile>
  file_delete: Method<file.FileDeleteParams, boolean>
  /** The hashes of the blobs that were sent. */
  file_reflect: Method<file.FileReflectParams, readonly string[]>
  /** The text of a blob with `read`, which a descriptor alone is. */
  blob_get: Method<file.BlobGetParams, string>
  blob_announce: Method<file.BlobAnnounceParams, boolean>
}
export type SingleMethodName = keyof SingleMethods
export type MethodName = PagedMethodName | SingleMethodName

export type ParamsOf<M extends MethodName> = M extends PagedMethodName
  ? PagedMethods[M]['params']
  : M extends SingleMethodName
    ? SingleMethods[M]['params']
    : never
export type ResultOf<M extends MethodName> = M extends PagedMethodName
  ? page.Page<PagedMethods[M]['item']>
  : M extends SingleMethodName
    ? SingleMethods[M]['result']
    : never

/** `spends`: sends a transaction unless told not to. `changes`: can be repeated. `reads`: changes nothing. */
export type Kind = 'reads' | 'changes' | 'spends'

export interface MethodSpec<Params, Result> {
  readonly params: v.GenericSchema<unknown, Params>
  readonly result: v.GenericSchema<unknown, Result>
  readonly kind: Kind
  readonly timeoutMs: number
}

/** For what the daemon knows itself, and what its hub has to be asked for. */
const QUICK_MS = 60_000
/** Selecting funds, signing and broadcasting. */
const SPEND_MS = 120_000
/** The daemon hashes and encrypts the whole file before it answers, or moves it over the network (facts 1.1). */
export const HASHING_MS = 600_000

export const PAGED: {
  readonly [M in PagedMethodName]: MethodSpec<PagedMethods[M]['params'], page.Page<PagedMethods[M]['item']>>
} = {
  account_list: reads(list.walletPageParams, owned.accounts),
  address_list: reads(list.walletPageParams, owned.addresses),
  wallet_list: reads(list.pageParams, owned.wallets),
  utxo_list: reads(list.walletPageParams, page.outputs),
  txo_list: reads(list.txoListParams, page.outputs),
  claim_list: reads(list.claimListParams, page.outputs),
  stream_list: reads(list.ownClaimParams, page.outputs),
  channel_list: reads(list.ownClaimParams, page.outputs),
  support_list: reads(list.supportListParams, page.outputs),
  collection_list: reads(list.collectionListParams, page.outputs),
  collection_resolve: reads(hub.collectionResolveParams, page.outputs),
  claim_search: reads(hub.claimSearchParams, page.outputs),
  transaction_list: reads(list.walletPageParams, owned.transactionSummaries),
  file_list: reads(file.fileListParams, files.files),
  blob_list: reads(file.blobListParams, files.hashPage),
}

export const SINGLE: {
  readonly [M in SingleMethodName]: MethodSpec<SingleMethods[M]['params'], SingleMethods[M]['result']>
} = {
  version: reads(wallet.noParams, owned.version),
  status: reads(wallet.noParams, owned.status),
  stop: changes(wallet.noParams, plain.anyText),
  account_balance: reads(wallet.balanceParams, owned.balance),
  wallet_balance: reads(wallet.walletBalanceParams, owned.balance),
  account_fund: spends(wallet.accountFundParams),
  address_unused: reads(wallet.accountChoice, plain.filledText),
  wallet_status: reads(wallet.walletChoice, owned.walletStatus),
  wallet_unlock: changes(wallet.walletUnlockParams, plain.bool),
  wallet_lock: changes(wallet.walletChoice, plain.bool),
  wallet_encrypt: changes(wallet.walletEncryptParams, plain.bool),
  utxo_release: changes(wallet.accountChoice, plain.nothing),
  transaction_show: reads(wallet.transactionShowParams, found.transactionOrNone),
  channel_create: spends(channel.channelCreateParams),
  channel_update: spends(channel.channelUpdateParams),
  channel_export: reads(wallet.channelKeyParams, plain.filledText),
  channel_import: changes(wallet.channelImportParams, plain.anyText),
  channel_sign: reads(wallet.channelSignParams, owned.channelSignature),
  stream_create: spends(stream.streamCreateParams, HASHING_MS),
  stream_update: spends(stream.streamUpdateParams, HASHING_MS),
  publish: spends(stream.publishParams, HASHING_MS),
  stream_repost: spends(stream.streamRepostParams),
  stream_abandon: spends(stream.streamAbandonParams),
  support_create: spends(wallet.supportCreateParams),
  collection_create: spends(collection.collectionCreateParams),
  collection_update: spends(collection.collectionUpdateParams),
  resolve: reads(hub.resolveParams, found.resolved),
  get: changes(hub.getParams, files.streamFile, HASHING_MS),
  file_delete: changes(file.fileDeleteParams, plain.bool),
  file_reflect: changes(file.fileReflectParams, files.hashes, HASHING_MS),
  blob_get: changes(file.blobGetParams, plain.anyText),
  blob_announce: changes(file.blobAnnounceParams, plain.bool),
}

function reads<P, R>(params: v.GenericSchema<unknown, P>, answer: v.GenericSchema<unknown, R>): MethodSpec<P, R> {
  return { params, result: answer, kind: 'reads', timeoutMs: QUICK_MS }
}

function changes<P, R>(
  params: v.GenericSchema<unknown, P>,
  answer: v.GenericSchema<unknown, R>,
  timeoutMs: number = QUICK_MS,
): MethodSpec<P, R> {
  return { params, result: answer, kind: 'changes', timeoutMs }
}

function spends<P>(params: v.GenericSchema<unknown, P>, timeoutMs: number = SPEND_MS): MethodSpec<P, Transaction> {
  return { params, result: transaction, kind: 'spends', timeoutMs }
}
