import type { BundleOriginal } from '../../../model/bundle.ts'
import { LIMITS } from '../../../model/document-fields.ts'
import { isAliasKey, isOriginalKey, parseOriginal, urlOfKey } from '../../../model/original.ts'
import type { Info } from './info-fields.ts'
import { publishedAt } from './times.ts'

/**
 * Extractors whose id is, by their source, the platform's id of the item. Left out on purpose: Twitter (the id may be that of the
 * picture or of a quoted post), Facebook (video or post), Instagram (short code or number): their `webpage_url` says it better.
 */
const KEY_OF_EXTRACTOR: Readonly<Record<string, string>> = {
  youtube: 'youtube:video:',
  tiktok: 'tiktok:video:',
  odnoklassniki: 'ok:video:',
  lbry: 'lbry:claim:',
  vk: 'vk:video:',
}

const ACCOUNTS: ReadonlySet<string> = new Set(['channel', 'account', 'owner'])
const NOT_ONE_ITEM: ReadonlySet<string> = new Set([...ACCOUNTS, 'handle', 'custom', 'user', 'group', 'playlist'])

/**
 * Where the item was public, as keys: from its page, from its id, and from the ids under which yt-dlp once archived it.
 * What cannot be resolved offline stays an alias key; nothing is guessed. Sorted, each key once.
 */
export function originalsOf(info: Info): readonly BundleOriginal[] {
  const page = info.webpage_url === undefined ? undefined : parseOriginal(info.webpage_url)
  const archived = (info._old_archive_ids ?? [])
    .map((line) => line.split(' '))
    .map(([extractor, id]) => keyOf(extractor, id))
  const certain = [keyOf(info.extractor_key, info.id), ...archived].filter((key) => key !== undefined)
  const keys = new Set([...certain, ...(page === undefined ? [] : [page.key, ...page.aliases].filter(isOfItem))])
  const at = publishedAt(info)
  const account = accountOf(info) ?? page?.account
  return [...keys]
    .sort()
    .slice(0, LIMITS.originals)
    .map((key) => originalOfKey(key, at, account))
}

/** An original whose URL is made of its key again, never as it was given. @param at - when it was published. */
export function originalOfKey(key: string, at: string | undefined, account: string | undefined): BundleOriginal {
  const url = urlOfKey(key)
  return {
    key,
    ...(url === undefined ? {} : { url }),
    ...(at === undefined ? {} : { publishedAt: at }),
    ...(account === undefined ? {} : { account }),
  }
}

function keyOf(extractor: string | undefined, id: string | undefined): string | undefined {
  const name = (extractor ?? '').toLowerCase()
  const prefix = Object.hasOwn(KEY_OF_EXTRACTOR, name) ? KEY_OF_EXTRACTOR[name] : undefined
  const key = `${prefix}${id}`
  return prefix !== undefined && isOriginalKey(key) ? key : undefined
}

/** Who published, and lists of many items, are neither identity of one item nor ours to publish. */
export function isOfItem(key: string): boolean {
  return !NOT_ONE_ITEM.has(kindOf(key))
}

function kindOf(key: string): string {
  return key.split(':')[1] ?? ''
}

/** Key of the account, only where its id can never be given to somebody else. */
function accountOf(info: Info): string | undefined {
  const candidates = [info.channel_url, info.uploader_url].flatMap((url) =>
    url === undefined ? [] : [parseOriginal(url)],
  )
  const fromUrl = candidates.flatMap((found) => (found === undefined ? [] : [found.account, found.key]))
  const isYoutube = info.extractor_key?.toLowerCase().startsWith('youtube') === true
  const known =
    isYoutube && info.channel_id !== undefined ? [`youtube:channel:${info.channel_id}`, ...fromUrl] : fromUrl
  return known.find((key) => key !== undefined && isOriginalKey(key) && !isAliasKey(key) && ACCOUNTS.has(kindOf(key)))
}
