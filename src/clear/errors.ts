import { HoldfastError } from '../model/errors.ts'

export const CLEAR_ERROR_CODES = ['LINT_FILE_UNREADABLE'] as const
export type ClearErrorCode = (typeof CLEAR_ERROR_CODES)[number]

/** What stops the lint of a bundle. What it finds is a value, not an error. */
export class ClearError extends HoldfastError<ClearErrorCode> {
  override name = 'ClearError' as const
}
