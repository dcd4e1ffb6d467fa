import { HoldfastError } from '../model/errors.ts'

export const ANNOUNCE_ERROR_CODES = [
  'RECORD_MALFORMED',
  'RECORD_SIGNATURE_INVALID',
  'RECORD_EXPIRED',
  'RECORD_AHEAD',
  'ROOT_UNTRUE',
  'NAME_UNRESOLVED',
] as const
export type AnnounceErrorCode = (typeof ANNOUNCE_ERROR_CODES)[number]

/** A name record, or the root that it names, is not what docs/spec/announced-root-v1.md asks for. */
export class AnnounceError extends HoldfastError<AnnounceErrorCode> {
  override name = 'AnnounceError' as const
}
