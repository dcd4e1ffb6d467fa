export const LBRY_STREAM_ERROR_CODES = [
  'STREAM_BLOB_UNAVAILABLE',
  'STREAM_BLOB_WRONG',
  'STREAM_CHUNKING_UNKNOWN',
  'STREAM_DESCRIPTOR_INVALID',
  'STREAM_FILE_CHANGED',
  'STREAM_FILE_DIFFERS',
  'STREAM_FILE_EMPTY',
  'STREAM_FILE_TOO_LARGE',
  'STREAM_FILE_UNREADABLE',
  'STREAM_NAME_TOO_LONG',
  'STREAM_SECRET_INVALID',
] as const
export type LbryStreamErrorCode = (typeof LBRY_STREAM_ERROR_CODES)[number]

/** What can go wrong between a file and the LBRY stream that stands for it. Codes are never renamed or reused. */
export class LbryStreamError extends Error {
  override name = 'LbryStreamError' as const
  readonly code: LbryStreamErrorCode
  /** One sentence telling an operator what to do next; absent when there is nothing useful to say. */
  readonly hint: string | undefined

  constructor(code: LbryStreamErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options)
    this.code = code
    this.hint = options.hint
  }
}
