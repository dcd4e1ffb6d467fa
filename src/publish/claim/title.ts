import type { BundleDocument, LanguageText } from '../../model/bundle.ts'
import { normaliseLine } from '../../model/text.ts'
import { bytesOf, cutToBytes } from './cut.ts'

/** Bytes of a claim's title (facts 1.6: what leaves room for the rest of a claim). */
export const MAX_TITLE = 200
const BETWEEN = ' | '
/** The same words as in `ro-crate-metadata.json` (bundle-v1 5.2). */
const UNTITLED = 'Untitled testimony'

export interface Titles {
  /** One line, at most 200 bytes, never empty. */
  readonly title: string
  /** Titles that are not in it, or not whole: they belong to the description. */
  readonly left: readonly string[]
}

/**
 * The first title, cut if it must be, and as many of the others as fit whole; a bundle without any is named by its first
 * original.
 */
export function joinTitles({ title, originals }: Pick<BundleDocument, 'title' | 'originals'>): Titles {
  const [first = nameWithoutTitle(originals[0]?.key ?? ''), ...others] = distinctLines(title)
  let joined = cutToBytes(first, MAX_TITLE) || UNTITLED
  const left = joined === first ? [] : [first]
  for (const other of others) {
    const longer = joined + BETWEEN + other
    if (left.length === 0 && bytesOf(longer) <= MAX_TITLE) joined = longer
    else left.push(other)
  }
  return { title: joined, left }
}

/** The texts as single lines, each once, without those that are empty. */
function distinctLines(texts: readonly LanguageText[]): string[] {
  return [...new Set(texts.map(({ value }) => normaliseLine(value)))].filter((line) => line !== '')
}

function nameWithoutTitle(key: string): string {
  return normaliseLine(key) || UNTITLED
}
