const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' })
/** Shows that something is missing. Three bytes. */
const MARK = '…'

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}

/**
 * Cuts a text between two characters as people see them (grapheme clusters, UAX #29), and ends it with `…`.
 *
 * @param maxBytes - UTF-8 bytes of the result, the mark included.
 * @returns the text as it is when it fits; nothing when not even its first character does.
 */
export function cutToBytes(text: string, maxBytes: number): string {
  if (bytesOf(text) <= maxBytes) return text
  const room = maxBytes - bytesOf(MARK)
  let end = 0
  let bytes = 0
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    bytes += bytesOf(segment)
    if (bytes > room) break
    end = index + segment.length
  }
  // A lone backslash at the end may have belonged to what was cut off.
  const kept = text.slice(0, end).replace(/(?<![\s\\])[\s\\]+$/u, '')
  return kept === '' ? '' : kept + MARK
}
