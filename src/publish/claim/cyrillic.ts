/**
 * Letters that a language reads in another way than the general transliteration (any-ascii, which follows Russian and
 * Kazakh usage well: ж zh, қ q, ғ gh, ң ng). Passports of Kyrgyzstan write ж as j; Uyghur in Cyrillic has e for ә and j for җ.
 * `ё` is e in Russian passports and yo elsewhere.
 */
const OTHERWISE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ky: { ж: 'j', ё: 'yo', х: 'h' },
  kk: { ё: 'yo' },
  ug: { ә: 'e', ё: 'yo', х: 'x' },
}

/** @param text - lower case. @param language - two letters. @returns the text with those letters in Latin. */
export function readCyrillic(text: string, language: string): string {
  const letters = OTHERWISE[language]
  return letters === undefined ? text : text.replace(/\p{Script=Cyrillic}/gu, (letter) => letters[letter] ?? letter)
}
