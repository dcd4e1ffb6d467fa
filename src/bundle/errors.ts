import { HoldfastError } from '../model/errors.ts'

export const BUNDLE_ERROR_CODES = ['FILE_NOT_PUBLIC'] as const

export type BundleErrorCode = (typeof BUNDLE_ERROR_CODES)[number]

/** A published bundle that must not be made as asked. */
export class BundleError extends HoldfastError<BundleErrorCode> {
  override name = 'BundleError' as const
}
