import { isWithin, type Page } from './platform.ts'
import { decodeOnce, pageOf, type ReadUrl, readUrl } from './read-url.ts'

/** Redirectors inside redirectors; what is deeper is taken as it stands. Source: docs/spec/vocabulary.md#keys-of-originals. */
const MAX_LEVELS = 5

/** A URL with its redirectors taken off. */
export interface Unwrapped extends ReadUrl {
  readonly page: Page
  /** Time stamp of the outermost web capture that the URL came in, 4 to 14 digits (`YYYYMMDDhhmmss`, or its beginning). */
  readonly captured?: string
}

/** Which page of which hosts hands its visitor on, and the parameters that say where to. */
const REDIRECTORS: readonly {
  readonly domain: string
  readonly path: RegExp
  readonly parameters: readonly string[]
}[] = [
  { domain: 'facebook.com', path: /^\/(?:l\.php|flx\/warn\/?)$/, parameters: ['u'] },
  { domain: 'facebook.com', path: /^(?:\/v\d+\.\d+)?\/plugins\/(?:video|post)\.php$/, parameters: ['href'] },
  { domain: 'facebook.com', path: /^\/login(?:\.php|\/)?$/, parameters: ['next'] },
  { domain: 'messenger.com', path: /^\/l\.php$/, parameters: ['u'] },
  { domain: 'l.instagram.com', path: /^\/$/, parameters: ['u'] },
  { domain: 'instagram.com', path: /^\/accounts\/login\/?$/, parameters: ['next'] },
  { domain: 'consent.youtube.com', path: /^/, parameters: ['continue'] },
  { domain: 'youtube.com', path: /^\/redirect$/, parameters: ['q'] },
  { domain: 'youtube.com', path: /^\/attribution_link$/, parameters: ['u'] },
  { domain: 'youtube.com', path: /^\/(?:signin|verify_age|verify_controversy)$/, parameters: ['next', 'next_url'] },
  { domain: 'youtube.com', path: /^\/oembed$/, parameters: ['url'] },
  { domain: 'vk.com', path: /^\/away(?:\.php)?$/, parameters: ['to'] },
  { domain: 't.me', path: /^\/iv$/, parameters: ['url'] },
]
/** Search result pages of every country's Google: `google.com`, `google.com.tr`, `google.kz`. */
const GOOGLE = /^(?:[a-z]+\.)?google\.(?:com?\.)?[a-z]{2,3}$/
/** `/web/20200102030405if_/URL`, `/web/2020/URL`, `/web/URL`. */
const CAPTURE = /^\/web\/(?:(\d{4,14}|\*)(?:[a-z]{2}_)?\/)?(https?(?::|%3A).+|[^/]+\..+)$/is

/** Reads a URL and follows, offline, the redirectors and captures around it. */
export function unwrapUrl(text: string): Unwrapped | undefined {
  const outer = readUrl(text)
  if (outer === undefined) return undefined
  let url = outer.url
  let captured: string | undefined
  for (let level = 0; level < MAX_LEVELS; level++) {
    const step = stepOf(url)
    const inner = step && readTarget(step.target, url)
    if (!inner) break
    captured ??= step.captured
    url = inner.url
  }
  const base = { url, hadScheme: outer.hadScheme, page: pageOf(url) }
  return captured === undefined ? base : { ...base, captured }
}

interface Step {
  readonly target: string
  readonly captured?: string | undefined
}

function stepOf(url: URL): Step | undefined {
  const host = url.hostname.replace(/\.$/, '')
  if (host === 'web.archive.org') {
    const match = CAPTURE.exec(url.pathname + url.search + url.hash)
    if (!match?.[2]) return undefined
    const target = /^https?%3A/i.test(match[2]) ? decodeOnce(match[2]) : match[2]
    return { target, captured: match[1] === '*' ? undefined : match[1] }
  }
  const target = legacyHash(url, host) ?? parameterTarget(url, host)
  return target === undefined ? undefined : { target }
}

/** Facebook and Twitter once kept the page's path in the fragment: `/#!/photo.php?v=1`. */
function legacyHash(url: URL, host: string): string | undefined {
  const keepsPathInHash = isWithin(host, 'facebook.com') || isWithin(host, 'twitter.com')
  return keepsPathInHash && url.hash.startsWith('#!/') ? url.hash.slice(2) : undefined
}

function parameterTarget(url: URL, host: string): string | undefined {
  const parameters = GOOGLE.test(host) && url.pathname === '/url' ? ['q', 'url'] : listedParameters(url, host)
  for (const name of parameters) {
    const target = url.searchParams.get(name)
    if (target) return target
  }
  return undefined
}

function listedParameters(url: URL, host: string): readonly string[] {
  return REDIRECTORS.find((one) => isWithin(host, one.domain) && one.path.test(url.pathname))?.parameters ?? []
}

function readTarget(target: string, from: URL): ReadUrl | undefined {
  if (!target.startsWith('/')) return readUrl(target)
  const url = URL.parse(target, from.origin)
  return url === null ? undefined : readUrl(url.href)
}
