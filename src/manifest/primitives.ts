/** SHA-256 of `data`, 32 bytes. Synchronous: `crypto.subtle` costs 45.9 µs a statement and is absent on plain-http pages. */
export type Sha256 = (data: Uint8Array) => Uint8Array

/**
 * The cryptography that the manifest needs, handed in so that `src/manifest` runs on Node (node:crypto) and in browsers
 * (@noble) alike. Verifiers are strict (RFC 8032, no ZIP 215): they return false for non-canonical encodings and
 * small-order keys, and never throw.
 */
export interface Primitives {
  readonly sha256: Sha256
  /** @param publicKey - 32 bytes. @param signature - 64 bytes. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** @param publicKey - 1,312 bytes (ML-DSA-44, FIPS 204). @param signature - 2,420 bytes. */
  verifyMlDsa44(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}
