import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, it } from 'node:test'
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import fc from 'fast-check'
import { noblePrimitives } from '../../../src/manifest/noble-primitives.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'

const { Point } = ed25519
const both = [nodePrimitives, noblePrimitives]
const order = Point.Fn.ORDER
const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex))
const identity = Point.ZERO
const runs = { numRuns: process.env['SLOW'] === '1' ? 2000 : 40 }

/** What Node and browsers say; they must say the same. */
function verdict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const [onNode, inBrowser] = both.map(({ verifyEd25519 }) => verifyEd25519(publicKey, message, signature))
  assert.equal(onNode, inBrowser, 'Node and browser disagree')
  return onNode === true
}

function challengeOf(r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  const digest = createHash('sha512').update(r).update(publicKey).update(message).digest()
  return Point.Fn.create(BigInt(`0x${digest.reverse().toString('hex')}`))
}

function scalarBytes(scalar: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse())
}

interface Forged {
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  /** Whether S·B = R + k·A holds without the cofactor. */
  readonly exact: boolean
}

/** Signs by hand, so that key and R may have a part of small order, or another encoding. */
function forge(
  message: Uint8Array,
  secret: bigint,
  nonce: bigint,
  {
    keyTorsion = identity,
    rTorsion = identity,
    rBytes,
    addOrder = false,
  }: { keyTorsion?: typeof identity; rTorsion?: typeof identity; rBytes?: Uint8Array; addOrder?: boolean } = {},
): Forged {
  const publicKey = Point.BASE.multiplyUnsafe(secret).add(keyTorsion).toBytes()
  const r = rBytes ?? Point.BASE.multiplyUnsafe(nonce).add(rTorsion).toBytes()
  const k = challengeOf(r, publicKey, message)
  const s = Point.Fn.create(nonce + k * secret) + (addOrder ? order : 0n)
  const exact = rTorsion.add(keyTorsion.multiplyUnsafe(k)).equals(identity)
  return { publicKey, signature: Uint8Array.of(...r, ...scalarBytes(s)), exact }
}

const scalars = fc.bigInt({ min: 1n, max: order - 1n })
const points = fc.nat(7).map((i) => torsion[i] ?? identity)
const messages = fc.uint8Array({ maxLength: 64 })
const [secret, nonce, message] = [123_456_789n, 987_654_321n, Uint8Array.of(1, 2, 3)]

describe('Ed25519 on Node and in browsers', () => {
  it('accepts the first vector of RFC 8032', () => {
    const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')
    const signature = Buffer.from(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      'hex',
    )
    assert.equal(verdict(publicKey, new Uint8Array(0), signature), true)
    assert.equal(verdict(publicKey, Uint8Array.of(0), signature), false)
  })

  it('accepts honest signatures, and none with a bit turned in key, message or signature', () => {
    const flips = fc.record({ secret: scalars, nonce: scalars, message: messages, bit: fc.nat(767) })
    fc.assert(
      fc.property(flips, ({ secret, nonce, message, bit }) => {
        const { publicKey, signature } = forge(message, secret, nonce)
        assert.equal(verdict(publicKey, message, signature), true)
        const joined = Uint8Array.of(...publicKey, ...signature)
        joined[bit >> 3] = (joined[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.equal(verdict(joined.subarray(0, 32), message, joined.subarray(32)), false)
        assert.equal(verdict(publicKey, Uint8Array.of(...message, 0), signature), false)
      }),
      runs,
    )
  })

  it('agrees on keys and signatures with a part of small order: only the equation without the cofactor counts', () => {
    const seen = new Set<string>()
    const forgeries = fc.record({
      secret: scalars,
      nonce: scalars,
      message: messages,
      keyTorsion: points,
      rTorsion: points,
    })
    fc.assert(
      fc.property(forgeries, ({ secret, nonce, message, keyTorsion, rTorsion }) => {
        const { publicKey, signature, exact } = forge(message, secret, nonce, { keyTorsion, rTorsion })
        assert.equal(verdict(publicKey, message, signature), exact)
        seen.add(`${exact} ${keyTorsion.equals(identity)}`)
      }),
      {
        ...runs,
        numRuns: runs.numRuns * 3,
        examples: [[{ secret, nonce, message, keyTorsion: identity, rTorsion: torsion[1] ?? identity }]],
      },
    )
    assert.ok(seen.has('false true') && seen.has('false false'))
  })

  it('agrees on a mixed key whose signature happens to be exact', () => {
    const keyTorsion = torsion[1] ?? identity
    const exact = Array.from({ length: 64 }, (_, i) => ({
      text: Uint8Array.of(i),
      ...forge(Uint8Array.of(i), secret, nonce, { keyTorsion }),
    })).filter((forged) => forged.exact)
    assert.ok(exact.length > 0)
    for (const { publicKey, text, signature } of exact) assert.equal(verdict(publicKey, text, signature), true)
  })

  it('refuses the eight keys of small order, in every encoding', () => {
    for (const point of torsion) {
      for (const publicKey of encodingsOf(point.toBytes())) {
        for (let i = 0; i < 8; i += 1) {
          const text = Uint8Array.of(i)
          for (const r of [identity, ...torsion]) {
            assert.equal(verdict(publicKey, text, Uint8Array.of(...r.toBytes(), ...scalarBytes(0n))), false)
          }
        }
      }
    }
  })

  it('refuses keys whose y is not below the prime', () => {
    for (let y = 0; y < 19; y += 1) {
      for (const sign of [0, 0x80]) {
        const publicKey = new Uint8Array(32).fill(255)
        publicKey.set([0xed + y])
        publicKey.set([0x7f | sign], 31)
        assert.equal(verdict(publicKey, message, forge(message, secret, nonce).signature), false)
        assert.equal(verdict(publicKey, message, Uint8Array.of(...identity.toBytes(), ...scalarBytes(0n))), false)
      }
    }
  })

  it('refuses an R of small order, exact or not, in every encoding', () => {
    for (const rTorsion of torsion) {
      for (const rBytes of encodingsOf(rTorsion.toBytes())) {
        for (const keyTorsion of torsion) {
          const { publicKey, signature } = forge(message, secret, 0n, { keyTorsion, rTorsion, rBytes })
          assert.equal(verdict(publicKey, message, signature), false)
        }
      }
    }
  })

  it('refuses S at or above the group order, which would give a signature a second form', () => {
    const { publicKey, signature } = forge(message, secret, nonce, { addOrder: true })
    assert.equal(verdict(publicKey, message, signature), false)
    const r = identity.toBytes()
    assert.equal(verdict(publicKey, message, Uint8Array.of(...r, ...scalarBytes(order))), false)
    assert.equal(verdict(publicKey, message, new Uint8Array(64).fill(255)), false)
  })

  it('answers false, and never throws, to bytes of any kind and length', () => {
    const lengths = fc.record({
      key: fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 70 })),
      signature: fc.oneof(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.uint8Array({ maxLength: 70 })),
    })
    fc.assert(
      fc.property(lengths, ({ key, signature }) => assert.equal(verdict(key, message, signature), false)),
      runs,
    )
  })
})

