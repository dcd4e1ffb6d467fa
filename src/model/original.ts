import { parseBundleId } from './bundle-id.ts'
import { cidIn } from './originals/cid-in.ts'
import { facebook } from './originals/facebook.ts'
import { instagram } from './originals/instagram.ts'
import { keyOfBareId, lbry, readLbryUri } from './originals/lbry.ts'
import { ok } from './originals/ok.ts'
import type { KeyKind, Platform, Reading } from './originals/platform.ts'
import { cleanText } from './originals/read-url.ts'
import { telegram } from './originals/telegram.ts'
import { tiktok } from './originals/tiktok.ts'
import { type Unwrapped, unwrapUrl } from './originals/unwrap.ts'
import { vk } from './originals/vk.ts'
import { WEB_KINDS, webDigest } from './originals/web.ts'
import { x } from './originals/x.ts'
import { youtube } from './originals/youtube.ts'

/** A place where a testimony was public, reduced to what never changes. Grammar: docs/spec/vocabulary.md#keys-of-originals. */
export interface Original {
  /** `platform:kind:value`. */
  readonly key: string
  /** Rebuilt from the key, never as given; absent where the key alone does not say it. */
  readonly url?: string
  /** Other keys of the same item, in the same grammar. */
  readonly aliases: readonly string[]
  /** Key of the account that published it, only with an immutable id. */
  readonly account?: string
  /** Facts of the link that are not identity: `list`, `index`, `comment`, `topic`, `reply`, `captured` (`YYYYMMDDhhmmss`). */
  readonly extra?: Readonly<Record<string, string>>
}

/** What a person may mean by the one argument of `lookup`. */
export type Reference =
  | { readonly kind: 'original'; readonly key: string; readonly aliases: readonly string[] }
  /** Version 1, base 32, whatever was typed. */
  | { readonly kind: 'cid'; readonly cid: string }
  /** `origin` where it was cited as `origin/id`. */
  | { readonly kind: 'id'; readonly id: string; readonly origin?: string }

const PLATFORMS: readonly Platform[] = [youtube, facebook, tiktok, x, instagram, telegram, vk, ok, lbry]
const KINDS: ReadonlyMap<string, Readonly<Record<string, KeyKind>>> = new Map([
  ...PLATFORMS.map(({ name, kinds }) => [name, kinds] as const),
  ['web', WEB_KINDS] as const,
])
/** No key is longer: keys stand in statements, which are bounded. */
const MAX_KEY_LENGTH = 256

/**
 * Reduces a URL to its key, offline and without guessing: what only the platform can resolve becomes an alias key, and a
 * page that is no item of a platform we know becomes `web:sha256:…`. Never throws; linear in the length of the text.
 *
 * @returns nothing for text that is no `http:`, `https:` or `lbry:` URL.
 */
export function parseOriginal(text: string): Original | undefined {
  const clean = cleanText(text)
  if (clean === undefined) return undefined
  if (/^lbry:\/\//i.test(clean)) return fromReading('lbry', readLbryUri(clean))
  const found = unwrapUrl(clean)
  if (found === undefined) return undefined
  const platform = PLATFORMS.find((one) => one.owns(found.page.host))
  const original = platform && fromReading(platform.name, platform.read(found.page), found.captured)
  if (original) return original
  return platform || isSurelyUrl(clean, found) ? fromReading('web', webReading(found), found.captured) : undefined
}

/** Returns the canonical URL of a key; nothing for text that is no key and for kinds that have none. */
export function urlOfKey(key: string): string | undefined {
  const parsed = parseKey(key)
  return parsed?.kind.url?.(parsed.value)
}

/** True for text in the grammar of keys, in its canonical spelling. */
export function isOriginalKey(text: string): boolean {
  return parseKey(text) !== undefined
}

/** True for a key whose meaning can change, or that only the platform could turn into an item's id. */
export function isAliasKey(text: string): boolean {
  return parseKey(text)?.kind.alias === true
}

/**
 * Reads what a person types to name a bundle: a URL with or without scheme, a key, `lbry://…`, a whole claim id of LBRY or
 * `txid:nout`, a CID in any base or inside a gateway's URL, a bundle id, or `origin/id`. A URL of a platform wins over
 * `origin/id`, and that over other URLs.
 */
export function parseReference(text: string): Reference | undefined {
  const clean = cleanText(text)
  if (clean === undefined) return undefined
  if (isOriginalKey(clean)) return { kind: 'original', key: clean, aliases: [] }
  const bare = keyOfBareId(clean)
  if (bare !== undefined) return { kind: 'original', key: bare, aliases: [] }
  const cid = cidIn(clean)
  if (cid !== undefined) return { kind: 'cid', cid }
  const original = parseOriginal(clean)
  if (original !== undefined && !original.key.startsWith('web:')) return referTo(original)
  return parseCitation(clean) ?? (original && referTo(original))
}

function referTo({ key, aliases }: Original): Reference {
  return { kind: 'original', key, aliases }
}

function parseCitation(text: string): Reference | undefined {
  if (/^https?:/i.test(text)) return undefined
  const slash = text.lastIndexOf('/')
  const id = parseBundleId(text.slice(slash + 1))
  if (id === undefined) return undefined
  return slash === -1 ? { kind: 'id', id } : { kind: 'id', id, origin: text.slice(0, slash) }
}

function parseKey(key: string): { readonly kind: KeyKind; readonly value: string } | undefined {
  if (key.length > MAX_KEY_LENGTH) return undefined
  const [platform = '', name = '', ...rest] = key.split(':')
  const kinds = KINDS.get(platform)
  const kind = kinds && Object.hasOwn(kinds, name) ? kinds[name] : undefined
  const value = rest.join(':')
  return kind?.value.test(value) && kind.isCanonical?.(value) !== false ? { kind, value } : undefined
}

function fromReading(platform: string, reading: Reading | undefined, captured?: string): Original | undefined {
  const key = reading && `${platform}:${reading.kind}:${reading.value}`
  if (!key || !isOriginalKey(key)) return undefined
  const url = urlOfKey(key)
  const known = Object.entries({ ...reading.extra, captured }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return {
    key,
    aliases: (reading.aliases ?? []).filter(isOriginalKey),
    ...(url === undefined ? {} : { url }),
    ...(reading.account !== undefined && isOriginalKey(reading.account) ? { account: reading.account } : {}),
    ...(known.length === 0 ? {} : { extra: Object.fromEntries(known) }),
  }
}

function webReading({ url }: Unwrapped): Reading {
  return { kind: 'sha256', value: webDigest(url) }
}

/** `video.mp4` and `notes.txt` look like hosts; without a scheme a page needs a path or `www.` to be taken for one. */
function isSurelyUrl(clean: string, { hadScheme }: Unwrapped): boolean {
  return hadScheme || clean.includes('/') || /^www\./i.test(clean)
}
