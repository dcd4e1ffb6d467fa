import { ARABIC, KAZAKH, PERSIAN, type Reading, UYGHUR } from './arabic-letters.ts'

/** Letters, numbers, joiners and vowel signs that make up a word in Arabic script. */
const WORDS = /[\p{Script=Arabic}\p{M}\u0640\u200c\u200d]+/gu
/** Doubles the consonant before it. */
const SHADDA = '\u0651'
/** The consonant that a shadda doubles; its vowel sign may stand between them (canonical order). */
const DOUBLED = /([b-df-hj-np-tv-z])([aiu]?)$/
/** Joiners and tatweel shape letters and say nothing. */
const JOINERS = /[\u0640\u200c\u200d]/g
const WAW = 'و'
const YEHS: ReadonlySet<string> = new Set(['ي', 'ی'])
/** Letters that stand for a vowel in every one of these languages, after a `و` or `ي` whose reading is in question. */
const VOWELS: ReadonlySet<string> = new Set('اأآىةەۇۆۈېۅۉ\u064e\u064f\u0650')
/** Kazakh words with one of these have front vowels even without the sign for it (standard of 1954, Xinjiang). */
const FRONT = /[ٴءەكگ]/u

const READINGS: ReadonlyMap<string, Reading> = new Map([
  ['ug', UYGHUR],
  ['kk', KAZAKH],
  ['ky', KAZAKH],
  ['ar', ARABIC],
  ['fa', PERSIAN],
  ['ur', PERSIAN],
  ['ps', PERSIAN],
])

/**
 * Writes the words in Arabic script of a text in Latin letters and leaves everything else as it is.
 *
 * @param text - NFKC, so that presentation forms and letters with a high hamza are plain letters.
 * @param language - two-letter language of the text; another one, or a wrong one, is guessed from the letters.
 */
export function readArabic(text: string, language: string): string {
  const reading = READINGS.get(language) ?? guess(text)
  return text.replace(WORDS, (word) => readWord([...word.replace(JOINERS, '')], reading))
}

/** By letters that only one of the languages has. */
function guess(text: string): Reading {
  if (/[ېۈ]/u.test(text) || /ئ[ەۇۆ]/u.test(text)) return UYGHUR
  if (/[ٴەۅۉ]/u.test(text)) return KAZAKH
  return /[پچژگی]/u.test(text) ? PERSIAN : ARABIC
}

function readWord(letters: readonly string[], reading: Reading): string {
  const high = letters.some((letter) => FRONT.test(letter)) ? 'i' : 'y'
  let latin = ''
  letters.forEach((letter, at) => {
    if (letter === SHADDA) latin = latin.replace(DOUBLED, '$1$1$2')
    else if (letter === 'ى' && reading.vowelHarmony) latin += high
    else if (letter === WAW && reading.waw) latin += reading.waw[isConsonant(letters, at, latin) ? 0 : 1]
    else if (YEHS.has(letter) && reading.yeh) latin += reading.yeh[isYConsonant(letters, at, latin, reading) ? 0 : 1]
    else latin += reading.letters.get(letter) ?? letter
  })
  return latin
}

/** A `و` or `ي` is a consonant at the beginning of a word and beside a vowel. */
function isConsonant(letters: readonly string[], at: number, before: string): boolean {
  return at === 0 || /[aeiou]$/.test(before) || VOWELS.has(letters[at + 1] ?? '')
}

/** Kazakh writes и and й with one letter: й only after a vowel. */
function isYConsonant(letters: readonly string[], at: number, before: string, reading: Reading): boolean {
  return reading.vowelHarmony ? /[aeiou]$/.test(before) : isConsonant(letters, at, before)
}
