import { HoldfastError } from '../model/errors.ts'

export const PIPELINE_ERROR_CODES = [
  'SELECTION_EMPTY',
  'SELECTION_UNCLEAR',
  'CONDITION_MALFORMED',
  'BUNDLE_NOT_PUBLISHED',
  'WITHDRAWAL_MALFORMED',
  'WITHDRAWAL_UNFINISHED',
  'ORIGINAL_UNCLEAR',
  'OUTPUT_EXISTS',
  'HOLDINGS_HEAD_UNKNOWN',
  'HOME_IS_MIRROR',
] as const
export type PipelineErrorCode = (typeof PIPELINE_ERROR_CODES)[number]

/** What was asked of the pipeline cannot be done as it was asked. */
export class PipelineError extends HoldfastError<PipelineErrorCode> {
  override name = 'PipelineError' as const
}
