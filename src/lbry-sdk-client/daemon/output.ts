import * as v from 'valibot'

/** Bytes that a stream claim stands for. */
export interface StreamSource {
  /** SHA-384 of the plain file; missing in old claims, and a claim, not a proof, in all. */
  readonly hash?: string
  readonly name?: string
  /** Bytes, as text. */
  readonly size?: string
  readonly media_type?: string
  /** SHA-384 of the descriptor; 96 zeros in a preview. */
  readonly sd_hash?: string
  readonly url?: string
}

/** What a claim says. Which fields there are depends on its `value_type`; empty ones are absent. */
export interface ClaimValue {
  readonly title?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly languages?: readonly string[]
  readonly thumbnail?: { readonly url?: string }
  readonly author?: string
  readonly license?: string
  readonly license_url?: string
  /** Unix seconds, as text. */
  readonly release_time?: string
  readonly stream_type?: string
  readonly source?: StreamSource
  readonly fee?: { readonly currency?: string; readonly amount?: string; readonly address?: string }
  readonly video?: { readonly width?: number; readonly height?: number; readonly duration?: number }
  readonly audio?: { readonly duration?: number }
  readonly image?: { readonly width?: number; readonly height?: number }
  /** Of a channel: 33 bytes in hex, longer in old ones. */
  readonly public_key?: string
  readonly public_key_id?: string
  readonly email?: string
  readonly website_url?: string
  readonly cover?: { readonly url?: string }
  /** Of a repost. */
  readonly claim_id?: string
  /** Of a collection, in order. */
  readonly claims?: readonly string[]
}

/** What a hub knows of a claim; empty in everything that comes from the wallet alone. */
export interface ClaimMeta {
  readonly activation_height?: number
  readonly creation_height?: number
  readonly creation_timestamp?: number
  readonly expiration_height?: number
  readonly take_over_height?: number
  readonly effective_amount?: string
  readonly support_amount?: string
  readonly is_controlling?: boolean
  readonly reposted?: number
  readonly claims_in_channel?: number
}

/** The channel that signed; of one that the daemon does not know there is the id alone. */
export interface SigningChannel {
  readonly claim_id?: string
  readonly channel_id?: string
  readonly name?: string
  readonly permanent_url?: string
  readonly canonical_url?: string
  readonly short_url?: string
  readonly txid?: string
  readonly nout?: number
  readonly has_signing_key?: boolean
  readonly value?: ClaimValue
}

/** One output of a transaction. Amounts are LBC as text (see `parseLbc`). */
export interface Output {
  readonly txid: string
  readonly nout: number
  readonly type: 'claim' | 'support' | 'payment' | 'data' | 'purchase'
  readonly amount: string
  readonly address?: string
  /** Above 0: the block. 0: in the mempool. -1: there, with parents that wait too. -2: not sent, or not seen yet. */
  readonly height: number
  /** As `height` when that is 0 or less. */
  readonly confirmations: number
  /** Unix seconds of the block. */
  readonly timestamp?: number | null
  readonly claim_op?: 'create' | 'update'
  readonly name?: string
  /** NFD and case folded: what names compete under. */
  readonly normalized_name?: string
  readonly claim_id?: string
  readonly permanent_url?: string
  /** From a hub alone: absent right after publishing. */
  readonly canonical_url?: string
  readonly short_url?: string
  readonly value?: ClaimValue
  readonly value_type?: string
  readonly meta?: ClaimMeta
  readonly signing_channel?: SigningChannel
  readonly is_channel_signature_valid?: boolean
  readonly has_signing_key?: boolean
  /** Only in lists of the wallet. */
  readonly is_my_output?: boolean
  readonly is_my_input?: boolean
  readonly is_spent?: boolean
  readonly is_internal_transfer?: boolean
}

/** What a transaction spends; of an output that is not the wallet's own there are the ids alone. */
export interface Input extends Partial<Omit<Output, 'txid' | 'nout'>> {
  readonly txid: string
  readonly nout: number
}

export interface Transaction {
  readonly txid: string
  /** -2 in the answer to the call that sent it. */
  readonly height: number
  readonly inputs: readonly Input[]
  /** The claim, if one was made or changed, is the first. */
  readonly outputs: readonly Output[]
  readonly total_input: string
  readonly total_output: string
  readonly total_fee: string
  /** The whole transaction: from it everything above can be checked. */
  readonly hex: string
}