describe('ML-DSA-44 on Node and in browsers', () => {
  const { publicKey, secretKey } = ml_dsa44.keygen(new Uint8Array(32).fill(1))
  const signature = ml_dsa44.sign(message, secretKey, { extraEntropy: false })

  it('accepts what OpenSSL signs', () => {
    const pair = generateKeyPairSync('ml-dsa-44')
    const rawKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-1312)
    for (const { verifyMlDsa44 } of both)
      assert.equal(verifyMlDsa44(rawKey, message, sign(null, message, pair.privateKey)), true)
  })

  it('accepts what was signed, and nothing changed or cut short', () => {
    for (const { verifyMlDsa44 } of both) {
      assert.equal(verifyMlDsa44(publicKey, message, signature), true)
      assert.equal(verifyMlDsa44(publicKey, Uint8Array.of(1, 2), signature), false)
      for (const at of [0, 31, 32, 1000, 2419]) {
        assert.equal(
          verifyMlDsa44(
            publicKey,
            message,
            Uint8Array.from(signature, (byte, i) => (i === at ? byte ^ 1 : byte)),
          ),
          false,
        )
      }
      assert.equal(verifyMlDsa44(publicKey, message, signature.subarray(1)), false)
      assert.equal(verifyMlDsa44(publicKey.subarray(1), message, signature), false)
      assert.equal(verifyMlDsa44(new Uint8Array(1312).fill(255), message, new Uint8Array(2420).fill(255)), false)
    }
  })
})

describe('SHA-256 on Node and in browsers', () => {
  it('gives the same plain Uint8Array of 32 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) =>
        assert.deepEqual(nodePrimitives.sha256(data), noblePrimitives.sha256(data)),
      ),
    )
    assert.equal(Object.getPrototypeOf(nodePrimitives.sha256(message)), Uint8Array.prototype)
  })
})

/** All 32-byte texts of one point: canonical first, then the other sign where x is 0, and y + p where that fits. */
function encodingsOf(canonical: Uint8Array): Uint8Array[] {
  const y = BigInt(`0x${Buffer.from(canonical).reverse().toString('hex')}`) & (2n ** 255n - 1n)
  const sign = (canonical[31] ?? 0) & 0x80
  const signs = y === 1n || y === Point.Fp.ORDER - 1n ? [sign, sign ^ 0x80] : [sign]
  const values = y < 19n ? [y, y + Point.Fp.ORDER] : [y]
  return values.flatMap((value) =>
    signs.map((bit) => Uint8Array.from(scalarBytes(value), (byte, i) => (i === 31 ? byte | bit : byte))),
  )
}
