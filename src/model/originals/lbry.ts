import { isWithin, type Page, type Platform, type Reading } from './platform.ts'
import { decodeOnce } from './read-url.ts'
import { sha256Hex } from './sha256-hex.ts'

const CLAIM_ID = /^[0-9a-f]{40}$/
/** One part of a LBRY URL: a name and what tells claims of that name apart [lbry-sdk lbry/schema/url.py]. */
const PART = /^(@?)([^\s=&#:$@%?/;"<>{}|^~[\]\\*\p{Cc}]{1,255})(?:[:#]([0-9a-f]{1,40})|([*$]\d{1,10}))?$/iu
/** What daemons and explorers print: a whole claim id, or a transaction and the number of an output, in any case. */
const BARE_CLAIM = /^[0-9a-f]{40}$/i
const BARE_OUTPUT = /^[0-9a-f]{64}:(?:0|[1-9]\d{0,4})$/i
/** Stream servers of the hosted service put the whole claim id into their paths. */
const STREAM_HOSTS = ['odycdn.com', 'lbryplayer.xyz', 'player.odysee.com'] as const

export const lbry: Platform = {
  name: 'lbry',
  kinds: {
    claim: { value: CLAIM_ID },
    /** One version of a claim: transaction and output number. */
    output: { value: /^[0-9a-f]{64}:(?:0|[1-9]\d{0,4})$/ },
    /** Digest of a URL whose claim id is shortened: only the network knows which claim it means, and names are no key. */
    url: { value: /^[0-9a-f]{64}$/, alias: true },
  },
  owns: (host) => ['odysee.com', 'lbry.tv', 'open.lbry.com', ...STREAM_HOSTS].some((domain) => isWithin(host, domain)),
  read(page) {
    if (STREAM_HOSTS.some((domain) => isWithin(page.host, domain))) {
      const id = page.segments.find((segment) => CLAIM_ID.test(segment))
      return id === undefined ? undefined : { kind: 'claim', value: id }
    }
    return readParts(partsOf(page))
  },
}

/** Reads `lbry://@channel#P/name#P`; returns nothing for any other scheme or a malformed name. */
export function readLbryUri(text: string): Reading | undefined {
  const parts = partsOfUri(text)
  return parts === undefined ? undefined : readParts(parts)
}

/** The key of an id as programs print it, without any scheme; nothing for other text. */
export function keyOfBareId(text: string): string | undefined {
  if (BARE_CLAIM.test(text)) return `lbry:claim:${text.toLowerCase()}`
  return BARE_OUTPUT.test(text) ? `lbry:output:${text.toLowerCase()}` : undefined
}

/** One part of an address on LBRY. */
export interface LbryPart {
  /** As names compete on the network, see {@link foldName}; a channel's begins with `@`. */
  readonly name: string
  /** First digits of the claim id, or all 40; lower case. */
  readonly idPrefix?: string
}

/** What an address says about a claim. */
export interface LbryAddress {
  readonly channel?: LbryPart
  readonly claim: LbryPart
}

/** Reads the parts of `lbry://…`, or of a page of Odysee; nothing for what names no claim. */
export function readLbryAddress(where: string | Page): LbryAddress | undefined {
  const parts = typeof where === 'string' ? partsOfUri(where) : partsOf(where)
  const [first, second, ...more] = (parts ?? []).filter((part) => part !== '').map((part) => PART.exec(part))
  if (!first || more.length > 0 || (second !== undefined && (!second || !first[1] || second[1]))) return undefined
  return second ? { channel: partOf(first), claim: partOf(second) } : { claim: partOf(first) }
}

function partOf(part: RegExpExecArray): LbryPart {
  const idPrefix = part[3]?.toLowerCase()
  return { name: `${part[1]}${foldName(part[2] ?? '')}`, ...(idPrefix === undefined ? {} : { idPrefix }) }
}

function partsOfUri(text: string): readonly string[] | undefined {
  const path = /^lbry:(?:\/\/)?(.*)$/is.exec(text)?.[1]
  if (path === undefined || path.length > 1_200) return undefined
  return decodeOnce(path.split('?')[0] ?? '').split('/')
}

function partsOf({ segments, hash }: Page): readonly string[] {
  // `open.lbry.com/@channel#P/name#P` arrives with its second half in the fragment.
  const whole = /^#[0-9a-f]{1,40}(?:$|\/)/i.test(hash)
    ? `${segments.join('/')}${decodeOnce(hash)}`.split('/')
    : segments
  if (whole[0] !== '$') return whole
  if (!['embed', 'download', 'stream'].includes(whole[1] ?? '')) return []
  const [name = '', id = ''] = whole.slice(2)
  // The old forms `/$/embed/NAME/CLAIMID` and `/$/download/NAME/CLAIMID`.
  return CLAIM_ID.test(id) && !name.startsWith('@') ? [`${name}:${id}`] : whole.slice(2)
}

function readParts(given: readonly string[]): Reading | undefined {
  const parts = given.filter((part) => part !== '').map((part) => PART.exec(part))
  const [first, second] = parts
  if (!first || parts.length > 2 || (parts.length === 2 && (!second || !first[1] || second[1]))) return undefined
  const channel = second ? claimIn(first) : undefined
  const account = channel === undefined ? undefined : `lbry:claim:${channel}`
  const claim = claimIn(second ?? first)
  if (claim !== undefined) return { kind: 'claim', value: claim, account }
  const normal = [first, ...(second ? [second] : [])].map(normalPart).join('/')
  return { kind: 'url', value: sha256Hex(`lbry://${normal}`), account }
}

function claimIn(part: RegExpExecArray): string | undefined {
  const id = part[3]?.toLowerCase()
  return id !== undefined && CLAIM_ID.test(id) ? id : undefined
}

function normalPart(part: RegExpExecArray): string {
  const id = part[3] === undefined ? (part[4] ?? '') : `#${part[3].toLowerCase()}`
  return `${part[1]}${foldName(part[2] ?? '')}${id}`
}

/** NFD and case folding, as names compete on the network. Folding differs from lower case in these two letters of ours. */
export function foldName(name: string): string {
  return name.normalize('NFD').toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ')
}
