import { createPublicKey, hash, verify } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Primitives } from '../manifest/primitives.ts'

/**
 * Cryptography for Node. OpenSSL checks S < L and compares R byte by byte, but takes keys of small order or written with
 * y ≥ p, and R of small order in some of its versions; all of these are refused here. ML-DSA-44 is @noble/post-quantum, loaded (20 ms) when a policy first needs it.
 */
export const nodePrimitives: Primitives = {
  sha256: (data) => bytesOfLatin1(hash('sha256', data, 'binary')),
  verifyEd25519(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false
    if (!isStrictPoint(publicKey) || !isStrictPoint(signature.subarray(0, 32))) return false
    return verify(null, message, createPublicKey({ key: spkiOf(publicKey), format: 'der', type: 'spki' }), signature)
  },
  verifyMlDsa44(publicKey, message, signature) {
    if (publicKey.length !== 1312 || signature.length !== 2420) return false
    return loadMlDsa44().verify(signature, message, publicKey)
  },
}

/** SubjectPublicKeyInfo of an Ed25519 key, without the key. @see RFC 8410, 10.1 */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** y of the eight points of small order, little-endian, without the sign of x: orders 1, 2, 4, 8 and 8. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])

/** 2^255 - 19, the prime p, little-endian; a canonical y is below it. */
const FIELD_PRIME = Buffer.from('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex').reverse()

/** Tells whether 32 bytes write a y below p that is not of small order; whether there is such a point, OpenSSL knows. */
function isStrictPoint(point: Uint8Array): boolean {
  const y = Buffer.from(point)
  y.writeUInt8(y.readUInt8(31) & 0x7f, 31)
  return !SMALL_ORDER.has(y.toString('hex')) && Buffer.compare(y.reverse(), FIELD_PRIME) < 0
}

function spkiOf(publicKey: Uint8Array): Buffer {
  return Buffer.concat([SPKI_PREFIX, publicKey])
}

/**
 * A digest from one character a byte. Node makes such a text in a third of the time of a Buffer, whose memory lies outside
 * the heap; a log of 30,000 statements is 400,000 small hashes.
 */
function bytesOfLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

type MlDsa44 = typeof import('@noble/post-quantum/ml-dsa.js').ml_dsa44

let mlDsa44: MlDsa44 | undefined

/** `require`, because a verifier is synchronous and `import()` is not. */
function loadMlDsa44(): MlDsa44 {
  if (mlDsa44 !== undefined) return mlDsa44
  const { ml_dsa44 }: { ml_dsa44: MlDsa44 } = createRequire(import.meta.url)('@noble/post-quantum/ml-dsa.js')
  mlDsa44 = ml_dsa44
  return ml_dsa44
}
