import { LbryClaimError } from './errors.ts'

/** The value of a claim, taken apart; nothing in it is read or checked yet. */
export interface ClaimValue {
  /** The serialised message as it stands there. */
  readonly message: Uint8Array
  readonly signature?: ChannelSignature
}

export interface ChannelSignature {
  /** Hash of the channel that signs, in the order in which claims hold it; 20 bytes. */
  readonly channelHash: Uint8Array
  /** ECDSA over secp256k1: r and s, 32 bytes each. */
  readonly bytes: Uint8Array
}

const UNSIGNED = 0
const SIGNED = 1
const CHANNEL_END = 21
const SIGNATURE_END = 85
/** First bytes of the formats before 2019: JSON, and a message that begins with its version. */
const LEGACY = [0x7b, 0x08]

/**
 * Takes the value of a claim apart (`lbry/schema/base.py`): 0 and the message, or 1, channel, signature and the message.
 *
 * @throws {LbryClaimError} `CLAIM_LEGACY` for the formats before 2019, else `CLAIM_INVALID`.
 */
export function splitClaimValue(value: Uint8Array): ClaimValue {
  const [format = -1] = value
  if (format === UNSIGNED) return { message: value.subarray(1) }
  if (format === SIGNED && value.length >= SIGNATURE_END) {
    const signature = { channelHash: value.subarray(1, CHANNEL_END), bytes: value.subarray(CHANNEL_END, SIGNATURE_END) }
    return { message: value.subarray(SIGNATURE_END), signature }
  }
  if (!LEGACY.includes(format)) throw new LbryClaimError('CLAIM_INVALID', 'the value of this claim has no known format')
  throw new LbryClaimError(
    'CLAIM_LEGACY',
    'this claim is written in a format from before 2019, which is not verified here',
    {
      hint: 'let the channel update the claim; that writes it anew',
    },
  )
}
