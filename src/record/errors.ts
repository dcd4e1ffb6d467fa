import { HoldfastError } from '../model/errors.ts'

export const RECORD_ERROR_CODES = [
  'LOG_DAMAGED',
  'HEAD_BEHIND',
  'HEAD_FORKED',
  'HEAD_UNSURE',
  'QUORUM_PENDING',
  'STATEMENT_REFUSED',
  'LOG_HALTED',
] as const
export type RecordErrorCode = (typeof RECORD_ERROR_CODES)[number]

/** The log could not be written on, or must not be. */
export class RecordError extends HoldfastError<RecordErrorCode> {
  override name = 'RecordError' as const
}
