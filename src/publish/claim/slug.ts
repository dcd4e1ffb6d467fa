import anyAscii from 'any-ascii'
import { readCyrillic } from './cyrillic.ts'
import { readArabic } from './read-arabic.ts'

/** Written inside of words in many scripts and transliterations: `д'Артаньян`, `Oʻzbek`, `ob'yavlenie`. */
const INSIDE_WORDS = /['’‘ʼʻʹʽ`´\u00ad\u200b-\u200d\u2060]/gu
/** Neither letters, nor what belongs to letters, nor numbers: emoji, punctuation, symbols, marks that turn the text. */
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}\s]+/gu
/** What is left of signs that any-ascii writes with punctuation. */
const NOT_LATIN = /[^a-z0-9]+/g

/**
 * The words of a title in `[a-z0-9]`, in the order of the text; none when it has no letter and no number.
 *
 * @param language - tag of the title, such as `kk-Arab`; `und` when unknown.
 */
export function latinWords(title: string, language: string): string[] {
  const [base = ''] = language.toLowerCase().split('-')
  const plain = title
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(INSIDE_WORDS, '')
    .replace(BETWEEN_WORDS, ' ')
  const read = readCyrillic(readArabic(plain, base), base)
  // any-ascii joins the readings of Han characters: each is a word here.
  const spaced = read.replace(/\p{Script=Han}/gu, ' $& ')
  return anyAscii(spaced).toLowerCase().replace(INSIDE_WORDS, '').replace(NOT_LATIN, ' ').split(' ').filter(Boolean)
}

/**
 * Joins words with `-` as long as they fit. Only a first word that is too long by itself is cut inside.
 *
 * @param maxLength - characters, which are bytes here.
 */
export function joinWords(words: readonly string[], maxLength: number): string {
  let slug = (words[0] ?? '').slice(0, maxLength)
  for (const word of words.slice(1)) {
    if (slug.length + 1 + word.length > maxLength) break
    slug += `-${word}`
  }
  return slug
}
