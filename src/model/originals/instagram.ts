import { isWithin, type Platform, type Reading } from './platform.ts'

/** A shortcode is the item's 64-bit number in base 64, so eleven symbols hold every one; a few more are tolerated. */
const SHORTCODE = /^[0-9A-Za-z_-]{5,14}$/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Links to private items carry this many symbols of access code behind the shortcode [yt_dlp/extractor/instagram.py]. */
const ACCESS_CODE_LENGTH = 28
const ID = /^[1-9]\d{0,24}$/
const SHARED = /^[0-9A-Za-z_-]{3,64}$/

export const instagram: Platform = {
  name: 'instagram',
  kinds: {
    media: { value: SHORTCODE, url: (code) => `https://www.instagram.com/p/${code}/` },
    pk: { value: ID },
    // A story's address needs the name of its author, which is not in the key.
    story: { value: ID },
    highlight: { value: ID, url: (id) => `https://www.instagram.com/stories/highlights/${id}/` },
    short: {
      value: /^(?:[srp])\/[0-9A-Za-z_-]{3,64}$/,
      url: (value) =>
        `https://www.instagram.com/share/${{ s: '', r: 'reel/', p: 'p/' }[value.charAt(0)] ?? ''}${value.slice(2)}`,
      alias: true,
    },
  },
  owns: (host) => isWithin(host, 'instagram.com') || isWithin(host, 'instagr.am'),
  read({ segments }) {
    const [first = '', second = '', third = ''] = segments
    if (first === 'share') return readShared(second, third)
    if (first === 'stories') return { kind: second === 'highlights' ? 'highlight' : 'story', value: third }
    const at = segments.findIndex((segment) => ['p', 'reel', 'reels', 'tv'].includes(segment))
    const given = at === 0 || at === 1 ? (segments[at + 1] ?? '') : ''
    const code = given.length > ACCESS_CODE_LENGTH ? given.slice(0, -ACCESS_CODE_LENGTH) : given
    // `reels/audio/ID` is a sound, not an item.
    if (!SHORTCODE.test(code) || code === 'audio') return undefined
    return { kind: 'media', value: code, aliases: [`instagram:pk:${numberOf(code)}`] }
  },
}

function readShared(second: string, third: string): Reading | undefined {
  const place = { p: 'p', reel: 'r', reels: 'r' }[second]
  if (place !== undefined && third !== '') return { kind: 'short', value: `${place}/${third}` }
  return third === '' && SHARED.test(second) ? { kind: 'short', value: `s/${second}` } : undefined
}

function numberOf(code: string): bigint {
  return [...code].reduce((sum, symbol) => sum * 64n + BigInt(ALPHABET.indexOf(symbol)), 0n)
}
