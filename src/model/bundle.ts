/** What a file is for inside a bundle. The words are those of docs/spec/vocabulary.md. */
export const PUBLIC_ROLES = ['video', 'audio', 'image', 'subtitles', 'automatic-captions', 'thumbnail'] as const
/** Roles that are kept, addressed and verified, but never part of a published root. */
export const PRIVATE_ROLES = [
  'source-metadata',
  'description',
  'live-chat',
  'comments',
  'annotations',
  'link',
  'capture',
  'other',
] as const
/** The roles that a `bundle/1` statement lists; everything else public is in `files.json` only. */
export const MEDIA_ROLES: readonly PublicRole[] = ['video', 'audio', 'image']

export type PublicRole = (typeof PUBLIC_ROLES)[number]
export type PrivateRole = (typeof PRIVATE_ROLES)[number]
export type FileRole = PublicRole | PrivateRole

/** One public file of a bundle, as `files.json` lists it. */
export interface BundleFile {
  /** Neutral name made by us from role, language and number, such as `video.mp4` or `subtitles.ug-Arab.vtt`. */
  readonly path: string
  /** CIDv1 of the file's UnixFS root, base32. */
  readonly cid: string
  /** Size in bytes. */
  readonly bytes: number
  /** SHA-256 of the whole file, 64 lower-case hex digits. */
  readonly sha256: string
  readonly mediaType: string
  readonly role: PublicRole
  /** BCP 47 tag, for subtitles and captions. */
  readonly language?: string
}

/** A text with what is known of its language. */
export interface LanguageText {
  /** BCP 47 tag, with a script where a language is written in several; `und` when unknown. */
  readonly language: string
  /** NFC, line ends as `\n`, without control and bidi-control characters. */
  readonly value: string
}

/** Where the testimony was public. */
export interface BundleOriginal {
  /** `platform:kind:id`, see docs/spec/vocabulary.md; what cannot be resolved offline is an alias key such as `facebook:short:v/X`. */
  readonly key: string
  /** Rebuilt from the key, never as given; absent where no URL can be rebuilt. */
  readonly url?: string
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, as precise as the source says. */
  readonly publishedAt?: string
  /** The account that published it, as a key with an immutable id (`youtube:channel:UC…`); never a name or handle. */
  readonly account?: string
}

/** The content of `bundle.json`; strict, deterministic, the same on every machine. Its schema is docs/spec/bundle-v1.md. */
export interface BundleDocument {
  readonly schema: 'holdfast-bundle/1'
  readonly title: readonly LanguageText[]
  readonly description?: readonly LanguageText[]
  /** Languages spoken, BCP 47. */
  readonly languages?: readonly string[]
  readonly publishedAt?: string
  readonly durationMs?: number
  readonly tags?: readonly string[]
  readonly chapters?: readonly { readonly startMs: number; readonly endMs?: number; readonly title: string }[]
  readonly originals: readonly BundleOriginal[]
  readonly license?: string
}
