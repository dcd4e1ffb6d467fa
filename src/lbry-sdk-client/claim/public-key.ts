import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { LbryClaimError } from './errors.ts'
import { bytesOfHex } from './hex.ts'

const COMPRESSED_BYTES = 33
/** What DER puts before a point on secp256k1 (RFC 5480, SubjectPublicKeyInfo), by the length of the whole. */
const DER_PREFIX: Readonly<Record<number, string>> = {
  88: '3056301006072a8648ce3d020106052b8104000a034200',
  56: '3036301006072a8648ce3d020106052b8104000a032200',
}

/**
 * Reads the public key of a channel as its claim has it: 33 bytes, or DER in channels from before 2019.
 *
 * @param key - bytes or hexadecimal.
 * @returns 33 bytes, a point on the curve.
 * @throws {LbryClaimError} `CLAIM_KEY_INVALID`.
 */
export function parsePublicKey(key: Uint8Array | string): Uint8Array {
  const bytes = typeof key === 'string' ? bytesOfHex(key, invalid) : key
  const prefix = DER_PREFIX[bytes.length] ?? ''
  if (prefix === '' && bytes.length !== COMPRESSED_BYTES) throw invalid()
  if (bytesToHex(bytes.subarray(0, prefix.length / 2)) !== prefix) throw invalid()
  try {
    return secp256k1.Point.fromBytes(bytes.subarray(prefix.length / 2)).toBytes(true)
  } catch (cause) {
    throw invalid({ cause })
  }
}

function invalid(options: ErrorOptions = {}): LbryClaimError {
  return new LbryClaimError('CLAIM_KEY_INVALID', 'this is not the public key of a channel', {
    ...options,
    hint: 'give the 66 hexadecimal digits that the daemon shows as public_key',
  })
}
