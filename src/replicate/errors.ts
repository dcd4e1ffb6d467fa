import { HoldfastError } from '../model/errors.ts'

export const REPLICATE_ERROR_CODES = ['BUNDLE_INCOMPLETE'] as const
export type ReplicateErrorCode = (typeof REPLICATE_ERROR_CODES)[number]

/** An engine could not keep a bundle. */
export class ReplicateError extends HoldfastError<ReplicateErrorCode> {
  override name = 'ReplicateError' as const
}
