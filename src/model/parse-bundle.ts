import type { BundleDocument, BundleOriginal, LanguageText } from './bundle.ts'
import { ascending, type Check, integer, invalid, list, record, text } from './checks.ts'
import { httpsUrl, LIMITS, language, licence, normalLine, normalText, time } from './document-fields.ts'
import { readDocument } from './read-document.ts'
import { isNormalText } from './text.ts'

const key: Check<string> = text(isKeyShape, 'is no key of an original')

const original: Check<BundleOriginal> = record<BundleOriginal>(
  { key, url: httpsUrl, publishedAt: time, account: key },
  ['key'],
)

function texts(value: Check<string>, least: number): Check<readonly LanguageText[]> {
  return list(record<LanguageText>({ language, value }, ['language', 'value']), least, LIMITS.texts)
}

type Chapter = NonNullable<BundleDocument['chapters']>[number]

const chapter: Check<Chapter> = record<Chapter>(
  { startMs: integer(0), endMs: integer(0), title: normalLine(LIMITS.chapterTitleLength) },
  ['startMs', 'title'],
)

const chapters: Check<readonly Chapter[]> = (value, where) => {
  const items = list(chapter, 1, LIMITS.chapters)(value, where)
  const wrong = items.some(
    ({ startMs, endMs }, index) => (endMs ?? startMs) < startMs || startMs < (items[index - 1]?.startMs ?? 0),
  )
  if (wrong) throw invalid(where, 'is out of order')
  return items
}

const tags: Check<readonly string[]> = (value, where) => {
  const items = list(normalLine(LIMITS.tagLength), 1, LIMITS.tags)(value, where)
  if (new Set(items).size !== items.length) throw invalid(where, 'holds a tag twice')
  return items
}

const document: Check<BundleDocument> = record<BundleDocument>(
  {
    schema: (): 'holdfast-bundle/1' => 'holdfast-bundle/1',
    title: texts(normalLine(LIMITS.titleLength), 0),
    description: texts(normalText(LIMITS.descriptionLength), 1),
    languages: ascending(list(language, 1, LIMITS.languages), (tag) => tag),
    publishedAt: time,
    durationMs: integer(0),
    tags,
    chapters,
    originals: ascending(list(original, 0, LIMITS.originals), (item) => item.key),
    license: licence,
  },
  ['schema', 'title', 'originals'],
)

/** Shape alone (bundle-v1 3.5): a bundle lives longer than any list of platforms, so a platform that is new to a reader is no fault. */
function isKeyShape(value: string): boolean {
  const shape = /^[a-z][a-z0-9]*(-[a-z0-9]+)*:[a-z][a-z0-9]*(-[a-z0-9]+)*:[^\p{White_Space}]+$/u
  return (
    shape.test(value) &&
    isNormalText(value, LIMITS.keyBytes) &&
    new TextEncoder().encode(value).length <= LIMITS.keyBytes
  )
}

/**
 * Reads the bytes of a `bundle.json` as strictly as bundle-v1 section 3 says. The caller has checked them against their CID.
 *
 * @throws {DocumentError} `DOCUMENT_TOO_LARGE`, `DOCUMENT_MALFORMED`, `DOCUMENT_VERSION_UNKNOWN`, `DOCUMENT_NOT_CANONICAL` or
 * `DOCUMENT_FIELD_INVALID`.
 */
export function parseBundleDocument(bytes: Uint8Array): BundleDocument {
  return document(readDocument(bytes, 'bundle.json', 'holdfast-bundle/1'), 'bundle.json')
}
