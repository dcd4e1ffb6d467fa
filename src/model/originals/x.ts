import { isWithin, type Platform } from './platform.ts'

/** Snowflake ids exceed 2^53, so they stay text. */
const ID = /^[1-9]\d{0,19}$/
const SHORT = /^[0-9A-Za-z]{4,20}$/
const ONION = 'twitter3e4tixl4xyajtrzo62zg5vztmjuricljdp2c5kshju4avyoid.onion'

export const x: Platform = {
  name: 'x',
  kinds: {
    status: { value: ID, url: (id) => `https://x.com/i/status/${id}` },
    account: { value: ID, url: (id) => `https://x.com/i/user/${id}` },
    broadcast: { value: /^[0-9A-Za-z]{13}$/, url: (id) => `https://x.com/i/broadcasts/${id}` },
    short: {
      value: /^(?:t|pic)\/[0-9A-Za-z]{4,20}$/,
      url: (value) =>
        value.startsWith('t/') ? `https://t.co/${value.slice(2)}` : `https://pic.twitter.com/${value.slice(4)}`,
      alias: true,
    },
  },
  owns: (host) => ['x.com', 'twitter.com', 't.co', ONION].some((domain) => isWithin(host, domain)),
  read({ host, segments, query }) {
    const [first = '', second = '', third = ''] = segments
    if (host === 't.co' || host === 'pic.twitter.com') {
      const place = host === 't.co' ? 't' : 'pic'
      return segments.length === 1 && SHORT.test(first) ? { kind: 'short', value: `${place}/${first}` } : undefined
    }
    if (first === 'i' && second === 'user') return { kind: 'account', value: third }
    if (first === 'intent' && second === 'user') return { kind: 'account', value: query.get('user_id') ?? '' }
    if (first === 'i' && second === 'broadcasts') return { kind: 'broadcast', value: third }
    if (first === 'i' && second === 'videos')
      return { kind: 'status', value: segments[third === 'tweet' ? 3 : 2] ?? '' }
    // `USER/status/ID`, `i/web/status/ID`, `statuses/ID`; `/video/2` says which of the media was meant.
    const at = segments.findIndex((segment) => segment === 'status' || segment === 'statuses')
    if (at === -1 || at > 2) return undefined
    const names = ['video', 'photo'].includes(segments[at + 2] ?? '')
    const index = names && /^[1-9]$/.test(segments[at + 3] ?? '') ? segments[at + 3] : undefined
    return { kind: 'status', value: segments[at + 1] ?? '', extra: { index } }
  },
}
