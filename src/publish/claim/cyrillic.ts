/**
 * Letters that a language reads in another way than the general transliteration (any-ascii, which follows Russian and
 * Kazakh usage well: ж zh, қ q, ғ gh, ң ng). Passports of Kyrgyzstan write ж as j; Uyghur in Cyrillic reads as its Latin
 * alphabet is written. `ё` is e in Russian passports and yo elsewhere.
 */
const OTHERWISE: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries({
    ky: { ж: 'j', ё: 'yo', х: 'h' },
    kk: { ё: 'yo' },
    ug: { ә: 'e', в: 'w', ё: 'yo', х: 'x' },
  }).map(([language, letters]) => [language, new Map(Object.entries(letters))]),
)

/** @param text - lower case. @param language - two letters. @returns the text with those letters in Latin. */
export function readCyrillic(text: string, language: string): string {
  const letters = OTHERWISE.get(language)
  return letters === undefined ? text : text.replace(/\p{Script=Cyrillic}/gu, (letter) => letters.get(letter) ?? letter)
}
