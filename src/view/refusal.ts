import { HoldfastError } from '../model/errors.ts'
import { ViewError, type ViewErrorCode } from './errors.ts'

/** What is missing here cannot be an answer to a request. */
const STATUS: Partial<Record<ViewErrorCode, number>> = {
  REQUEST_MALFORMED: 400,
  REQUEST_TOO_LONG: 414,
  REQUEST_BODY_REFUSED: 413,
  METHOD_REFUSED: 405,
  // 421 and not 403: the request reached a server that does not answer for that name. Source: RFC 9110, 15.5.20.
  HOST_REFUSED: 421,
  FORMAT_REFUSED: 406,
  DIRECTORY_REQUESTED: 406,
  NOT_SERVED: 404,
  // For `Cache-Control: only-if-cached`. Source: path-gateway, "Use with only-if-cached".
  NOT_AT_HAND: 412,
  RANGE_UNSATISFIABLE: 416,
  GONE: 410,
  GONE_LEGAL: 451,
  // Source: path-gateway, 400: "its codec is unsupported".
  DAG_UNSUPPORTED: 400,
  DAG_MALFORMED: 500,
  DAG_TOO_LARGE: 500,
  CONTENT_UNAVAILABLE: 503,
  SERVER_BUSY: 503,
  SERVER_FAULT: 500,
}
const RETRY_AFTER_SECONDS: Partial<Record<ViewErrorCode, string>> = { CONTENT_UNAVAILABLE: '60', SERVER_BUSY: '1' }
/** Codes of the block source that a reader may know, because they tell it whether another source could help. */
const BLOCK_FAULTS: Readonly<Record<string, string>> = {
  BLOCK_DAMAGED: 'this copy no longer matches its content ID; ask another source',
  BLOCK_MISSING: 'this copy is not at hand just now; ask again later, or another source',
  FILE_CHANGING: 'this copy is being written to; ask again later, or another source',
}

/** The answer to a request that gets no content: plain text that begins with the code, and never cached. */
export function refusal(error: ViewError, headers: Readonly<Record<string, string>> = {}): Response {
  const retryAfter = RETRY_AFTER_SECONDS[error.code]
  return new Response(`${error.code}: ${error.message}\n`, {
    status: statusOf(error),
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...headers,
    },
  })
}

/** What may be said of any failure to somebody far away; the failure itself stays the cause, for the operator. */
export function publicError(error: unknown): ViewError {
  if (error instanceof ViewError) return error
  const code = error instanceof HoldfastError ? error.code : ''
  const sentence = Object.hasOwn(BLOCK_FAULTS, code) ? BLOCK_FAULTS[code] : undefined
  if (sentence !== undefined) return new ViewError('CONTENT_UNAVAILABLE', `${sentence} (${code})`, { cause: error })
  return new ViewError('SERVER_FAULT', 'this server met a fault; its operator has been told', { cause: error })
}

/** The HTTP status of a refusal. */
export function statusOf({ code }: ViewError): number {
  return STATUS[code] ?? 500
}
