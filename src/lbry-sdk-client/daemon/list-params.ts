import * as v from 'valibot'
import * as is from './checks.ts'
import type { FieldsOf } from './claim-fields.ts'

export interface PageParams {
  /** From 1. @default 1 */
  readonly page?: number
  /** @default 20 */
  readonly page_size?: number
}

export interface WalletParams {
  /** @default every account of the wallet */
  readonly account_id?: string
  readonly wallet_id?: string
}

/** `stream_list`, `channel_list` and the like: own claims, unspent ones unless `is_spent`, newest first. */
export interface OwnClaimParams extends PageParams, WalletParams {
  readonly name?: string | readonly string[]
  readonly claim_id?: string | readonly string[]
  readonly channel_id?: string | readonly string[]
  /** Spent ones instead. `false` is refused: it would list both. */
  readonly is_spent?: true
  /** Asks the hub, so that `canonical_url` is there. @default false */
  readonly resolve?: boolean
  readonly order_by?: 'name' | 'height' | 'amount'
  /** Leaves out `total_items` and `total_pages`. @default false */
  readonly no_totals?: boolean
}

export interface ClaimListParams extends OwnClaimParams {
  readonly claim_type?: TxoType | readonly TxoType[]
}

export interface SupportListParams extends Omit<OwnClaimParams, 'channel_id'> {
  readonly received?: boolean
  readonly sent?: boolean
  readonly staked?: boolean
}

export interface CollectionListParams extends PageParams, WalletParams {
  readonly resolve?: boolean
  /** How many of the claims of each to resolve. @default 0 */
  readonly resolve_claims?: number
}

const TXO_TYPES = ['stream', 'channel', 'support', 'collection', 'repost', 'purchase', 'other'] as const
export type TxoType = (typeof TXO_TYPES)[number]

export interface TxoListParams extends OwnClaimParams {
  readonly type?: TxoType | readonly TxoType[]
  readonly txid?: string | readonly string[]
  readonly not_channel_id?: string | readonly string[]
  readonly reposted_claim_id?: string | readonly string[]
  /** The way to ask for what is unspent: without it, all are listed. */
  readonly is_not_spent?: boolean
  readonly has_source?: boolean
  readonly has_no_source?: boolean
  readonly is_my_output?: boolean
  readonly is_not_my_output?: boolean
  readonly is_my_input?: boolean
  readonly is_not_my_input?: boolean
  readonly is_my_input_or_output?: boolean
  readonly exclude_internal_transfers?: boolean
  readonly include_received_tips?: boolean
}

export interface UtxoListParams extends PageParams, WalletParams {}

const pages: FieldsOf<PageParams> = { page: v.exactOptional(is.count), page_size: v.exactOptional(is.count) }
const wallet: FieldsOf<WalletParams> = {
  account_id: v.exactOptional(is.filledWords),
  wallet_id: v.exactOptional(is.filledWords),
}
const own: FieldsOf<OwnClaimParams> = {
  ...pages,
  ...wallet,
  name: v.exactOptional(is.oneOrMore(is.filledWords)),
  claim_id: v.exactOptional(is.oneOrMore(is.claimId)),
  channel_id: v.exactOptional(is.oneOrMore(is.claimId)),
  is_spent: v.exactOptional(is.onlyTrue),
  resolve: v.exactOptional(is.flag),
  order_by: v.exactOptional(v.picklist(['name', 'height', 'amount'], 'name, height or amount')),
  no_totals: v.exactOptional(is.flag),
}
const { channel_id: _, ...ownSupports } = own
const txoType = v.picklist(TXO_TYPES, `one of ${TXO_TYPES.join(', ')}`)
const txoTypes = v.union([txoType, v.array(txoType)], `one or more of ${TXO_TYPES.join(', ')}`)

export const pageParams: v.GenericSchema<unknown, PageParams> = v.strictObject(pages)
export const walletPageParams: v.GenericSchema<unknown, UtxoListParams> = v.strictObject({ ...pages, ...wallet })
export const ownClaimParams: v.GenericSchema<unknown, OwnClaimParams> = v.strictObject(own)
export const claimListParams: v.GenericSchema<unknown, ClaimListParams> = v.strictObject({
  ...own,
  claim_type: v.exactOptional(txoTypes),
})
export const supportListParams: v.GenericSchema<unknown, SupportListParams> = v.strictObject({
  ...ownSupports,
  received: v.exactOptional(is.flag),
  sent: v.exactOptional(is.flag),
  staked: v.exactOptional(is.flag),
})
export const collectionListParams: v.GenericSchema<unknown, CollectionListParams> = v.strictObject({
  ...pages,
  ...wallet,
  resolve: v.exactOptional(is.flag),
  resolve_claims: v.exactOptional(is.index),
})
export const txoListParams: v.GenericSchema<unknown, TxoListParams> = v.strictObject({
  ...own,
  type: v.exactOptional(txoTypes),
  txid: v.exactOptional(is.oneOrMore(is.txid)),
  not_channel_id: v.exactOptional(is.oneOrMore(is.claimId)),
  reposted_claim_id: v.exactOptional(is.oneOrMore(is.claimId)),
  is_not_spent: v.exactOptional(is.flag),
  has_source: v.exactOptional(is.flag),
  has_no_source: v.exactOptional(is.flag),
  is_my_output: v.exactOptional(is.flag),
  is_not_my_output: v.exactOptional(is.flag),
  is_my_input: v.exactOptional(is.flag),
  is_not_my_input: v.exactOptional(is.flag),
  is_my_input_or_output: v.exactOptional(is.flag),
  exclude_internal_transfers: v.exactOptional(is.flag),
  include_received_tips: v.exactOptional(is.flag),
})
