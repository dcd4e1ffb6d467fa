import type { PublicRole } from './bundle.ts'

/** What a published file may be. */
export interface MediaType {
  readonly mediaType: string
  /** Extension of the neutral name, without the dot. */
  readonly extension: string
  /** Extensions on disk that mean it, lower case; the neutral one is always among them. */
  readonly given: readonly string[]
  readonly kind: 'video' | 'audio' | 'image' | 'text'
}

function type(kind: MediaType['kind'], mediaType: string, ...given: readonly string[]): MediaType {
  return { kind, mediaType, extension: given[0] ?? '', given }
}

/**
 * The whitelist, in the order that numbers files of one role (bundle-v1 2.2): what most people can play comes first.
 * Names are those of the IANA registry where it has one (Matroska: RFC 9559). Caption formats that only one platform reads
 * (srv1 to srv3, json3) are left out, so they stay private.
 */
export const MEDIA_TYPES: readonly MediaType[] = [
  type('video', 'video/mp4', 'mp4', 'm4v'),
  type('video', 'video/webm', 'webm'),
  type('video', 'video/matroska', 'mkv'),
  type('video', 'video/quicktime', 'mov', 'qt'),
  type('video', 'video/ogg', 'ogv'),
  type('video', 'video/mpeg', 'mpg', 'mpeg'),
  type('video', 'video/mp2t', 'ts', 'm2ts', 'mts'),
  type('video', 'video/3gpp', '3gp'),
  type('video', 'video/3gpp2', '3g2'),
  type('video', 'video/x-flv', 'flv'),
  type('video', 'video/x-msvideo', 'avi'),
  type('video', 'video/x-ms-wmv', 'wmv'),
  type('audio', 'audio/mp4', 'm4a'),
  type('audio', 'audio/mpeg', 'mp3'),
  type('audio', 'audio/ogg', 'ogg', 'opus', 'oga'),
  type('audio', 'audio/webm', 'weba'),
  type('audio', 'audio/matroska', 'mka'),
  type('audio', 'audio/flac', 'flac'),
  type('audio', 'audio/wav', 'wav'),
  type('audio', 'audio/aac', 'aac'),
  type('audio', 'audio/aiff', 'aiff', 'aif'),
  type('audio', 'audio/amr', 'amr'),
  type('audio', 'audio/x-ms-wma', 'wma'),
  type('image', 'image/jpeg', 'jpg', 'jpeg'),
  type('image', 'image/png', 'png'),
  type('image', 'image/webp', 'webp'),
  type('image', 'image/avif', 'avif'),
  type('image', 'image/gif', 'gif'),
  type('image', 'image/heic', 'heic'),
  type('text', 'text/vtt', 'vtt'),
  type('text', 'application/x-subrip', 'srt'),
  type('text', 'application/ttml+xml', 'ttml', 'dfxp'),
  type('text', 'text/x-ssa', 'ass', 'ssa'),
]

/** Media type of a file about which nothing is known; never public. */
export const UNKNOWN_MEDIA_TYPE = 'application/octet-stream'

const BY_EXTENSION: ReadonlyMap<string, MediaType> = new Map(
  MEDIA_TYPES.flatMap((t) => t.given.map((e): [string, MediaType] => [e, t])),
)
const BY_NAME: ReadonlyMap<string, MediaType> = new Map(MEDIA_TYPES.map((t) => [t.mediaType, t]))
const RANK: ReadonlyMap<string, number> = new Map(MEDIA_TYPES.map((t, index) => [t.mediaType, index]))

/** The audio-only type of a container that is otherwise video. */
const AUDIO_ONLY: Readonly<Record<string, string>> = {
  'video/mp4': 'audio/mp4',
  'video/webm': 'audio/webm',
  'video/matroska': 'audio/matroska',
  'video/ogg': 'audio/ogg',
}

const KIND_OF_ROLE: Readonly<Record<PublicRole, MediaType['kind']>> = {
  video: 'video',
  audio: 'audio',
  image: 'image',
  subtitles: 'text',
  'automatic-captions': 'text',
  thumbnail: 'image',
}

/** @param extension - without the dot, in any case. @returns undefined when files with it are never public. */
export function mediaTypeOfExtension(extension: string): MediaType | undefined {
  return BY_EXTENSION.get(extension.toLowerCase())
}

export function mediaTypeNamed(mediaType: string): MediaType | undefined {
  return BY_NAME.get(mediaType)
}

/** Type of the same container without pictures; the type itself when it has no such form. */
export function audioOnly(type: MediaType): MediaType {
  return BY_NAME.get(AUDIO_ONLY[type.mediaType] ?? type.mediaType) ?? type
}

/** Place in the whitelist, from 0; unknown types come last. */
export function mediaTypeRank(mediaType: string): number {
  return RANK.get(mediaType) ?? MEDIA_TYPES.length
}

/** True when a file of this type can have this role in a published bundle (bundle-v1 2.3). */
export function fitsRole(type: MediaType, role: PublicRole): boolean {
  return KIND_OF_ROLE[role] === type.kind
}
