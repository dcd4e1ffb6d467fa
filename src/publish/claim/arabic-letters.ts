/**
 * How a letter is read: the Latin text, or one of three things that depend on its place. `w` and `y`: a consonant beside
 * a vowel and at the beginning of a word, else the vowel. `i`: the vowel that Kazakh tells apart by the word.
 */
export interface Reading {
  /** Latin text by letter; a letter that is absent is left to the general transliteration. */
  readonly letters: ReadonlyMap<string, string>
  /** `و` as consonant and as vowel. */
  readonly waw?: readonly [consonant: string, vowel: string]
  /** `ي` and `ی` likewise. */
  readonly yeh?: readonly [consonant: string, vowel: string]
  /** Kazakh and Kyrgyz: `ى` is і in words with front vowels and ы in others. */
  readonly vowelHarmony?: true
}

/**
 * Written as in a dictionary: letter and reading without a space, entries apart by spaces; `.` for letters that are not
 * read.
 */
function table(entries: string): ReadonlyMap<string, string> {
  return new Map(
    entries.split(' ').map((entry): [string, string] => {
      const [letter = '', ...reading] = entry
      return [letter, reading.join('').replace('.', '')]
    }),
  )
}

/** Uyghur Latin alphabet (ULY) without its diacritics; `ئ` only carries a vowel. */
export const UYGHUR: Reading = {
  letters: table(
    'ئ. اa ەe بb پp تt جj چch خx دd رr زz ژzh سs شsh غgh فf قq كk کk گg ڭng لl مm نn ھh هh وo ۇu ۆo ۈu ۋw ېe ىi یi يy',
  ),
}

/**
 * Gives what the Cyrillic spelling of the same word gives (cyrillic.ts); `ٴ` and `ء` only mark front vowels. Kyrgyz has
 * `ۅ` and `ۉ` besides.
 */
export const KAZAKH: Reading = {
  letters: table(
    'ٴ. ء. اa ەe بb پp تt جzh چch حkh خkh دd رr زz سs شsh عgh غgh فf ۆv قq كk کk گg ڭng لl مm نn ھh هh وo ۇu ۋu ۅo ۉu',
  ),
  yeh: ['y', 'i'],
  vowelHarmony: true,
}

/** Short vowels are not written in Arabic, so they are missing here too, unless the text has its vowel signs. */
const ARABIC_LETTERS =
  'اa أa إi آa ٱa ءa ؤu ئi ىa ةa بb تt ثth جj حh خkh دd ذdh رr زz سs شsh صs ضd طt ظz عa غgh فf قq كk کk لl مm نn هh ھh ' +
  'پp چch ژzh گg ڭng ڤv َa ِi ُu ًan ٍin ٌun ٰa ْ.'
export const ARABIC: Reading = { letters: table(ARABIC_LETTERS), waw: ['w', 'u'], yeh: ['y', 'i'] }

/** Persian letters that Arabic reads in another way; the rest is as in Arabic. */
export const PERSIAN: Reading = {
  letters: new Map([...table(ARABIC_LETTERS), ...table('ثs ذz ضz ةe إe ىi')]),
  waw: ['v', 'u'],
  yeh: ['y', 'i'],
}
