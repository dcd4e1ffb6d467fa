import * as v from 'valibot'
import * as is from './checks.ts'

/** The schemas of an interface's fields: left out may be what is optional, and nothing may be null or undefined. */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? v.ExactOptionalSchema<v.GenericSchema<unknown, Exclude<T[K], undefined>>, undefined>
    : v.GenericSchema<unknown, T[K]>
}

/** What every call that makes a transaction can have. */
export interface SpendParams {
  /** The account that pays and signs. @default the wallet's default account */
  readonly account_id?: string
  readonly wallet_id?: string
  readonly funding_account_ids?: readonly string[]
  /** Where the claim is to belong. @default an unused address of the account */
  readonly claim_address?: string
  /** Build and sign only: nothing is sent, `sd_hash` is 96 zeros, `source.hash` is real. @default false */
  readonly preview?: boolean
  /** Answer when the transaction is seen in the mempool, at most 600 s later. @default false */
  readonly blocking?: boolean
}

export interface LocationParam {
  /** ISO 3166, two letters. */
  readonly country?: string
  readonly state?: string
  readonly city?: string
  readonly code?: string
  /** Degrees as text. */
  readonly latitude?: string
  readonly longitude?: string
}

/** What a person reads; the same for streams, channels and collections. */
export interface TextParams {
  readonly title?: string
  readonly description?: string
  readonly tags?: readonly string[]
  /** `lang[-Script][-REGION]` of LBRY's list, see `isLbryLanguage`. */
  readonly languages?: readonly string[]
  readonly locations?: readonly LocationParam[]
  readonly thumbnail_url?: string
}

export interface ChannelChoice {
  /** The channel that signs. Better than `channel_name`, which two channels can share. */
  readonly channel_id?: string
  readonly channel_name?: string
}

/** What every new claim has. */
export interface ClaimParams {
  readonly name: string
  /** LBC as text, above 0. */
  readonly bid: string
  /** Leave it out: the refusal of a second claim of one name is what stops a repeated call from paying twice. */
  readonly allow_duplicate_name?: boolean
}

export const spend: FieldsOf<SpendParams> = {
  account_id: v.exactOptional(is.filledWords),
  wallet_id: v.exactOptional(is.filledWords),
  funding_account_ids: v.exactOptional(is.listOf(is.filledWords)),
  claim_address: v.exactOptional(is.filledWords),
  preview: v.exactOptional(is.flag),
  blocking: v.exactOptional(is.flag),
}
const location: v.GenericSchema<unknown, LocationParam> = v.strictObject({
  country: v.exactOptional(is.filledWords),
  state: v.exactOptional(is.words),
  city: v.exactOptional(is.words),
  code: v.exactOptional(is.words),
  latitude: v.exactOptional(is.words),
  longitude: v.exactOptional(is.words),
})
export const reading: FieldsOf<TextParams> = {
  title: v.exactOptional(is.words),
  description: v.exactOptional(is.words),
  tags: v.exactOptional(is.listOf(is.words)),
  languages: v.exactOptional(is.listOf(is.language)),
  locations: v.exactOptional(v.array(location, 'a list')),
  thumbnail_url: v.exactOptional(is.words),
}
export const channel: FieldsOf<ChannelChoice> = {
  channel_id: v.exactOptional(is.claimId),
  channel_name: v.exactOptional(is.channelName),
}
export const claim: FieldsOf<ClaimParams> = {
  name: is.claimName,
  bid: is.amount,
  allow_duplicate_name: v.exactOptional(is.flag),
}

/**
 * Most bytes that a claim script may have (lbcd MaxClaimScriptSize). The text alone must stay below it; the daemon builds
 * larger ones without a word, and nodes drop them.
 */
const MAX_CLAIM_SCRIPT_BYTES = 8_192

/** A lower bound of the claim: its texts. The exact size is in `hex` of a preview. */
export function fits(params: object): boolean {
  const texts = Object.entries(params).flatMap(([key, value]) => (key === 'file_path' ? [] : [value].flat()))
  const bytes = texts.reduce<number>((sum, one) => sum + (typeof one === 'string' ? Buffer.byteLength(one) : 0), 0)
  return bytes <= MAX_CLAIM_SCRIPT_BYTES
}

export function hasOneChannel(params: ChannelChoice): boolean {
  return !('channel_id' in params && 'channel_name' in params)
}

/** A message that stands alone starts with a capital; all others finish "X must be …" (parse-params.ts). */
export const TOO_LARGE: string = `The texts of a claim must be at most ${MAX_CLAIM_SCRIPT_BYTES} bytes together`
export const TWO_CHANNELS = 'Only one of channel_id and channel_name can be given'