const text = v.exactOptional(v.string())
const whole = v.exactOptional(v.pipe(v.number(), v.integer()))
const flag = v.exactOptional(v.boolean())
const url = v.exactOptional(v.object({ url: text }))
const texts = v.exactOptional(v.array(v.string()))
const LBC = v.pipe(v.string(), v.regex(/^-?\d{1,10}\.\d{1,8}$/))
const claimId = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))
const txid = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const sha384 = v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{96}$/)))
const nout = v.pipe(v.number(), v.integer(), v.minValue(0))

/** The `value` of a claim, and the `metadata` of a file. */
export const claimValue: v.GenericSchema<unknown, ClaimValue> = v.object({
  title: text,
  description: text,
  tags: texts,
  languages: texts,
  thumbnail: url,
  author: text,
  license: text,
  license_url: text,
  release_time: v.exactOptional(v.pipe(v.string(), v.regex(/^-?\d{1,20}$/))),
  stream_type: text,
  source: v.exactOptional(
    v.object({
      hash: sha384,
      name: text,
      size: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,20}$/))),
      media_type: text,
      sd_hash: sha384,
      url: text,
    }),
  ),
  fee: v.exactOptional(v.object({ currency: text, amount: text, address: text })),
  video: v.exactOptional(v.object({ width: whole, height: whole, duration: whole })),
  audio: v.exactOptional(v.object({ duration: whole })),
  image: v.exactOptional(v.object({ width: whole, height: whole })),
  public_key: text,
  public_key_id: text,
  email: text,
  website_url: text,
  cover: url,
  claim_id: v.exactOptional(claimId),
  claims: v.exactOptional(v.array(claimId)),
})

const meta = v.object({
  activation_height: whole,
  creation_height: whole,
  creation_timestamp: whole,
  expiration_height: whole,
  take_over_height: whole,
  effective_amount: v.exactOptional(LBC),
  support_amount: v.exactOptional(LBC),
  is_controlling: flag,
  reposted: whole,
  claims_in_channel: whole,
})
const signingChannel = v.object({
  claim_id: v.exactOptional(claimId),
  channel_id: v.exactOptional(claimId),
  name: text,
  permanent_url: text,
  canonical_url: text,
  short_url: text,
  txid: v.exactOptional(txid),
  nout: v.exactOptional(nout),
  has_signing_key: flag,
  value: v.exactOptional(claimValue),
})
const type = v.picklist(['claim', 'support', 'payment', 'data', 'purchase'])
const height = v.pipe(v.number(), v.integer(), v.minValue(-2))
const rest = {
  address: text,
  timestamp: v.exactOptional(v.nullable(v.pipe(v.number(), v.integer()))),
  claim_op: v.exactOptional(v.picklist(['create', 'update'])),
  name: text,
  normalized_name: text,
  claim_id: v.exactOptional(claimId),
  permanent_url: text,
  canonical_url: text,
  short_url: text,
  value: v.exactOptional(claimValue),
  value_type: text,
  meta: v.exactOptional(meta),
  signing_channel: v.exactOptional(signingChannel),
  is_channel_signature_valid: flag,
  has_signing_key: flag,
  is_my_output: flag,
  is_my_input: flag,
  is_spent: flag,
  is_internal_transfer: flag,
}

export const output: v.GenericSchema<unknown, Output> = v.pipe(
  v.object({ txid, nout, type, amount: LBC, height, confirmations: height, ...rest }),
  // A claim without its id or name would be looked for in vain later.
  v.check((one) => one.type !== 'claim' || (one.claim_id !== undefined && one.name !== undefined)),
)
const input: v.GenericSchema<unknown, Input> = v.object({
  txid,
  nout,
  type: v.exactOptional(type),
  amount: v.exactOptional(LBC),
  height: v.exactOptional(height),
  confirmations: v.exactOptional(height),
  ...rest,
})
export const transaction: v.GenericSchema<unknown, Transaction> = v.object({
  txid,
  height,
  inputs: v.array(input),
  outputs: v.pipe(v.array(output), v.minLength(1)),
  total_input: LBC,
  total_output: LBC,
  total_fee: LBC,
  hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})+$/)),
})
