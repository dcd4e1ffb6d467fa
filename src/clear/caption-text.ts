/** The line of a cue's times, in WebVTT (`00:01.000 --> …`) and SubRip (`00:00:01,000 --> …`). */
const TIMES = /-->/
/** A counter before a cue. */
const COUNTER = /^\s*\d{1,6}\s*$/
/** Times within a cue, as automatic captions have for every word, and other mark-up of WebVTT, TTML and srv3. */
const MARKUP = /<[^<>\n]{0,2000}>/g
/** Numbers of YouTube's json3 that are times, windows and pens. */
const JSON_TIMES =
  /"(?:tStartMs|dDurationMs|tOffsetMs|wpWinPosId|wsWinStyleId|wWinId|aAppend|acAsrConf|pPenId|id)"\s*:\s*-?\d+/g

/**
 * Reduces subtitles to what people read, so that times are not taken for numbers: one line a cue, because a phone number
 * may be broken over the lines of one.
 */
export function captionText(file: string): string {
  const lines = file
    .replace(JSON_TIMES, '')
    .replace(MARKUP, ' ')
    .split(/\r\n|\r|\n/)
  let text = ''
  for (const [index, line] of lines.entries()) {
    const isCounter = COUNTER.test(line) && TIMES.test(lines[index + 1] ?? '')
    if (TIMES.test(line) || isCounter) text += '\n'
    else text += line.trim() === '' ? '\n' : ` ${line}`
  }
  return text
}

/** Decodes UTF-8, or UTF-16 where a byte order mark says so; what is not decodable becomes U+FFFD and breaks no number. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder('utf-8').decode(bytes)
}
