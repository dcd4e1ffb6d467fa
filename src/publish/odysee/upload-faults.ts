import { DetailedError } from 'tus-js-client'
import { PublishError } from '../errors.ts'
import { ExchangeFault } from './exchange.ts'
import { faultError } from './service.ts'

/** Busy, locked by a request that broke, or not there yet: Odysee's own client repeats these too (facts 4.2). */
const PASSING: readonly number[] = [404, 409, 423, 429]

/** What an answer would have to say to be believed. */
export class UploadAnswerUnknown extends Error {
  override name = 'UploadAnswerUnknown' as const
}

/** The address holds an upload of another size. */
export class OtherUpload extends Error {
  override name = 'OtherUpload' as const
}

/** Whether the library should go on by itself. Repeating is safe: it asks how far the upload is before it sends. */
export function isWorthRepeating(error: DetailedError): boolean {
  const status = statusOf(error)
  if (status !== undefined) return status < 400 ? status < 300 : status >= 500 || PASSING.includes(status)
  const { causingError } = error
  return causingError instanceof ExchangeFault && causingError.kind !== 'too-large'
}

/** The HTTP status that ended an upload. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof DetailedError ? error.originalResponse?.getStatus() : undefined
}

/** What really went wrong below the library's error, which holds the whole request with its secrets and goes no further. */
export function causeOf(error: unknown): unknown {
  return error instanceof DetailedError ? (error.causingError ?? error) : error
}

/** @returns what to throw: a file's own fault and an abort as they are. */
export function uploadError(error: unknown): unknown {
  const status = statusOf(error)
  if (status !== undefined) return refusal(status)
  const cause = causeOf(error)
  if (cause instanceof ExchangeFault) return faultError(cause)
  if (cause instanceof UploadAnswerUnknown || cause instanceof OtherUpload) return unknownAnswer()
  return cause instanceof DetailedError ? unknownAnswer() : cause
}

function refusal(status: number): PublishError {
  if (status === 413)
    return new PublishError('FILE_UNPUBLISHABLE', 'Odysee takes no file of this size (HTTP 413)', {
      hint: 'it stays in the archive only',
    })
  if (status < 300 || (status >= 300 && status < 400)) return unknownAnswer()
  return new PublishError('TARGET_NOT_READY', `Odysee does not take the upload now (HTTP ${status})`, {
    hint: 'publish again later: it goes on where it stopped',
  })
}

function unknownAnswer(): PublishError {
  return new PublishError('TARGET_ANSWER_UNKNOWN', 'Odysee answers uploads in a way that this program does not know', {
    hint: 'publish again later; if it stays, its service has changed',
  })
}
