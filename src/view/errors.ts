import { HoldfastError } from '../model/errors.ts'

/** The first six are about opening the server; the others are also the first word of an answer's body. */
export const VIEW_ERROR_CODES = [
  'LISTEN_INVALID',
  'LISTEN_REMOTE_REFUSED',
  'PORT_IN_USE',
  'PORT_FORBIDDEN',
  'LISTEN_FAILED',
  'LOG_UNWRITABLE',
  'REQUEST_MALFORMED',
  'REQUEST_TOO_LONG',
  'REQUEST_BODY_REFUSED',
  'METHOD_REFUSED',
  'HOST_REFUSED',
  'FORMAT_REFUSED',
  'DIRECTORY_REQUESTED',
  'NOT_SERVED',
  'NOT_AT_HAND',
  'RANGE_UNSATISFIABLE',
  'GONE',
  'GONE_LEGAL',
  'DAG_UNSUPPORTED',
  'DAG_MALFORMED',
  'DAG_TOO_LARGE',
  'CONTENT_UNAVAILABLE',
  'SERVER_BUSY',
  'SERVER_FAULT',
] as const
export type ViewErrorCode = (typeof VIEW_ERROR_CODES)[number]

/**
 * A server that cannot be opened, or a request that gets no content. Messages of the second kind are sent to whoever
 * asked: they name no local path, no reason of a withdrawal, and repeat nothing of the request.
 */
export class ViewError extends HoldfastError<ViewErrorCode> {
  override name = 'ViewError' as const
}
