import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import type { Signer } from '../../../src/manifest/signer.ts'
import { formatVkey, parseVkey } from '../../../src/manifest/vkey.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'

const { sha256 } = nodePrimitives

/** Ed25519 signer whose seed is 32 times one byte. */
export function ed25519Signer(name: string, seedByte: number, type: 0x01 | 0x04): Signer {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seedByte)])
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32))
  const key = parseVkey(formatVkey({ name, type, publicKey }, sha256), sha256)
  return { key, sign: (message) => new Uint8Array(sign(null, message, privateKey)) }
}

/** ML-DSA-44 signer whose seed is 32 times one byte; deterministic. */
export function mlDsaSigner(name: string, seedByte: number): Signer {
  const { publicKey, secretKey } = ml_dsa44.keygen(new Uint8Array(32).fill(seedByte))
  const key = parseVkey(formatVkey({ name, type: 0x06, publicKey }, sha256), sha256)
  return { key, sign: (message) => ml_dsa44.sign(message, secretKey, { extraEntropy: false }) }
}
