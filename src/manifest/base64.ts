import { base64pad } from 'multiformats/bases/base64'

/** Standard base64 with padding. @see RFC 4648, 4 */
export function encodeBase64(bytes: Uint8Array): string {
  return base64pad.baseEncode(bytes)
}

/**
 * Reads standard, padded base64. Returns nothing unless the bytes encode to exactly `text` again, so that there is one
 * text for each value and nobody can vary a signed file without breaking it.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  let bytes: Uint8Array
  try {
    bytes = base64pad.baseDecode(text)
  } catch {
    // The alphabet is checked, so this is a last character with bits that belong to no byte.
    return undefined
  }
  return base64pad.baseEncode(bytes) === text ? bytes : undefined
}
