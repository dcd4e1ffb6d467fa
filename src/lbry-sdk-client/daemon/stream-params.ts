import * as v from 'valibot'
import * as is from './checks.ts'
import {
  type ChannelChoice,
  type ClaimParams,
  channel,
  claim,
  type FieldsOf,
  fits,
  hasOneChannel,
  reading,
  type SpendParams,
  spend,
  type TextParams,
  TOO_LARGE,
  TWO_CHANNELS,
} from './claim-fields.ts'

import { hasSource, keepsOrHasSource, NO_SOURCE, type SourceParams, source } from './source-params.ts'

export interface StreamMetadataParams extends TextParams, ChannelChoice {
  readonly author?: string
  readonly license?: string
  readonly license_url?: string
  /** Unix seconds. */
  readonly release_time?: number
  readonly width?: number
  readonly height?: number
  /** Whole seconds. */
  readonly duration?: number
  readonly fee_currency?: 'LBC' | 'BTC' | 'USD'
  readonly fee_amount?: string
  readonly fee_address?: string
  readonly channel_account_id?: readonly string[]
}

/**
 * One of `file_path` and the four of `sd_hash`, `file_name`, `file_size`, `file_hash` has to be there: without any the
 * daemon publishes a claim without content, and reports success (facts 1.5).
 */
export interface StreamCreateParams extends ClaimParams, StreamMetadataParams, SourceParams, SpendParams {}

/** Tags, languages and locations are added to what is there unless cleared. @see facts 1.5 for `replace` */
export interface StreamUpdateParams extends StreamMetadataParams, SourceParams, SpendParams {
  readonly claim_id: string
  readonly bid?: string
  /** Drops everything but the source, the channel too: pass the channel again. */
  readonly replace?: boolean
  readonly clear_channel?: boolean
  readonly clear_fee?: boolean
  readonly clear_tags?: boolean
  readonly clear_languages?: boolean
  readonly clear_locations?: boolean
}

export interface PublishParams extends StreamMetadataParams, SourceParams, SpendParams {
  readonly name: string
  /** Wanted when the name is new. */
  readonly bid?: string
}

export interface StreamRepostParams extends ClaimParams, ChannelChoice, SpendParams {
  readonly claim_id: string
}

const metadata: FieldsOf<StreamMetadataParams> = {
  ...reading,
  ...channel,
  author: v.exactOptional(is.words),
  license: v.exactOptional(is.words),
  license_url: v.exactOptional(is.words),
  release_time: v.exactOptional(is.unixSeconds),
  width: v.exactOptional(is.uint32),
  height: v.exactOptional(is.uint32),
  duration: v.exactOptional(is.uint32),
  fee_currency: v.exactOptional(v.picklist(['LBC', 'BTC', 'USD'], 'LBC, BTC or USD')),
  fee_amount: v.exactOptional(is.price),
  fee_address: v.exactOptional(is.filledWords),
  channel_account_id: v.exactOptional(is.listOf(is.filledWords)),
}

const priceIsWhole = (params: StreamMetadataParams): boolean => 'fee_amount' in params === 'fee_currency' in params
const HALF_A_PRICE = 'fee_amount and fee_currency go together'

export const streamCreateParams: v.GenericSchema<unknown, StreamCreateParams> = v.pipe(
  v.strictObject({ ...claim, ...metadata, ...source, ...spend }),
  v.check((given) => hasSource(given), NO_SOURCE),
  v.check((given) => hasOneChannel(given), TWO_CHANNELS),
  v.check((given) => priceIsWhole(given), HALF_A_PRICE),
  v.check((given) => fits(given), TOO_LARGE),
)
export const streamUpdateParams: v.GenericSchema<unknown, StreamUpdateParams> = v.pipe(
  v.strictObject({
    claim_id: is.claimId,
    bid: v.exactOptional(is.amount),
    replace: v.exactOptional(is.flag),
    clear_channel: v.exactOptional(is.flag),
    clear_fee: v.exactOptional(is.flag),
    clear_tags: v.exactOptional(is.flag),
    clear_languages: v.exactOptional(is.flag),
    clear_locations: v.exactOptional(is.flag),
    ...metadata,
    ...source,
    ...spend,
  }),
  v.check((given) => keepsOrHasSource(given), NO_SOURCE),
  v.check((given) => hasOneChannel(given), TWO_CHANNELS),
  v.check((given) => priceIsWhole(given), HALF_A_PRICE),
  v.check((given) => fits(given), TOO_LARGE),
)
export const publishParams: v.GenericSchema<unknown, PublishParams> = v.pipe(
  v.strictObject({ name: is.claimName, bid: v.exactOptional(is.amount), ...metadata, ...source, ...spend }),
  v.check((given) => keepsOrHasSource(given), NO_SOURCE),
  v.check((given) => hasOneChannel(given), TWO_CHANNELS),
  v.check((given) => priceIsWhole(given), HALF_A_PRICE),
  v.check((given) => fits(given), TOO_LARGE),
)
export const streamRepostParams: v.GenericSchema<unknown, StreamRepostParams> = v.pipe(
  v.strictObject({ ...claim, claim_id: is.claimId, ...channel, ...spend }),
  v.check((given) => hasOneChannel(given), TWO_CHANNELS),
)

export interface StreamAbandonParams extends Pick<SpendParams, 'account_id' | 'wallet_id' | 'preview' | 'blocking'> {
  /** Either this or `txid` and `nout`. The bid comes back to the wallet, without the fee. */
  readonly claim_id?: string
  readonly txid?: string
  readonly nout?: number
}

export const streamAbandonParams: v.GenericSchema<unknown, StreamAbandonParams> = v.pipe(
  v.strictObject({
    claim_id: v.exactOptional(is.claimId),
    txid: v.exactOptional(is.txid),
    nout: v.exactOptional(is.index),
    account_id: spend.account_id,
    wallet_id: spend.wallet_id,
    preview: spend.preview,
    blocking: spend.blocking,
  }),
  v.check(
    (given) => ('claim_id' in given ? !('txid' in given || 'nout' in given) : 'txid' in given && 'nout' in given),
    'Either claim_id or both txid and nout must be given',
  ),
)
