import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { NameSigner } from '../../src/announce/record.ts'

/** PKCS#8 of an Ed25519 key, without its seed. Source: RFC 8410, 10.3. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key of a name, made from a word. */
export function aNameSigner(word: string): NameSigner {
  const seed = createHash('sha256').update(word).digest()
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  return { publicKey: new Uint8Array(publicKey), sign: (message) => new Uint8Array(sign(null, message, key)) }
}
