/**
 * What no published text may hold: control characters but `\n`, bidi controls (they can make a text read as another),
 * byte order mark, interlinear annotation, lone surrogates and noncharacters (RFC 7493 2.1).
 * Zero-width joiner and non-joiner stay: Uyghur, Persian and emoji are spelled with them.
 */
const FORBIDDEN: RegExp =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\p{Noncharacter_Code_Point}]/gu

/** Line ends other than `\n`: CR LF, CR, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR. */
const LINE_END = /\r\n?|[\u0085\u2028\u2029]/g

/** UAX #15 stream-safe text allows 30 non-starters; more is no language, and makes normalisation quadratic. */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu

/**
 * Brings foreign text into the one form of bundle-v1 3.3. Normalising again changes nothing.
 *
 * @param text - anything, hostile text included; linear in its length.
 */
export function normaliseText(text: string): string {
  const plain = text.replace(LINE_END, '\n').replaceAll('\t', ' ').replace(FORBIDDEN, '').replace(TOO_MANY_MARKS, '$1')
  return plain.normalize('NFC').replace(TOO_MANY_MARKS, '$1').trim()
}

/**
 * The same for a text of one line: line ends and runs of white space become one space. What is taken out may have stood
 * between two spaces, so these come last.
 */
export function normaliseLine(text: string): string {
  return normaliseText(text).replace(/\s+/gu, ' ')
}

/**
 * Cuts at a code point, and trims what the cut left at the end.
 *
 * @param maxCodePoints - length that stays, in code points.
 */
export function cutText(text: string, maxCodePoints: number): string {
  if (text.length <= maxCodePoints) return text
  let units = 0
  for (let points = 0; points < maxCodePoints && units < text.length; points += 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1
  }
  return units >= text.length ? text : text.slice(0, units).trimEnd()
}

/** True when the text is as bundle-v1 3.3 wants it and not longer than `maxCodePoints`. */
export function isNormalText(text: string, maxCodePoints: number): boolean {
  return text.length <= 2 * maxCodePoints && normaliseText(text) === text && cutText(text, maxCodePoints) === text
}
