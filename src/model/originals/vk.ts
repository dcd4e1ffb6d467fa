import { isWithin, type Page, type Platform, type Reading } from './platform.ts'

const ITEM = /^-?[1-9]\d{0,18}_\d{1,19}$/
/** An item in a path or in `z=`, `w=`; what follows the second number is an access key or the list it was opened from. */
const NAMED_ITEM = /^(video|clip|wall)(-?[1-9]\d{0,18}_\d{1,19})(?:$|[/_%?&])/
const DOMAINS = ['vk.com', 'vk.ru', 'vkvideo.ru', 'vkontakte.ru'] as const

export const vk: Platform = {
  name: 'vk',
  kinds: {
    video: { value: ITEM, url: (item) => `https://vk.com/video${item}` },
    clip: { value: ITEM, url: (item) => `https://vk.com/clip${item}` },
    wall: { value: ITEM, url: (item) => `https://vk.com/wall${item}` },
    /** Negative for groups. */
    owner: {
      value: /^-?[1-9]\d{0,18}$/,
      url: (owner) => `https://vk.com/${owner.startsWith('-') ? `club${owner.slice(1)}` : `id${owner}`}`,
    },
  },
  owns: (host) => DOMAINS.some((domain) => isWithin(host, domain)),
  read(page) {
    // An overlay is what the visitor sees, so `z` and `w` come before the path.
    for (const place of [page.query.get('z'), page.query.get('w'), ...page.segments]) {
      const match = NAMED_ITEM.exec(place ?? '')
      if (match) return item(match[1] ?? '', match[2] ?? '', page)
    }
    return readEmbedded(page) ?? readOwner(page.segments[0] ?? '')
  },
}

function item(kind: string, value: string, page: Page): Reading {
  const reply = page.query.get('reply')
  const extra = { reply: kind === 'wall' && reply !== null && /^\d{1,19}$/.test(reply) ? reply : undefined }
  // A clip is a video of the same owner with the same number; a video need not be a clip.
  const aliases = kind === 'clip' ? [`vk:video:${value}`] : []
  return { kind, value, aliases, account: `vk:owner:${value.slice(0, value.indexOf('_'))}`, extra }
}

function readEmbedded(page: Page): Reading | undefined {
  if (page.segments[0] !== 'video_ext.php') return undefined
  const value = `${page.query.get('oid')}_${page.query.get('id')}`
  return ITEM.test(value) ? item('video', value, page) : undefined
}

function readOwner(segment: string): Reading | undefined {
  const match = /^(id|club|public|event)([1-9]\d{0,18})$/.exec(segment)
  return match ? { kind: 'owner', value: `${match[1] === 'id' ? '' : '-'}${match[2]}` } : undefined
}
