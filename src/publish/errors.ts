import { HoldfastError } from '../model/errors.ts'

export const PUBLISH_ERROR_CODES = [
  'TARGET_UNREACHABLE',
  'TARGET_NOT_READY',
  'TARGET_UNSUITABLE',
  'TARGET_LOCKED',
  'TARGET_ANSWER_UNKNOWN',
  'TARGET_REFUSED',
  'TARGET_TOKEN_REFUSED',
  'TARGET_FUNDS_LOW',
  'CHANNEL_MISSING',
  'CHANNEL_AMBIGUOUS',
  'CLAIM_NAME_TAKEN',
  'CLAIM_UNSURE',
  'CLAIM_WAITS_FOR_BLOCK',
  'CLAIM_GONE',
  'PUBLISHED_BYTES_DIFFER',
  'FILE_UNPUBLISHABLE',
] as const
export type PublishErrorCode = (typeof PUBLISH_ERROR_CODES)[number]

/** A target could not publish, now or ever. */
export class PublishError extends HoldfastError<PublishErrorCode> {
  override name = 'PublishError' as const
}
