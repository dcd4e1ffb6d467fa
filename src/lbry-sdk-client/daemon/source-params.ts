import * as v from 'valibot'
import * as is from './checks.ts'
import type { FieldsOf } from './claim-fields.ts'

/** Where the bytes are: a file that the daemon reads, or blobs that are served by somebody already. */
export interface SourceParams {
  /** Absolute, as the daemon sees it. Never together with `sd_hash`. */
  readonly file_path?: string
  readonly sd_hash?: string
  readonly file_name?: string
  /** Bytes. */
  readonly file_size?: number
  /** SHA-384 of the plain file. Nobody on the network checks it. */
  readonly file_hash?: string
  /** These two let ffmpeg on the daemon's machine judge or re-encode the file: other bytes are published then. */
  readonly validate_file?: boolean
  readonly optimize_file?: boolean
}

export const source: FieldsOf<SourceParams> = {
  file_path: v.exactOptional(is.absolutePath),
  sd_hash: v.exactOptional(is.sha384),
  file_name: v.exactOptional(is.filledWords),
  file_size: v.exactOptional(is.count),
  file_hash: v.exactOptional(is.sha384),
  validate_file: v.exactOptional(is.flag),
  optimize_file: v.exactOptional(is.flag),
}

const KEYS = ['file_path', 'sd_hash', 'file_name', 'file_size', 'file_hash'] as const

/** Whether it says where the bytes are, and says it once: a file with an sd_hash is refused by the daemon. */
export function hasSource(params: SourceParams): boolean {
  const given = KEYS.filter((key) => key in params)
  return 'file_path' in params ? given.length === 1 : given.length === KEYS.length - 1
}

/** For updates, which may leave the bytes as they are. */
export function keepsOrHasSource(params: SourceParams): boolean {
  return hasSource(params) || !KEYS.some((key) => key in params)
}

export const NO_SOURCE = 'Either file_path or all of sd_hash, file_name, file_size and file_hash must be given'
