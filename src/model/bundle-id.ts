/** Symbols in the order of their values, without those that people misread. Source: manifest-v1 §2.6. */
const ALPHABET = '123456789abcdefghjkmnpqrstvwxyz'
const RANDOM_SYMBOLS = 10
/** Prime, so that every single wrong symbol and every swap of two symbols breaks the sum. */
const MODULUS = ALPHABET.length
/** Inverse of the check symbol's position: 11 × 17 = 187 = 6 × 31 + 1. */
const INVERSE_OF_CHECK_POSITION = 17
/** Longer than any id with dashes that a person would type. */
const MAX_TYPED = 64

/**
 * Makes an id for a bundle: ten random symbols and a check symbol, eleven characters. Write it down durably before it is
 * shown to anybody.
 *
 * @param randomBytes - returns that many bytes from a cryptographic source; called again when bytes must be thrown away.
 */
export function newBundleId(randomBytes: (length: number) => Uint8Array): string {
  let symbols = ''
  while (symbols.length < RANDOM_SYMBOLS) {
    for (const byte of randomBytes(RANDOM_SYMBOLS)) {
      // Five bits reach 31, one above the last symbol; taking the remainder would favour the first.
      const symbol = ALPHABET[byte & 31]
      if (symbol !== undefined && symbols.length < RANDOM_SYMBOLS) symbols += symbol
    }
  }
  return symbols + (ALPHABET[((MODULUS - weightedSum(symbols)) * INVERSE_OF_CHECK_POSITION) % MODULUS] ?? '')
}

/**
 * Reads an id as people type it: case and dashes do not matter, `i` and `l` are read as `1`. Returns the one form that
 * stands in statements, or nothing when a symbol or the check symbol is wrong.
 */
export function parseBundleId(text: string): string | undefined {
  if (text.length > MAX_TYPED) return undefined
  const id = text.replaceAll('-', '').toLowerCase().replace(/[il]/g, '1')
  return isBundleId(id) ? id : undefined
}

/** Tells whether a text is an id in exactly the form that stands in statements. */
export function isBundleId(text: string): boolean {
  return /^[1-9a-hjkmnp-tv-z]{11}$/.test(text) && weightedSum(text) === 0
}

/** Sum of position × value modulo 31, positions counted from 1. */
function weightedSum(symbols: string): number {
  let sum = 0
  for (let i = 0; i < symbols.length; i++) sum += (i + 1) * ALPHABET.indexOf(symbols.charAt(i))
  return sum % MODULUS
}
