import type { FileRole } from '../../../model/bundle.ts'
import { mediaTypeOfExtension, UNKNOWN_MEDIA_TYPE } from '../../../model/media-type.ts'

/** What the part of a name behind the stem says of a file; the `.info.json` decides the rest. */
export type Sidecar =
  | { readonly kind: 'info' }
  /** Video, or audio, or (for posts of pictures) an image: see `mediaType` and the `.info.json`. */
  | { readonly kind: 'media'; readonly extension: string }
  /** `variant`: id of one of several thumbnails; absent for the one that was chosen. */
  | { readonly kind: 'picture'; readonly extension: string; readonly variant?: string }
  /** `given`: the platform's word for the language. */
  | { readonly kind: 'subtitles'; readonly extension: string; readonly given: string }
  | { readonly kind: 'private'; readonly role: FileRole; readonly mediaType: string }
  /** Left by a download that was interrupted. */
  | { readonly kind: 'partial' }
  /** One format of a video whose sound was to be merged into it. */
  | { readonly kind: 'unmerged' }
  | { readonly kind: 'link' }

const INFO = '.info.json'
/** yt-dlp writes these while it works: `--part`, fragments, `--continue` state, temporary files of post-processors. */
const PARTIAL = /(^|\.)(part(-Frag\d+)?|ytdl|temp)(\.[a-z0-9]+)?$/i
/** `NAME.f137.mp4`, `NAME.fhls-audio.m4a`: a format id between stem and extension. */
const UNMERGED = /^f[0-9a-z_+-]+\.([0-9a-z]+)$/i
const LINKS: ReadonlySet<string> = new Set(['url', 'webloc', 'desktop'])
/** Chat that a platform calls subtitles; words of private people. */
const CHAT = /^(live_chat|rechat|danmaku)\./i
/** Caption formats that one platform alone reads: kept, never public. */
const PRIVATE_CAPTIONS: ReadonlySet<string> = new Set([
  'srv1',
  'srv2',
  'srv3',
  'json3',
  'json',
  'lrc',
  'sbv',
  'scc',
  'xml',
])
const FIXED: ReadonlyMap<string, readonly [FileRole, string]> = new Map<string, readonly [FileRole, string]>([
  ['description', ['description', 'text/plain']],
  ['annotations.xml', ['annotations', 'application/xml']],
  ['comments.json', ['comments', 'application/json']],
])

/** Stem of an `.info.json`; undefined for any other name. */
export function stemOfInfo(name: string): string | undefined {
  return name.toLowerCase().endsWith(INFO) && name.length > INFO.length ? name.slice(0, -INFO.length) : undefined
}

/**
 * Sorts a file by the part of its name that yt-dlp's own rules make: what follows the stem and a dot.
 *
 * @param suffix - such as `mp4`, `info.json`, `zh-Hans.vtt`, `f137.mp4.part`.
 */
export function readSuffix(suffix: string): Sidecar {
  if (suffix.toLowerCase() === 'info.json') return { kind: 'info' }
  if (PARTIAL.test(suffix)) return { kind: 'partial' }
  const fixed = FIXED.get(suffix.toLowerCase())
  if (fixed !== undefined) return { kind: 'private', role: fixed[0], mediaType: fixed[1] }
  if (CHAT.test(suffix))
    return {
      kind: 'private',
      role: 'live-chat',
      mediaType: suffix.endsWith('.xml') ? 'application/xml' : 'application/json',
    }
  const dot = suffix.lastIndexOf('.')
  return byExtension(suffix, dot === -1 ? undefined : suffix.slice(0, dot), suffix.slice(dot + 1))
}

function byExtension(suffix: string, middle: string | undefined, extension: string): Sidecar {
  const kind = mediaTypeOfExtension(extension)?.kind
  if (LINKS.has(extension.toLowerCase())) return { kind: 'link' }
  if (UNMERGED.test(suffix) && (kind === 'video' || kind === 'audio')) return { kind: 'unmerged' }
  if (kind === 'image') return { kind: 'picture', extension, ...(middle === undefined ? {} : { variant: middle }) }
  if (kind === 'text' && middle !== undefined) return { kind: 'subtitles', extension, given: middle }
  if ((kind === 'video' || kind === 'audio') && middle === undefined) return { kind: 'media', extension }
  const mediaType = PRIVATE_CAPTIONS.has(extension.toLowerCase()) ? 'text/plain' : UNKNOWN_MEDIA_TYPE
  return { kind: 'private', role: 'other', mediaType }
}
