import * as v from 'valibot'
import * as is from './checks.ts'
import {
  type ChannelChoice,
  type ClaimParams,
  channel,
  claim,
  hasOneChannel,
  reading,
  type SpendParams,
  spend,
  type TextParams,
  TWO_CHANNELS,
} from './claim-fields.ts'

export interface CollectionCreateParams extends ClaimParams, TextParams, ChannelChoice, SpendParams {
  /** Claim ids, in order. About 350 fit into one claim. */
  readonly claims: readonly string[]
}
export interface CollectionUpdateParams extends TextParams, ChannelChoice, SpendParams {
  readonly claim_id: string
  readonly bid?: string
  /** Added to those that are there, unless `clear_claims`. */
  readonly claims?: readonly string[]
  readonly clear_claims?: boolean
  readonly clear_channel?: boolean
  readonly clear_tags?: boolean
  readonly clear_languages?: boolean
  readonly clear_locations?: boolean
  readonly replace?: boolean
}

export const collectionCreateParams: v.GenericSchema<unknown, CollectionCreateParams> = v.pipe(
  v.strictObject({ ...claim, claims: is.listOf(is.claimId), ...reading, ...channel, ...spend }),
  v.check((given) => hasOneChannel(given), TWO_CHANNELS),
)
export const collectionUpdateParams: v.GenericSchema<unknown, CollectionUpdateParams> = v.pipe(
  v.strictObject({
    claim_id: is.claimId,
    bid: v.exactOptional(is.amount),
    claims: v.exactOptional(is.listOf(is.claimId)),
    clear_claims: v.exactOptional(is.flag),
    clear_channel: v.exactOptional(is.flag),
    clear_tags: v.exactOptional(is.flag),
    clear_languages: v.exactOptional(is.flag),
    clear_locations: v.exactOptional(is.flag),
    replace: v.exactOptional(is.flag),
    ...reading,
    ...channel,
    ...spend,
  }),
  v.check((given) => hasOneChannel(given), TWO_CHANNELS),
)
