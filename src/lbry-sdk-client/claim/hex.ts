import { hexToBytes } from '@noble/hashes/utils.js'

/** @param fail - makes the error for text that is not hexadecimal. */
export function bytesOfHex(text: string, fail: () => Error): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw fail()
  return hexToBytes(text)
}
