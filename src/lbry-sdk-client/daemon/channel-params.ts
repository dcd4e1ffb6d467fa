import * as v from 'valibot'
import * as is from './checks.ts'
import {
  type ClaimParams,
  claim,
  fits,
  reading,
  type SpendParams,
  spend,
  type TextParams,
  TOO_LARGE,
} from './claim-fields.ts'

export interface ChannelParams extends TextParams, SpendParams {
  readonly email?: string
  readonly website_url?: string
  readonly cover_url?: string
  /** Claim ids. */
  readonly featured?: readonly string[]
}
export interface ChannelCreateParams extends ClaimParams, ChannelParams {}
export interface ChannelUpdateParams extends ChannelParams {
  readonly claim_id: string
  readonly bid?: string
  /** Makes a new key: claims signed with the old one are no longer valid. */
  readonly new_signing_key?: boolean
  readonly replace?: boolean
  readonly clear_featured?: boolean
  readonly clear_tags?: boolean
  readonly clear_languages?: boolean
  readonly clear_locations?: boolean
}

const channelFields = {
  ...reading,
  ...spend,
  email: v.exactOptional(is.words),
  website_url: v.exactOptional(is.words),
  cover_url: v.exactOptional(is.words),
  featured: v.exactOptional(is.listOf(is.claimId)),
}

export const channelCreateParams: v.GenericSchema<unknown, ChannelCreateParams> = v.pipe(
  v.strictObject({ ...claim, name: is.channelName, ...channelFields }),
  v.check((given) => fits(given), TOO_LARGE),
)
export const channelUpdateParams: v.GenericSchema<unknown, ChannelUpdateParams> = v.pipe(
  v.strictObject({
    claim_id: is.claimId,
    bid: v.exactOptional(is.amount),
    new_signing_key: v.exactOptional(is.flag),
    replace: v.exactOptional(is.flag),
    clear_featured: v.exactOptional(is.flag),
    clear_tags: v.exactOptional(is.flag),
    clear_languages: v.exactOptional(is.flag),
    clear_locations: v.exactOptional(is.flag),
    ...channelFields,
  }),
  v.check((given) => fits(given), TOO_LARGE),
)
