import { firstMatch, isWithin, type KeyKind, type Page, type Platform, type Reading } from './platform.ts'

const VIDEO_ID = /^[0-9A-Za-z_-]{11}$/
/** An id may drag a lost parameter along: `/embed/ID&feature=x`, `v=ID?t=5`. */
const LEADING_VIDEO_ID = /^([0-9A-Za-z_-]{11})(?:$|[&?#;/])/
const CHANNEL_ID = /^UC[0-9A-Za-z_-]{22}$/
const LIST_ID = /^[0-9A-Za-z_-]{2,64}$/
const UGC_ID = /^Ug[0-9A-Za-z_-]{10,80}$/
const NAME = /^[\p{L}\p{M}\p{N}._·-]{1,100}$/u

/**
 * Front ends that play YouTube's own ids under YouTube's own paths: long-lived ones of the lists in
 * yt_dlp/extractor/youtube/_base.py. Hosts that are not here are `web`.
 */
const FRONT_ENDS = new Set(
  `invidio.us yewtu.be invidious.snopyta.org invidious.nerdvpn.de invidious.tiekoetter.com invidious.fdn.fr
  invidious.flokinet.to invidious.privacydev.net invidious.kavin.rocks inv.riverside.rocks inv.vern.cc vid.puffyan.us
  yt.artemislena.eu piped.kavin.rocks piped.video piped.mha.fi piped.adminforge.de piped.privacydev.net`.split(/\s+/),
)
const DOMAINS = [
  'youtube.com',
  'youtube-nocookie.com',
  'youtubekids.com',
  'youtu.be',
  'youtube.googleapis.com',
] as const

/** Mutable names are compared as YouTube does: without regard to case. */
function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}

function nameKind(prefix: string): KeyKind {
  return {
    value: NAME,
    isCanonical: (value) => foldName(value) === value && !value.endsWith('.'),
    url: (value) => `https://www.youtube.com/${prefix}${encodeURIComponent(value)}`,
    alias: true,
  }
}

export const youtube: Platform = {
  name: 'youtube',
  kinds: {
    video: { value: VIDEO_ID, url: (id) => `https://www.youtube.com/watch?v=${id}` },
    channel: { value: CHANNEL_ID, url: (id) => `https://www.youtube.com/channel/${id}` },
    playlist: { value: LIST_ID, url: (id) => `https://www.youtube.com/playlist?list=${id}` },
    clip: { value: UGC_ID, url: (id) => `https://www.youtube.com/clip/${id}` },
    post: { value: UGC_ID, url: (id) => `https://www.youtube.com/post/${id}` },
    handle: nameKind('@'),
    custom: nameKind('c/'),
    user: nameKind('user/'),
  },
  owns: (host) => DOMAINS.some((domain) => isWithin(host, domain)) || FRONT_ENDS.has(host),
  read(page) {
    const video = videoId(page)
    if (video === undefined) return readOther(page)
    return { kind: 'video', value: video, extra: { list: firstMatch(LIST_ID, page.query.get('list')) } }
  },
}

function videoId({ host, segments, query, hash }: Page): string | undefined {
  const [first = '', second = ''] = segments
  if (/^(?:watch|movie)(?:_popup)?(?:\.php)?$/.test(first) || segments.length === 0) {
    // The first `v` wins when it is repeated; the fragment is where `#!v=ID` of 2010 keeps it.
    const fragment = new URLSearchParams(hash.replace(/^#!?/, ''))
    const found = leadingId(query.get('v') ?? fragment.get('v') ?? '')
    if (found !== undefined || segments.length === 0) return found
  }
  if (isWithin(host, 'youtu.be')) return leadingId(first)
  if (!['v', 'embed', 'e', 'shorts', 'live'].includes(first)) return undefined
  // These two have eleven letters like an id, and play a list or whatever a channel is streaming.
  return second === 'videoseries' || second === 'live_stream' ? undefined : leadingId(second)
}

function leadingId(text: string): string | undefined {
  return LEADING_VIDEO_ID.exec(text)?.[1]
}

function readOther({ segments, query }: Page): Reading | undefined {
  const [first = '', second = ''] = segments
  const post = firstMatch(UGC_ID, first === 'post' ? second : null, query.get('lb'))
  if (post !== undefined) return { kind: 'post', value: post }
  if (first === 'clip') return { kind: 'clip', value: second }
  if (first === 'channel') return { kind: 'channel', value: second }
  if (first === 'embed' && second === 'live_stream') return { kind: 'channel', value: query.get('channel') ?? '' }
  if (first === 'playlist' || second === 'videoseries') return { kind: 'playlist', value: query.get('list') ?? '' }
  if (first.startsWith('@')) return { kind: 'handle', value: foldName(first.slice(1)) }
  if (first === 'c') return { kind: 'custom', value: foldName(second) }
  return first === 'user' ? { kind: 'user', value: foldName(second) } : undefined
}
