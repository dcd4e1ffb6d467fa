import { HoldfastError } from '../model/errors.ts'

export const READ_ERROR_CODES = [
  'SOURCE_UNREACHABLE',
  'SOURCE_ANSWER_TOO_LARGE',
  'SOURCE_REFUSED',
  'SOURCES_EXHAUSTED',
  'MANIFEST_MISSING',
  'MANIFEST_DAMAGED',
  'MANIFEST_INCOMPLETE',
  'MANIFEST_INCONSISTENT',
  'GENESIS_INVALID',
  'HEAD_TOO_OLD',
  'INDEX_DAMAGED',
  'LOOKUP_UNKNOWN',
  'BLOCK_WRONG',
  'BUNDLE_MALFORMED',
  'FILE_NOT_IN_STATEMENT',
  'PROOF_WITHOUT_STATEMENT',
  'OUTPUT_UNWRITABLE',
  'RECEIPT_UNREADABLE',
  'NOT_IN_MANIFEST',
  'REFERENCE_UNCLEAR',
  'BUNDLE_IS_WITHDRAWN',
  'NO_SOURCE',
  'ONION_NEEDS_PROXY',
  'EVIDENCE_UNREADABLE',
  'FORK_UNPROVEN',
  'COPY_DIFFERS',
  'COPY_CONTRADICTED',
  'COPY_UNPROVEN',
  'COPY_ABSENT',
  'BLOB_WRONG',
  'BUNDLE_PARTLY_FETCHED',
] as const
export type ReadErrorCode = (typeof READ_ERROR_CODES)[number]

/** A source or a log that could not be read, or did not check out. */
export class ReadError extends HoldfastError<ReadErrorCode> {
  override name = 'ReadError' as const
}
