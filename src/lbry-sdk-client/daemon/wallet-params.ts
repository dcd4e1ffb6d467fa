import * as v from 'valibot'
import * as is from './checks.ts'
import type { WalletParams } from './list-params.ts'

/** For methods that take nothing. */
export type NoParams = Readonly<Record<string, never>>
export interface BalanceParams extends WalletParams {
  /** Counts only what has that many; 1 leaves out what waits for a block. @default 0 */
  readonly confirmations?: number
}
export interface WalletBalanceParams extends Omit<BalanceParams, 'account_id'> {}
export interface WalletChoice extends Omit<WalletParams, 'account_id'> {}

const account_id = v.exactOptional(is.filledWords)
const wallet_id = v.exactOptional(is.filledWords)
const confirmations = v.exactOptional(is.index)

export const noParams: v.GenericSchema<unknown, NoParams> = v.strictObject({})
export const walletChoice: v.GenericSchema<unknown, WalletChoice> = v.strictObject({ wallet_id })
export const accountChoice: v.GenericSchema<unknown, WalletParams> = v.strictObject({ account_id, wallet_id })
export const balanceParams: v.GenericSchema<unknown, BalanceParams> = v.strictObject({
  account_id,
  wallet_id,
  confirmations,
})
export const walletBalanceParams: v.GenericSchema<unknown, WalletBalanceParams> = v.strictObject({
  wallet_id,
  confirmations,
})

export interface WalletUnlockParams extends WalletChoice {
  readonly password: string
}
export interface WalletEncryptParams extends WalletChoice {
  readonly new_password: string
}

export const walletUnlockParams: v.GenericSchema<unknown, WalletUnlockParams> = v.strictObject({
  password: is.words,
  wallet_id,
})
export const walletEncryptParams: v.GenericSchema<unknown, WalletEncryptParams> = v.strictObject({
  new_password: is.filledWords,
  wallet_id,
})

/** From an account to itself, it splits the funds: many outputs can be spent side by side. */
export interface AccountFundParams {
  readonly to_account: string
  readonly from_account: string
  /** LBC; below the balance, since the fee comes on top. */
  readonly amount?: string
  /** All there is, into one output. */
  readonly everything?: boolean
  /** @default 1 */
  readonly outputs?: number
  /** Without it nothing is sent. @default false */
  readonly broadcast?: boolean
  readonly to_wallet?: string
  readonly from_wallet?: string
}

export const accountFundParams: v.GenericSchema<unknown, AccountFundParams> = v.pipe(
  v.strictObject({
    to_account: is.filledWords,
    from_account: is.filledWords,
    amount: v.exactOptional(is.amount),
    everything: v.exactOptional(is.flag),
    outputs: v.exactOptional(is.count),
    broadcast: v.exactOptional(is.flag),
    to_wallet: v.exactOptional(is.filledWords),
    from_wallet: v.exactOptional(is.filledWords),
  }),
  v.check(
    ({ everything = false, outputs = 1 }) => !everything || outputs === 1,
    'With everything there can be only one output',
  ),
  v.check((given) => 'amount' in given !== (given.everything === true), 'One of amount and everything must be given'),
)

export interface SupportCreateParams extends WalletParams {
  readonly claim_id: string
  readonly amount: string
  /** Gives the LBC away. @default false */
  readonly tip?: boolean
  readonly channel_id?: string
  readonly comment?: string
  readonly funding_account_ids?: readonly string[]
  readonly preview?: boolean
  readonly blocking?: boolean
}

export const supportCreateParams: v.GenericSchema<unknown, SupportCreateParams> = v.strictObject({
  claim_id: is.claimId,
  amount: is.amount,
  tip: v.exactOptional(is.flag),
  channel_id: v.exactOptional(is.claimId),
  comment: v.exactOptional(is.words),
  funding_account_ids: v.exactOptional(is.listOf(is.filledWords)),
  preview: v.exactOptional(is.flag),
  blocking: v.exactOptional(is.flag),
  account_id,
  wallet_id,
})

export interface ChannelKeyParams extends WalletParams {
  readonly channel_id?: string
  readonly channel_name?: string
}
export interface ChannelImportParams extends WalletChoice {
  readonly channel_data: string
}
export interface ChannelSignParams extends WalletParams {
  readonly channel_id?: string
  readonly channel_name?: string
  /** The bytes to sign, in hex. */
  readonly hexdata: string
  readonly salt?: string
}
export interface TransactionShowParams {
  readonly txid: string
}

const channel = { channel_id: v.exactOptional(is.claimId), channel_name: v.exactOptional(is.channelName) }
const ONE_CHANNEL = 'One of channel_id and channel_name must be given'
const namesOne = (given: ChannelKeyParams): boolean => 'channel_id' in given !== 'channel_name' in given

export const channelKeyParams: v.GenericSchema<unknown, ChannelKeyParams> = v.pipe(
  v.strictObject({ ...channel, account_id, wallet_id }),
  v.check((given) => namesOne(given), ONE_CHANNEL),
)
export const channelSignParams: v.GenericSchema<unknown, ChannelSignParams> = v.pipe(
  v.strictObject({ ...channel, hexdata: is.hexData, salt: v.exactOptional(is.filledWords), account_id, wallet_id }),
  v.check((given) => namesOne(given), ONE_CHANNEL),
)
export const channelImportParams: v.GenericSchema<unknown, ChannelImportParams> = v.strictObject({
  channel_data: is.filledWords,
  wallet_id,
})
export const transactionShowParams: v.GenericSchema<unknown, TransactionShowParams> = v.strictObject({ txid: is.txid })
