import type { BundleOriginal } from '../../../model/bundle.ts'
import { LIMITS } from '../../../model/document-fields.ts'
import { parseOriginal } from '../../../model/original.ts'
import type { Cell } from '../../tables/table.ts'
import { isOfItem, originalOfKey } from '../yt-dlp/originals.ts'

export interface ReadUrls {
  /** Sorted by key, each once. */
  readonly originals: readonly BundleOriginal[]
  /** Words that are no link to one item. */
  readonly unusable: readonly string[]
}

/** Where one link ends and the next begins: white space, or a separator with a link or space behind it. */
const BETWEEN = /\s+|[,;|，；、]+(?=\s|https?:|www\.|lbry:|$)/iu
/** In UTF-16 units; 32 links of the longest kind. */
const MAX_CELL = 65_536

/**
 * Reads all links of the cells: several in one cell, and where a cell leads whose text is no link.
 *
 * @param publishedAt - goes to the link if there is only one; of several nobody knows which it was.
 */
export function readUrls(cells: readonly Cell[], publishedAt: string | undefined): ReadUrls {
  const unusable: string[] = []
  const accounts = new Map<string, string | undefined>()
  let links = 0
  for (const cell of cells) {
    const words = cell.text
      .slice(0, MAX_CELL)
      .split(BETWEEN)
      .filter((word) => word !== '')
    const given = words.some(isLink) ? words : [...(cell.link === undefined ? words : [cell.link])]
    for (const word of given) {
      const original = parseOriginal(word)
      const keys = original === undefined ? [] : [original.key, ...original.aliases].filter(isOfItem)
      if (original === undefined || !isOfItem(original.key)) unusable.push(word)
      if (keys.length > 0) links += 1
      for (const key of keys) accounts.set(key, original?.account)
    }
  }
  const at = links === 1 ? publishedAt : undefined
  const originals = [...accounts].map(([key, account]) => originalOfKey(key, at, account))
  return { originals: originals.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, LIMITS.originals), unusable }
}

function isLink(word: string): boolean {
  return parseOriginal(word) !== undefined
}
