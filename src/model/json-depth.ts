const QUOTE = 0x22
const BACKSLASH = 0x5c

/** What one pass over the bytes of a JSON text shows, without building anything. */
export interface JsonShape {
  /** Deepest nesting of lists and objects; 0 for a bare value. */
  readonly depth: number
  /** True when the text ends within a string, list or object: it was cut off. */
  readonly open: boolean
}

/**
 * Measures how deep a JSON text goes before anything recursive touches it. For what is no JSON the answer means nothing,
 * and the parser that comes next refuses it.
 */
export function jsonShape(bytes: Uint8Array): JsonShape {
  let now = 0
  let depth = 0
  let inString = false
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === 0x5b || byte === 0x7b) now += 1
    else if (byte === 0x5d || byte === 0x7d) now -= 1
    if (now > depth) depth = now
  }
  return { depth, open: inString || now > 0 }
}
