import { HoldfastError } from '../model/errors.ts'

export const READ_ERROR_CODES = [
  'SOURCE_UNREACHABLE',
  'SOURCE_ANSWER_TOO_LARGE',
  'SOURCE_REFUSED',
  'SOURCES_EXHAUSTED',
  'MANIFEST_MISSING',
  'MANIFEST_DAMAGED',
  'MANIFEST_INCONSISTENT',
  'GENESIS_INVALID',
  'HEAD_TOO_OLD',
  'HEAD_ROLLED_BACK',
  'INDEX_DAMAGED',
  'LOOKUP_UNKNOWN',
  'BLOCK_WRONG',
  'DAG_MALFORMED',
  'FILE_NOT_IN_STATEMENT',
  'PROOF_INVALID',
  'OUTPUT_UNWRITABLE',
] as const
export type ReadErrorCode = (typeof READ_ERROR_CODES)[number]

/** A source or a log that could not be read, or did not check out. */
export class ReadError extends HoldfastError<ReadErrorCode> {
  override name = 'ReadError' as const
}
