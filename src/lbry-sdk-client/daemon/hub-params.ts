import * as v from 'valibot'
import * as is from './checks.ts'
import type { PageParams } from './list-params.ts'

/** The hub gives no more at once, whatever is asked for (facts 1.3). */
export const MAX_SEARCH_PAGE = 50

/** Asks the hub, which knows confirmed claims alone. Heights, times and amounts are text like `">1600000000"`. */
export interface ClaimSearchParams extends PageParams {
  readonly name?: string
  readonly text?: string
  readonly claim_id?: string
  readonly claim_ids?: readonly string[]
  readonly txid?: string
  readonly nout?: number
  readonly channel?: string
  readonly channel_ids?: readonly string[]
  readonly not_channel_ids?: readonly string[]
  readonly claim_type?:
    | 'stream'
    | 'channel'
    | 'repost'
    | 'collection'
    | readonly ('stream' | 'channel' | 'repost' | 'collection')[]
  readonly stream_types?: readonly string[]
  readonly media_types?: readonly string[]
  /** Full or the first digits. */
  readonly sd_hash?: string
  readonly any_tags?: readonly string[]
  readonly all_tags?: readonly string[]
  readonly not_tags?: readonly string[]
  readonly any_languages?: readonly string[]
  readonly release_time?: string | number
  readonly timestamp?: string | number
  readonly height?: string | number
  readonly order_by?: string | readonly string[]
  readonly has_source?: boolean
  readonly has_no_source?: boolean
  readonly valid_channel_signature?: boolean
  readonly is_controlling?: boolean
  readonly no_totals?: boolean
  readonly wallet_id?: string
}

const claimType = v.picklist(['stream', 'channel', 'repost', 'collection'], 'stream, channel, repost or collection')
const bound = v.union([is.filledWords, is.unixSeconds], 'a whole number, or text like ">1600000000"')
const claimIds = is.listOf(is.claimId)
const texts = is.listOf(is.filledWords)

export const claimSearchParams: v.GenericSchema<unknown, ClaimSearchParams> = v.strictObject({
  page: v.exactOptional(is.count),
  page_size: v.exactOptional(v.pipe(is.count, v.maxValue(MAX_SEARCH_PAGE, `at most ${MAX_SEARCH_PAGE}`))),
  name: v.exactOptional(is.filledWords),
  text: v.exactOptional(is.filledWords),
  claim_id: v.exactOptional(is.claimId),
  claim_ids: v.exactOptional(claimIds),
  txid: v.exactOptional(is.txid),
  nout: v.exactOptional(is.index),
  channel: v.exactOptional(is.lbryUrl),
  channel_ids: v.exactOptional(claimIds),
  not_channel_ids: v.exactOptional(claimIds),
  claim_type: v.exactOptional(
    v.union([claimType, v.array(claimType)], 'stream, channel, repost, collection or a list'),
  ),
  stream_types: v.exactOptional(texts),
  media_types: v.exactOptional(texts),
  sd_hash: v.exactOptional(is.hexPrefix),
  any_tags: v.exactOptional(texts),
  all_tags: v.exactOptional(texts),
  not_tags: v.exactOptional(texts),
  any_languages: v.exactOptional(texts),
  release_time: v.exactOptional(bound),
  timestamp: v.exactOptional(bound),
  height: v.exactOptional(bound),
  order_by: v.exactOptional(is.oneOrMore(is.filledWords)),
  has_source: v.exactOptional(is.flag),
  has_no_source: v.exactOptional(is.flag),
  valid_channel_signature: v.exactOptional(is.flag),
  is_controlling: v.exactOptional(is.flag),
  no_totals: v.exactOptional(is.flag),
  wallet_id: v.exactOptional(is.filledWords),
})

export interface ResolveParams {
  readonly urls: string | readonly string[]
  readonly wallet_id?: string
}

export const resolveParams: v.GenericSchema<unknown, ResolveParams> = v.strictObject({
  urls: is.oneOrMore(is.lbryUrl),
  wallet_id: v.exactOptional(is.filledWords),
})

export interface CollectionResolveParams extends PageParams {
  readonly claim_id?: string
  readonly url?: string
  readonly wallet_id?: string
}

export const collectionResolveParams: v.GenericSchema<unknown, CollectionResolveParams> = v.pipe(
  v.strictObject({
    page: v.exactOptional(is.count),
    page_size: v.exactOptional(is.count),
    claim_id: v.exactOptional(is.claimId),
    url: v.exactOptional(is.lbryUrl),
    wallet_id: v.exactOptional(is.filledWords),
  }),
  v.check((given) => 'claim_id' in given !== 'url' in given, 'One of claim_id and url must be given'),
)

export interface GetParams {
  readonly uri: string
  readonly file_name?: string
  /** On the machine of the daemon. */
  readonly download_directory?: string
  /** Seconds. */
  readonly timeout?: number
  readonly save_file?: boolean
  readonly wallet_id?: string
}

export const getParams: v.GenericSchema<unknown, GetParams> = v.strictObject({
  uri: is.lbryUrl,
  file_name: v.exactOptional(is.filledWords),
  download_directory: v.exactOptional(is.absolutePath),
  timeout: v.exactOptional(is.count),
  save_file: v.exactOptional(is.flag),
  wallet_id: v.exactOptional(is.filledWords),
})
