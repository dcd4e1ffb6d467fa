import type { Page, Platform, Reading } from './platform.ts'

const CHANNEL = /^[a-z][a-z0-9_]{3,31}$/
const NUMBER = /^[1-9]\d{0,14}$/
const HOSTS = ['t.me', 'telegram.me', 'telegram.dog'] as const
/** First segments that are pages of the service and no channel's name. */
const RESERVED = new Set(
  'joinchat addstickers addemoji addlist addtheme share proxy socks login setlanguage invoice boost giftcode'.split(
    ' ',
  ),
)

export const telegram: Platform = {
  name: 'telegram',
  kinds: {
    // A channel's name can be given to somebody else, but no other public address of a post exists.
    post: { value: /^[a-z][a-z0-9_]{3,31}\/[1-9]\d{0,14}$/, url: (value) => `https://t.me/${value}` },
    private: { value: /^[1-9]\d{0,14}\/[1-9]\d{0,14}$/, url: (value) => `https://t.me/c/${value}` },
    /** Internal number of a channel, as in `/c/NUMBER/…`; never reassigned. */
    channel: { value: NUMBER },
  },
  owns: (host) => HOSTS.some((name) => host === name || host.endsWith(`.${name}`)),
  read(page) {
    const [first = '', ...rest] = withoutPreview(page)
    const query = page.query
    const extra = { comment: numberIn(query.get('comment')), topic: numberIn(query.get('thread')) }
    if (first === 'c') return readPrivate(rest, extra)
    const channel = first.toLowerCase()
    const id = postId(rest)
    if (!CHANNEL.test(channel) || RESERVED.has(channel) || id === undefined) return undefined
    return { kind: 'post', value: `${channel}/${id}`, extra: { ...extra, topic: extra.topic ?? topicOf(rest) } }
  },
}

/** Puts `NAME.t.me/7` and `t.me/s/NAME/7` into the one form `NAME/7`. */
function withoutPreview({ host, segments }: Page): readonly string[] {
  const base = HOSTS.find((name) => host.endsWith(`.${name}`))
  const path = base === undefined ? segments : [host.slice(0, -base.length - 1), ...segments]
  return path[0] === 's' ? path.slice(1) : path
}

function readPrivate(
  rest: readonly string[],
  extra: Readonly<Record<string, string | undefined>>,
): Reading | undefined {
  const [internal = '', ...path] = rest
  const id = postId(path)
  if (!NUMBER.test(internal) || id === undefined) return undefined
  const account = `telegram:channel:${internal}`
  return {
    kind: 'private',
    value: `${internal}/${id}`,
    account,
    extra: { ...extra, topic: extra['topic'] ?? topicOf(path) },
  }
}

/** `ID`, or `TOPIC/ID` in a forum: the last number is the post. */
function postId(path: readonly string[]): string | undefined {
  const fits = (path.length === 1 || path.length === 2) && path.every((segment) => NUMBER.test(segment))
  return fits ? path.at(-1) : undefined
}

function topicOf(path: readonly string[]): string | undefined {
  return path.length === 2 ? numberIn(path[0]) : undefined
}

function numberIn(text: string | null | undefined): string | undefined {
  return text != null && NUMBER.test(text) ? text : undefined
}
