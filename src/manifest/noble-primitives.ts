import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { equals } from 'multiformats/bytes'
import type { Primitives } from './primitives.ts'

/** Cryptography for browsers, in JavaScript alone. Says the same as node:crypto to every input (a test holds it to that). */
export const noblePrimitives: Primitives = {
  sha256,
  verifyEd25519(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false
    return ed25519.verify(signature, message, publicKey, { zip215: false }) && isExact(publicKey, message, signature)
  },
  verifyMlDsa44(publicKey, message, signature) {
    if (publicKey.length !== ml_dsa44.lengths.publicKey || signature.length !== ml_dsa44.lengths.signature) return false
    return ml_dsa44.verify(signature, message, publicKey)
  },
}

/**
 * Tells whether R is not of small order and R = S·B − k·A holds without the cofactor. RFC 8032 (5.1.7) leaves both
 * equations open; @noble takes the one with the cofactor, OpenSSL and most others the one without, and some refuse such an
 * R. They differ only for keys and signatures that somebody built to make verifiers disagree, so the strictest answer
 * serves everybody. Call it after `ed25519.verify`, which has checked every encoding.
 */
function isExact(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519
  const r = signature.subarray(0, 32)
  const challenge = sha512.create().update(r).update(publicKey).update(message).digest()
  const k = Point.Fn.create(littleEndian(challenge))
  const s = littleEndian(signature.subarray(32))
  const expected = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(publicKey).multiplyUnsafe(k))
  return !expected.isSmallOrder() && equals(expected.toBytes(), r)
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
