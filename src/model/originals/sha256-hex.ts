import { sha256 } from 'multiformats/hashes/sha2'

/**
 * SHA-256 of the UTF-8 text, 64 lower-case hex digits.
 *
 * NOTE: multiformats hashes at once on Node and through a promise in browsers; a bundle for browsers has to put a
 * synchronous `multiformats/hashes/sha2` in its place.
 */
export function sha256Hex(text: string): string {
  const digest = sha256.encode(new TextEncoder().encode(text))
  if (digest instanceof Promise) throw new TypeError('multiformats/hashes/sha2 must be a synchronous build here')
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
