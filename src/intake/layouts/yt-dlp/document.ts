import type { BundleDocument, BundleOriginal, LanguageText } from '../../../model/bundle.ts'
import { isLicence, LIMITS } from '../../../model/document-fields.ts'
import type { Problem } from '../../../model/errors.ts'
import { languageTag, tagOfText } from '../../../model/language.ts'
import { cutText, normaliseLine, normaliseText } from '../../../model/text.ts'
import type { Info } from './info-fields.ts'
import { milliseconds, publishedAt } from './times.ts'

/** YouTube's words for its one free licence. Source: "License types" in YouTube's help, which links to CC BY 3.0. */
const YOUTUBE_CC_BY = 'Creative Commons Attribution license (reuse allowed)'
const CC_BY_3 = 'https://creativecommons.org/licenses/by/3.0/'

/**
 * Builds the public document from the whitelist of bundle-v1 3.2.
 *
 * @param warn - told about every text that was cut or left out.
 */
export function documentOf(
  info: Info,
  originals: readonly BundleOriginal[],
  warn: (code: 'TEXT_CUT' | 'FIELD_DROPPED', what: string) => void,
): BundleDocument {
  const spoken = info.language === undefined ? undefined : languageTag(info.language)
  const languages = spoken === undefined || spoken === 'und' ? undefined : [spoken]
  const published = publishedAt(info)
  const durationMs = milliseconds(info.duration)
  const description = texts(
    text(info.description, LIMITS.descriptionLength, normaliseText, () => warn('TEXT_CUT', 'description')),
    spoken,
  )
  const title = texts(
    text(info.title, LIMITS.titleLength, normaliseLine, () => warn('TEXT_CUT', 'title')),
    spoken,
  )
  const tags = tagsOf(info, () => warn('TEXT_CUT', 'tags'))
  const chapters = chaptersOf(info, () => warn('FIELD_DROPPED', 'chapters'))
  const license = licenseOf(info)
  return {
    schema: 'holdfast-bundle/1',
    title,
    ...(description.length === 0 ? {} : { description }),
    ...(languages === undefined ? {} : { languages }),
    ...(published === undefined ? {} : { publishedAt: published }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(chapters.length === 0 ? {} : { chapters }),
    originals,
    ...(license === undefined ? {} : { license }),
  }
}

function texts(value: string, spoken: string | undefined): readonly LanguageText[] {
  return value === '' ? [] : [{ language: tagOfText(spoken, value), value }]
}

/** Cuts once before normalising, so that a text of 60 MB costs no more than a long one, and once after. */
function text(
  given: string | undefined,
  limit: number,
  normalise: (text: string) => string,
  onCut: () => void,
): string {
  const all = normalise(cutText(given ?? '', 4 * limit))
  const cut = cutText(all, limit)
  if (cut !== all || (given ?? '').length > 8 * limit) onCut()
  return cut
}

function tagsOf({ tags = [] }: Info, onCut: () => void): readonly string[] {
  const clean = tags.slice(0, 2 * LIMITS.tags).map((tag) => text(tag, LIMITS.tagLength, normaliseLine, onCut))
  const once = [...new Set(clean.filter((tag) => tag !== ''))]
  if (once.length > LIMITS.tags || tags.length > 2 * LIMITS.tags) onCut()
  return once.slice(0, LIMITS.tags)
}

type Chapter = NonNullable<BundleDocument['chapters']>[number]

function chaptersOf({ chapters = [] }: Info, onDrop: () => void): readonly Chapter[] {
  const found = chapters.slice(0, LIMITS.chapters).flatMap((chapter): Chapter[] => {
    const startMs = milliseconds(chapter.start_time)
    const endMs = milliseconds(chapter.end_time)
    const title = text(chapter.title ?? undefined, LIMITS.chapterTitleLength, normaliseLine, onDrop)
    if (startMs === undefined || title === '' || (endMs !== undefined && endMs < startMs)) return []
    return [{ startMs, title, ...(endMs === undefined ? {} : { endMs }) }]
  })
  if (found.length < chapters.length) onDrop()
  return found.sort((a, b) => a.startMs - b.startMs)
}

/** Only a licence with a lasting name is taken; the platform's own words stay in the private catalogue. */
function licenseOf({ license }: Info): string | undefined {
  if (license === YOUTUBE_CC_BY) return CC_BY_3
  return license !== undefined && isLicence(license) ? license : undefined
}

/** Platform words exactly as they came, for the private catalogue. */
export function asGiven(info: Info): Readonly<Record<string, string>> {
  const { id, title, description, tags, webpage_url, upload_date, availability, license } = info
  const words = { id, title, description, tags: tags?.join('\n'), webpage_url, upload_date, availability, license }
  const known = Object.entries(words).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= MAX_GIVEN,
  )
  return Object.fromEntries(known)
}

/** In UTF-16 units; a hostile text of 60 MB is not worth a row of the catalogue. */
const MAX_GIVEN = 1_000_000

/** Makes a warning on one `.info.json`. */
export function warning(
  code: 'TEXT_CUT' | 'FIELD_DROPPED' | 'ORIGINAL_UNKNOWN' | 'ORIGINAL_TWICE',
  message: string,
  path: string,
): Problem {
  return { code, message, path }
}
