import type { Page } from './platform.ts'

/** Longer texts are no URL; browsers stop far below. */
const MAX_LENGTH = 65_536
/** Soft hyphen, zero-width and bidirectional marks: they come with copied text and are never part of an address. */
const INVISIBLE = /[\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g
/** Ampersands that were escaped for HTML once or several times over; yt-dlp has a test with `&amp;amp;v=`. */
const ESCAPED_AMPERSAND = /&(?:(?:amp|#38|#x26);)+/gi
const OPENING = new Set('<("\'«“‘（《「[')
const CLOSING = new Set('>)"\'»”’）》」].,;、。，；،؛')

/** A URL that was read, and whether its text named the scheme. */
export interface ReadUrl {
  readonly url: URL
  /** False where `https:` was supplied by us: the text may be a file name with a dot. */
  readonly hadScheme: boolean
}

/** Strips what surrounds a URL in running text. Returns nothing for text that holds white space: that is no single URL. */
export function cleanText(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const visible = text.replace(INVISIBLE, '').replace(ESCAPED_AMPERSAND, '&').trim()
  let start = 0
  let end = visible.length
  while (start < end && OPENING.has(visible.charAt(start))) start++
  const openings = count(visible, '(', start)
  let closings = count(visible, ')', start)
  while (end > start && CLOSING.has(visible.charAt(end - 1))) {
    // A bracket that was opened inside the URL belongs to it, as in `/wiki/Name_(film)`.
    if (visible.charAt(end - 1) === ')' && closings-- <= openings) break
    end--
  }
  const clean = visible.slice(start, end).trim()
  return clean === '' || /\s/.test(clean) ? undefined : clean
}

/** Reads `http:` and `https:` URLs, also without scheme; returns nothing for all else. */
export function readUrl(text: string): ReadUrl | undefined {
  const clean = cleanText(text)
  if (clean === undefined) return undefined
  const hadScheme = /^(?:https?:|\/\/)/i.test(clean)
  if (!hadScheme && !beginsWithHost(clean)) return undefined
  const url = URL.parse(/^https?:/i.test(clean) ? clean : `https://${clean.replace(/^\/\//, '')}`)
  return url === null || url.hostname === '' ? undefined : { url, hadScheme }
}

export function pageOf(url: URL): Page {
  return {
    host: url.hostname.replace(/\.$/, '').replace(/^www\./, ''),
    segments: url.pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeOnce),
    query: url.searchParams,
    hash: url.hash,
  }
}

/** Percent-decodes once; text with broken escapes stays as it is. */
export function decodeOnce(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function beginsWithHost(text: string): boolean {
  const authority = /^[^/?#]{1,260}/.exec(text)?.[0] ?? ''
  const host = authority.replace(/:\d{1,5}$/, '')
  const labels = host.split('.')
  return (
    labels.length > 1 &&
    labels.every((label) => /^[\p{L}\p{M}\p{N}_-]{1,63}$/u.test(label)) &&
    /^(?:[\p{L}\p{M}]{2,}|xn--[a-z0-9-]+)$/iu.test(labels.at(-1) ?? '')
  )
}

function count(text: string, character: string, from: number): number {
  let found = 0
  for (let at = text.indexOf(character, from); at !== -1; at = text.indexOf(character, at + 1)) found++
  return found
}
