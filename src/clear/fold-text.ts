/** Code points of the digit zero in the scripts of our languages and their neighbours; nine digits follow each. */
const ZEROS = [0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0e50, 0x0f20, 0x1040, 0x1810] as const
const FOREIGN_DIGIT = new RegExp(`[${ZEROS.map((zero) => `${symbol(zero)}-${symbol(zero + 9)}`).join('')}]`, 'g')
/** Full-width forms of ASCII, and the digits of mathematical alphabets that people decorate names with. */
const WIDE = /[\uFF01-\uFF5E\u2460-\u2468\u{1D7CE}-\u{1D7FF}]/gu
const INVISIBLE =
  /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]|[\uFE0E\uFE0F]|\u20E3/g
/** The spaces and dashes that word processors and phones put between digits. */
const SPACES = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\t]/g
const DASHES = /[\u2010-\u2015\u2212\u2E3A\u30FC\uFE58\uFE63]/g

/** Writes digits of all scripts as ASCII, drops invisible marks, and makes every space and dash the plain one. */
export function foldText(text: string): string {
  if (/^[\x20-\x7e\n]*$/.test(text)) return text
  return text
    .replace(INVISIBLE, '')
    .replace(WIDE, (wide) => wide.normalize('NFKC'))
    .replace(FOREIGN_DIGIT, digitOf)
    .replace(SPACES, ' ')
    .replace(DASHES, '-')
}

function digitOf(foreign: string): string {
  const code = foreign.codePointAt(0) ?? 0
  const zero = ZEROS.find((one) => code >= one && code < one + 10)
  return zero === undefined ? foreign : String(code - zero)
}

function symbol(code: number): string {
  return String.fromCodePoint(code)
}
