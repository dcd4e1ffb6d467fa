import { firstMatch, isWithin, type Page, type Platform, type Reading } from './platform.ts'

/** Facebook's object ids are 64-bit decimals; text, because they exceed 2^53. */
const ID = /^[1-9]\d{0,19}$/
/** Opaque name of a post; no offline rule turns it into digits. */
const PFBID = /^pfbid[0-9A-Za-z]{20,120}$/
const SHORT = /^[0-9A-Za-z_-]{1,64}$/

const ONION = ['facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion', 'facebookcorewwwi.onion'] as const

export const facebook: Platform = {
  name: 'facebook',
  kinds: {
    video: { value: ID, url: (id) => `https://www.facebook.com/watch/?v=${id}` },
    // A post's address needs its author's id too, so none follows from the key.
    post: { value: ID },
    photo: { value: ID, url: (id) => `https://www.facebook.com/photo/?fbid=${id}` },
    event: { value: ID, url: (id) => `https://www.facebook.com/events/${id}` },
    watchparty: { value: ID, url: (id) => `https://www.facebook.com/watchparty/${id}` },
    account: { value: ID, url: (id) => `https://www.facebook.com/profile.php?id=${id}` },
    group: { value: ID, url: (id) => `https://www.facebook.com/groups/${id}` },
    pfbid: { value: PFBID, alias: true },
    short: { value: /^(?:w|me|[vrps])\/[0-9A-Za-z_-]{1,64}$/, url: shortUrl, alias: true },
  },
  owns: (host) => ['facebook.com', 'fb.com', 'fb.watch', 'fb.me', ...ONION].some((domain) => isWithin(host, domain)),
  read: (page) => readShort(page) ?? readVideo(page) ?? readPost(page) ?? readOther(page),
}

function shortUrl(value: string): string {
  const [place = '', code = ''] = value.split('/')
  if (place === 'w') return `https://fb.watch/${code}/`
  if (place === 'me') return `https://fb.me/${code}`
  return `https://www.facebook.com/share/${place === 's' ? '' : `${place}/`}${code}/`
}

/** Where only the platform knows what is behind a link. */
function readShort({ host, segments }: Page): Reading | undefined {
  const [first = '', second = '', third = ''] = segments
  if (isWithin(host, 'fb.watch') && segments.length === 1 && SHORT.test(first))
    return { kind: 'short', value: `w/${first}` }
  if (isWithin(host, 'fb.me') && segments.length === 1 && SHORT.test(first))
    return { kind: 'short', value: `me/${first}` }
  if (first !== 'share') return undefined
  if (['v', 'r', 'p'].includes(second) && SHORT.test(third)) return { kind: 'short', value: `${second}/${third}` }
  return segments.length === 2 && SHORT.test(second) ? { kind: 'short', value: `s/${second}` } : undefined
}

function readVideo({ segments, query }: Page): Reading | undefined {
  const [first = '', second = ''] = segments
  if (/^(?:watch|video|live|video\.php|photo\.php)$/.test(first)) {
    const id = firstMatch(ID, query.get('v'), query.get('video_id'))
    if (id !== undefined) return { kind: 'video', value: id }
  }
  if (first === 'reel') return ID.test(second) ? { kind: 'video', value: second } : undefined
  const path = first === 'pg' || first === 'pages' ? segments.slice(1) : segments
  const at = path.indexOf('videos')
  // `USER/videos/ID`, `USER/videos/vb.ACCOUNT/ID`, `USER/videos/SLUG/ID`: only the last segment is identity.
  const id = at > 0 ? firstMatch(ID, path[at + 2], path[at + 1]) : undefined
  if (id === undefined) return undefined
  const owner = /^vb\.(\d+)$/.exec(path[at + 1] ?? '')?.[1] ?? path[at - 1]
  return { kind: 'video', value: id, account: accountKey(owner) }
}

function readPost({ segments, query }: Page): Reading | undefined {
  const [first = '', second = '', third = ''] = segments
  if (first === 'story.php' || first === 'permalink.php')
    return post(query.get('story_fbid'), accountKey(query.get('id')))
  if (first === 'groups') {
    const inPath = ['permalink', 'posts'].includes(third) ? segments.slice(3, 5).reverse() : []
    const found = firstMatch(ID, ...inPath) ?? firstMatch(PFBID, ...inPath) ?? query.get('multi_permalinks')
    return post(found) ?? (segments.length === 2 && ID.test(second) ? { kind: 'group', value: second } : undefined)
  }
  if (second !== 'posts') return undefined
  return post(firstMatch(ID, segments[3], third) ?? firstMatch(PFBID, segments[3], third), accountKey(first))
}

function post(id: string | null | undefined, account?: string): Reading | undefined {
  if (id != null && ID.test(id)) return { kind: 'post', value: id, account }
  return id != null && PFBID.test(id) ? { kind: 'pfbid', value: id, account } : undefined
}

function readOther({ segments, query }: Page): Reading | undefined {
  const [first = '', second = '', third = ''] = segments
  if (first === 'events') return { kind: 'event', value: second }
  if (first === 'watchparty') return { kind: 'watchparty', value: second }
  if (first === 'profile.php') return { kind: 'account', value: query.get('id') ?? '' }
  if (first === 'photo.php' || first === 'photo') return { kind: 'photo', value: query.get('fbid') ?? '' }
  if (second !== 'photos') return undefined
  const photo = firstMatch(ID, segments[3], third)
  return photo === undefined ? undefined : { kind: 'photo', value: photo, account: accountKey(first) }
}

/** Names of pages change hands; only digits name an account. */
function accountKey(owner: string | null | undefined): string | undefined {
  return owner != null && ID.test(owner) ? `facebook:account:${owner}` : undefined
}
