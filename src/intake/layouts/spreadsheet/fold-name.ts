/**
 * One form for names of files that a person would call the same: composed letters, plain spaces for no-break and other spaces,
 * full-width forms as usual ones, one kind of dash and apostrophe, small letters, no invisible marks.
 */
export function foldName(name: string): string {
  return name
    .replaceAll('\u00b4', "'") // an accent by itself, which compatibility forms would make a space with an accent
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/gu, '')
    .replace(/\p{Pd}|\u2212/gu, '-')
    .replace(/[\u2018\u2019\u02bc\u02bb`]/gu, "'")
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase()
    .normalize('NFC')
}

/** Name without its last extension; the whole name where there is none. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}
