import { normaliseText } from '../../model/text.ts'
import { bytesOf, cutToBytes } from './cut.ts'
import { type LastLines, writeLastLines } from './last-lines.ts'
import { quoteLookalikes, tameMarkdown } from './plain-markdown.ts'

/** Bytes of a description (facts 1.6: also where the synchronisation from YouTube cut). */
export const MAX_DESCRIPTION = 6_500
const BETWEEN = '\n\n'

/**
 * The texts one after the other and, as a paragraph of their own, the last lines. When there is not room for all, each
 * text keeps an equal part, and what a short one does not need goes to the longer ones. The last lines are never cut.
 *
 * @param texts - what the source says, in the order of the bundle; may be hostile.
 * @param maxBytes - of the whole; more than the last lines take.
 */
export function composeDescription(texts: readonly string[], last: LastLines, maxBytes: number): string {
  const end = writeLastLines(last)
  const origin = last.citation.slice(0, last.citation.lastIndexOf('/'))
  const plain = texts.map((text) => normaliseText(quoteLookalikes(tameMarkdown(normaliseText(text)), origin)))
  const bodies = [...new Set(plain)].filter((text) => text !== '')
  const room = maxBytes - bytesOf(end) - bodies.length * bytesOf(BETWEEN)
  return [...shareRoom(bodies, Math.max(0, room)), end].join(BETWEEN)
}

/** Cuts each text to its fair part; those of which nothing is left are gone. */
function shareRoom(texts: readonly string[], room: number): string[] {
  const shortestFirst = [...texts.keys()].toSorted((a, b) => bytesOf(texts[a] ?? '') - bytesOf(texts[b] ?? ''))
  const cut: string[] = []
  let left = room
  shortestFirst.forEach((at, done) => {
    const text = cutToBytes(texts[at] ?? '', Math.floor(left / (texts.length - done)))
    left -= bytesOf(text)
    cut[at] = text
  })
  return cut.filter((text) => text !== '')
}
