import { HoldfastError } from '../model/errors.ts'

export const CLI_ERROR_CODES = ['USAGE', 'NEEDS_YES', 'ORIGIN_INVALID', 'INTERRUPTED', 'INTERNAL'] as const
export type CliErrorCode = (typeof CLI_ERROR_CODES)[number]

/** What only the command line can get wrong. */
export class CliError extends HoldfastError<CliErrorCode> {
  override name = 'CliError' as const
}
