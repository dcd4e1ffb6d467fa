/** The scripts that a text is told apart by; ISO 15924 code → how to recognise a letter. */
const SCRIPTS: Readonly<Record<string, RegExp>> = {
  Arab: /\p{Script=Arabic}/gu,
  Cyrl: /\p{Script=Cyrillic}/gu,
  Latn: /\p{Script=Latin}/gu,
  Hani: /\p{Script=Han}/gu,
}

/** Languages that are written in several scripts: the script of the text becomes part of the tag. */
const SEVERAL_SCRIPTS: ReadonlySet<string> = new Set(['kk', 'ug', 'uz', 'az', 'tg', 'tt'])

/**
 * Scripts in which a text of a language is usual. Latin is left out where an English title is likelier than a romanised one.
 * For a language that is not listed nothing is known, and any script is taken.
 */
const USUAL_SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  kk: ['Cyrl', 'Arab'],
  ug: ['Arab', 'Cyrl'],
  ky: ['Cyrl', 'Arab'],
  tg: ['Cyrl', 'Arab'],
  uz: ['Latn', 'Cyrl', 'Arab'],
  az: ['Latn', 'Cyrl', 'Arab'],
  tt: ['Cyrl', 'Latn', 'Arab'],
  mn: ['Cyrl'],
  ru: ['Cyrl'],
  uk: ['Cyrl'],
  ar: ['Arab'],
  fa: ['Arab'],
  ur: ['Arab'],
  zh: ['Hani'],
  yue: ['Hani'],
  ja: ['Hani'],
  tr: ['Latn'],
  en: ['Latn'],
  de: ['Latn'],
  fr: ['Latn'],
  es: ['Latn'],
}

/** Scripts show within the first lines; more is not looked at. In UTF-16 units. */
const SAMPLE = 20_000

/** True for a tag in the form of bundle-v1 3.4: `language[-Script][-REGION]`. */
export function isLanguageTag(tag: string): boolean {
  return /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$/.test(tag)
}

/**
 * Canonical tag of what a platform calls a language, reduced to language, script and region: `en-orig` (yt-dlp's mark, which
 * would pass for a script) and `en-uYU-mmqFLq8` are `en`, `zh-hans` is `zh-Hans`, `iw` is `he`.
 *
 * @returns undefined when it begins with no language.
 */
export function languageTag(given: string): string | undefined {
  const subtags = given
    .slice(0, 64)
    .trim()
    .replaceAll('_', '-')
    .replace(/-orig$/i, '')
    .split('-')
  for (let count = Math.min(3, subtags.length); count > 0; count -= 1) {
    const tag = canonical(subtags.slice(0, count).join('-'))
    if (tag !== undefined) return tag
  }
  return undefined
}

function canonical(text: string): string | undefined {
  try {
    const tag = Intl.getCanonicalLocales(text)[0]
    return tag !== undefined && isLanguageTag(tag) ? tag : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * The script that at least two thirds of a text's letters belong to.
 *
 * @returns ISO 15924 code of one of Arabic, Cyrillic, Latin or Han; undefined for any other, for a mixture, and for no letters.
 */
export function scriptOf(text: string): string | undefined {
  const sample = text.slice(0, SAMPLE)
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  const found = Object.entries(SCRIPTS).find(
    ([, letter]) => 3 * (sample.match(letter)?.length ?? 0) >= 2 * Math.max(letters, 1),
  )
  return found?.[0]
}

/** Adds the script that the text shows, for a language that is written in several and whose tag does not name one. */
export function withScript(tag: string, text: string): string {
  const [language = '', ...rest] = tag.split('-')
  if (!SEVERAL_SCRIPTS.has(language) || rest.some((subtag) => subtag.length === 4)) return tag
  const script = scriptOf(text)
  return script === undefined || script === 'Hani' ? tag : [language, script, ...rest].join('-')
}

/**
 * The tag of a text whose language nobody declared, beside a recording whose language was: the recording's language if the
 * script is usual for it, else `und` with the script (bundle-v1 3.4). An English title above a Kazakh testimony is not Kazakh.
 *
 * @param declared - tag of the recording, or undefined.
 */
export function tagOfText(declared: string | undefined, text: string): string {
  const script = scriptOf(text)
  const usual = declared === undefined ? undefined : USUAL_SCRIPTS[declared.split('-')[0] ?? '']
  if (declared !== undefined && (usual === undefined || (script !== undefined && usual.includes(script)))) {
    return withScript(declared, text)
  }
  return script === undefined ? 'und' : `und-${script}`
}
