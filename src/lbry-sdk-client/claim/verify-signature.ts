import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import type { ClaimValue } from './claim-value.ts'
import type { Transaction } from './transaction.ts'

/**
 * What the key of a channel signs: which output the transaction spends first, the channel's id and the claim's message
 * (`get_signature_digest` in lbry-sdk). Name, claim id, amount and address are not under the signature.
 */
export function signatureDigest(transaction: Transaction, channelHash: Uint8Array, message: Uint8Array): Uint8Array {
  return sha256(concatBytes(transaction.firstOutpoint, channelHash, message))
}

/** Whether a key signed a claim. @param publicKey - 33 bytes, see {@link parsePublicKey}. */
export function isSignedBy(
  transaction: Transaction,
  { message, signature }: ClaimValue,
  publicKey: Uint8Array,
): boolean {
  if (signature === undefined) return false
  const digest = signatureDigest(transaction, signature.channelHash, message)
  try {
    // Other programs than the daemon did not always choose the lower of the two values of s.
    return secp256k1.verify(signature.bytes, digest, publicKey, { prehash: false, lowS: false })
  } catch {
    // r or s is 0 or not below the order of the curve: no signature at all.
    return false
  }
}
