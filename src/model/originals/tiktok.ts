import { isWithin, type Platform } from './platform.ts'

const ID = /^[1-9]\d{4,24}$/
const SHORT = /^[0-9A-Za-z_-]{3,32}$/
/** Segments that stand directly before an item's id; what stands before them (the user) is not identity. */
const BEFORE_ID = new Set(['video', 'photo', 'embed', 'v'])

export const tiktok: Platform = {
  name: 'tiktok',
  kinds: {
    // The platform ignores the user part; yt-dlp writes `@_` too.
    video: { value: ID, url: (id) => `https://www.tiktok.com/@_/video/${id}` },
    short: {
      value: /^(?:vm|vt|t)\/[0-9A-Za-z_-]{3,32}$/,
      url: (value) => {
        const [place = '', code = ''] = value.split('/')
        return place === 't' ? `https://www.tiktok.com/t/${code}/` : `https://${place}.tiktok.com/${code}/`
      },
      alias: true,
    },
  },
  owns: (host) => isWithin(host, 'tiktok.com') || isWithin(host, 'tiktokv.com'),
  read({ host, segments }) {
    const [first = '', second = ''] = segments
    const place = /^(vm|vt)\.tiktok\.com$/.exec(host)?.[1]
    if (place !== undefined && segments.length === 1 && SHORT.test(first))
      return { kind: 'short', value: `${place}/${first}` }
    if (first === 't' && SHORT.test(second)) return { kind: 'short', value: `t/${second}` }
    // `/embed/v2/ID` and `/player/v1/ID` carry a version before the id.
    const at = segments.findIndex((segment) => BEFORE_ID.has(segment) || segment === 'player')
    const versioned = /^v\d$/.test(segments[at + 1] ?? '')
    const id = at === -1 ? '' : (segments[at + (versioned ? 2 : 1)] ?? '').replace(/\.html$/, '')
    return ID.test(id) ? { kind: 'video', value: id } : undefined
  },
}
