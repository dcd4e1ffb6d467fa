import type { Finding } from './finding.ts'

/** What is known of a file after looking for a location in it. `not-checked` is no clean bill: a person should know. */
export type MediaLint =
  | { readonly state: 'clean' }
  | { readonly state: 'finding'; readonly findings: readonly Finding[] }
  | { readonly state: 'not-checked'; readonly reason: string }

/** A place in a file that names a location: the tag, and its bytes. */
export interface LocationTag {
  readonly tag: string
  readonly value: Uint8Array
}

/** What a reader of one format found, and why it may not have seen everything. */
export interface LocationSearch {
  readonly tags: readonly LocationTag[]
  /** Absent where the whole of the file's metadata was read. */
  readonly incomplete?: string
}

/** Names of tags that hold a place: ISO6709 keys of cameras and phones, Matroska's and ffmpeg's `location`. */
export const LOCATION_NAME: RegExp = /location|iso6709|gps|©xyz/i

/** True for bytes that say nothing: no digit but 0, no letter. */
export function isBlank(value: Uint8Array): boolean {
  return !/[1-9\p{L}]/u.test(new TextDecoder().decode(value))
}
