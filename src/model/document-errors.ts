import { HoldfastError } from './errors.ts'

export const DOCUMENT_ERROR_CODES = [
  'DOCUMENT_TOO_LARGE',
  'DOCUMENT_MALFORMED',
  'DOCUMENT_NOT_CANONICAL',
  'DOCUMENT_VERSION_UNKNOWN',
  'DOCUMENT_FIELD_INVALID',
] as const

export type DocumentErrorCode = (typeof DOCUMENT_ERROR_CODES)[number]

/** A document of a bundle that breaks bundle-v1. The message names the field and never its content, which is not ours. */
export class DocumentError extends HoldfastError<DocumentErrorCode> {
  override name = 'DocumentError' as const
}
