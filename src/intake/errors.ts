import { HoldfastError } from '../model/errors.ts'
import type { FileVerdict } from './layout.ts'

export const INTAKE_ERROR_CODES = [
  'FORMAT_UNKNOWN',
  'PATH_MISSING',
  'PATH_UNREADABLE',
  'DIRECTORY_UNREADABLE',
  'DIRECTORY_TOO_LARGE',
  'DIRECTORY_TOO_DEEP',
  'LINK_NOT_FOLLOWED',
  'NOT_A_REGULAR_FILE',
  'NAME_NOT_UTF8',
  'SIDECAR_TOO_LARGE',
  'SIDECAR_UNREADABLE',
  'SIDECAR_CHANGED',
  'INFO_JSON_TRUNCATED',
  'INFO_JSON_MALFORMED',
  'INFO_JSON_TOO_LARGE',
  'INFO_JSON_TOO_DEEP',
  'INFO_JSON_WRONG_TYPE',
  'MEDIA_WITHOUT_METADATA',
  'MEDIA_MISSING',
  'MEDIA_EMPTY',
  'MEDIA_INCOMPLETE',
  'FIELD_DROPPED',
  'TEXT_CUT',
  'ORIGINAL_UNKNOWN',
  'ORIGINAL_TWICE',
  'TABLE_UNREADABLE',
  'TABLE_TOO_LARGE',
  'TABLE_ENCODING_UNKNOWN',
  'TABLE_MALFORMED',
  'HEADER_MISSING',
  'HEADER_UNKNOWN',
  'HEADER_AMBIGUOUS',
  'MAPPING_INVALID',
  'ROW_FILE_MISSING',
  'ROW_FILE_AMBIGUOUS',
  'ROW_FILE_TWICE',
  'ROW_KEY_TWICE',
  'VALUE_UNREADABLE',
  'DATE_AMBIGUOUS',
  'ACCESS_UNKNOWN',
] as const

export type IntakeErrorCode = (typeof INTAKE_ERROR_CODES)[number]

/** Something on disk that intake could not use. Nearly always a value beside the work that went on, seldom thrown to the caller. */
export class IntakeError extends HoldfastError<IntakeErrorCode> {
  override name = 'IntakeError' as const
}

/** The verdict on a file that was wanted and could not be used. */
export function failed(path: string, error: IntakeError): FileVerdict {
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  return { path, outcome: 'failed', code: error.code, reason: error.message, ...hint }
}

/** The verdict on a file that is of no use here, or that another verdict already explains. */
export function ignored(path: string, reason: string, code?: IntakeErrorCode, hint?: string): FileVerdict {
  return {
    path,
    outcome: 'ignored',
    reason,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
  }
}
