import type { KeyKind } from './platform.ts'
import { sha256Hex } from './sha256-hex.ts'

/** Parameters that say where a visitor came from and never which page it is. */
const TRACKING =
  /^(?:utm_[a-z_]*|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|igsh|igshid|mibextid|mc_cid|mc_eid|_openstat)$/i
/** Letters, digits, `-._~`: the same page whether escaped or not [RFC 3986 section 2.3]. */
const UNRESERVED = /[A-Za-z0-9\-._~]/

/** Pages of no platform we know. The digest hides nothing from somebody who can guess the URL. */
export const WEB_KINDS: Readonly<Record<string, KeyKind>> = { sha256: { value: /^[0-9a-f]{64}$/ } }

/** Digest of the normal form of a URL, 64 hex digits. */
export function webDigest(url: URL): string {
  return sha256Hex(normalUrl(url))
}

/**
 * The one spelling that is hashed: `https`, host without `www.`, no user, no default port, escapes in one form, tracking
 * parameters taken out, the rest of the query in its order, no fragment but a `#!` one.
 */
export function normalUrl(url: URL): string {
  const host = url.hostname.replace(/\.$/, '').replace(/^www\./, '')
  const port = url.port === '' || url.port === '80' || url.port === '443' ? '' : `:${url.port}`
  const query = url.search
    .slice(1)
    .split('&')
    .filter((parameter) => parameter !== '' && !TRACKING.test(parameter.split('=', 1)[0] ?? ''))
    .map(normalEscapes)
    .join('&')
  const hash = url.hash.startsWith('#!') ? url.hash : ''
  return `https://${host}${port}${normalEscapes(url.pathname)}${query === '' ? '' : `?${query}`}${hash}`
}

function normalEscapes(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return UNRESERVED.test(character) ? character : escaped.toUpperCase()
  })
}
