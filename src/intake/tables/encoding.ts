import { IntakeError } from '../errors.ts'

/** Names that a mapping may give; the rest of the Encoding Standard's names is of no use to anybody here. */
export const TABLE_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1251', 'gb18030'] as const
export type TableEncoding = (typeof TABLE_ENCODINGS)[number]

/** What a decision needs to see; a header row and some lines. */
const SAMPLE = 262_144
/** Letters below which nothing can be said of a text in an encoding of one byte a letter. */
const FEW = 12
/** The commonest letters of Russian; more than half of any text. */
const COMMON_RUSSIAN = /[оеаинтсрвлОЕАИНТСРВЛ]/gu
/** What cp1251 has beside letters that people do write: quotes, dashes, dots, №, no-break space. */
const CYRILLIC_MARKS = /[№«»„“”‘’–—…•°\u00a0]/gu

/**
 * Tells the encoding of a text file from its bytes, and decodes it. A byte order mark decides; else zero bytes speak for UTF-16;
 * else valid UTF-8 is UTF-8; else the letters must be what people write in windows-1251 or GB 18030 (Excel's CSV in Russian
 * and Chinese). What is none of these surely is refused, since wrong letters would be published as somebody's words.
 *
 * @param given - a person's word, which is not questioned but for bytes that are impossible in it.
 * @throws {IntakeError} `TABLE_ENCODING_UNKNOWN`.
 */
export function decodeTable(bytes: Uint8Array, given?: TableEncoding): string {
  const encoding = given ?? tellEncoding(bytes)
  const text = encoding === undefined ? undefined : decode(bytes, encoding)
  if (text === undefined || text.includes('\0')) throw undecidable(given)
  return text
}

function tellEncoding(bytes: Uint8Array): TableEncoding | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const sample = bytes.subarray(0, SAMPLE)
  if (sample.includes(0)) return tellUtf16(sample)
  if (decode(bytes, 'utf-8') !== undefined) return 'utf-8'
  if (looksRussian(sample)) return 'windows-1251'
  return looksChinese(bytes) ? 'gb18030' : undefined
}

/** @returns undefined where the bytes are impossible in that encoding. A byte order mark is left out. */
function decode(bytes: Uint8Array, encoding: TableEncoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Every table has line ends, separators and spaces; in the wrong order of bytes they are rare signs. Text of one byte a letter
 * with a stray zero in it shows as pairs of two plain bytes, of which even Chinese in UTF-16 has no such share.
 */
function tellUtf16(sample: Uint8Array): TableEncoding | undefined {
  let [little, big, both] = [0, 0, 0]
  for (let at = 0; at + 1 < sample.length; at += 2) {
    const [even = 0, odd = 0] = [sample[at], sample[at + 1]]
    if (odd === 0 && isPlain(even)) little += 1
    else if (even === 0 && isPlain(odd)) big += 1
    else if (isPlain(even) && isPlain(odd)) both += 1
  }
  if (both > 0.3 * sample.length || (sample.length % 2 !== 0 && sample.length < SAMPLE)) return undefined
  if (little > 4 * big) return 'utf-16le'
  return big > 4 * little ? 'utf-16be' : undefined
}

function isPlain(byte: number): boolean {
  return byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f)
}

/**
 * Russian as cp1251 reads it: nearly only Cyrillic letters beside ASCII, words in small letters, in capitals or with one
 * capital in front, no word that mixes scripts, and the usual letters. KOI8-R, cp866 and the code pages of other scripts fail
 * one of these.
 */
function looksRussian(sample: Uint8Array): boolean {
  const text = decode(sample, 'windows-1251')
  if (text === undefined) return false
  const high = text.match(/[^\0-\x7f]/gu)?.length ?? 0
  const letters = text.match(/[А-Яа-яЁё]/gu)?.length ?? 0
  const marks = text.match(CYRILLIC_MARKS)?.length ?? 0
  if (letters < FEW || letters + marks < 0.98 * high) return false
  const words = text.match(/[\p{L}]*[А-Яа-яЁё][\p{L}]*/gu) ?? []
  const odd = words.filter((word) => !/^(?:[А-ЯЁ]?[а-яё]*|[А-ЯЁ]+)$/u.test(word))
  const common = text.match(COMMON_RUSSIAN)?.length ?? 0
  return odd.length <= 0.1 * words.length && common >= 0.4 * letters
}

/** Chinese in GB 18030: every byte fits, and the signs are those of the first, common plane of GB 2312. */
function looksChinese(bytes: Uint8Array): boolean {
  const text = decode(bytes, 'gb18030')?.slice(0, SAMPLE)
  if (text === undefined) return false
  const high = text.match(/[^\0-\x7f]/gu)?.length ?? 0
  const usual = text.match(/[\u4e00-\u9fa5\u3000-\u303f\uff00-\uffef“”‘’—…·]/gu)?.length ?? 0
  let common = 0
  for (let at = 0; at + 1 < Math.min(bytes.length, SAMPLE); at++) {
    const [lead = 0, trail = 0] = [bytes[at], bytes[at + 1]]
    if (lead < 0x80) continue
    // Rows 16 to 55 of GB 2312 are the 3,755 common signs; rows 1 and 3 have the punctuation and full-width forms.
    if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || lead === 0xa1 || lead === 0xa3)) common += 1
    at += 1
  }
  return high >= FEW / 2 && usual >= 0.98 * high && common >= 0.8 * high
}

function undecidable(given: TableEncoding | undefined): IntakeError {
  const message =
    given === undefined
      ? 'its encoding cannot be told: it could be read as different words'
      : `it is no text in ${given}`
  const names = TABLE_ENCODINGS.join(', ')
  const hint = `Save it as .xlsx or as "CSV UTF-8"; or give \`add --mapping FILE\` a file with the line encoding = "…" (${names}).`
  return new IntakeError('TABLE_ENCODING_UNKNOWN', message, { hint })
}
