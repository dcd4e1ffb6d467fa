import type { ReadableStream } from 'node:stream/web'
import { contentRange, requestedRange, unsatisfiedRange } from './byte-range.ts'
import { isNotModified, isRangeStillMeant } from './conditional.ts'
import { ViewError } from './errors.ts'
import { refusal } from './refusal.ts'
import type { ByteRange } from './walk.ts'

/** The request, as far as it decides which bytes are sent. */
export interface BytesRequest {
  readonly head: boolean
  header(name: string): string | undefined
}

/** A body of known size. */
export interface BytesBody {
  /** With its quotes. */
  readonly etag: string
  readonly size: number
  readonly headers: Readonly<Record<string, string>>
  /** Called at most once, and only when bytes are really sent. */
  open(range: ByteRange): Promise<Uint8Array | ReadableStream<Uint8Array>>
}

/** Answers with the whole, a part, "not modified" or "no such part". Ranges count for GET only (RFC 9110 14.2). */
export async function answerBytes(request: BytesRequest, { etag, size, headers, open }: BytesBody): Promise<Response> {
  if (isNotModified(request.header('if-none-match'), etag)) return notModified(etag, headers)
  const all = { ...headers, etag, 'accept-ranges': 'bytes' }
  if (request.head) return new Response(null, { headers: { ...all, 'content-length': `${size}` } })
  const meant = isRangeStillMeant(request.header('if-range'), etag)
  const wanted = requestedRange(meant ? request.header('range') : undefined, size)
  if (wanted.kind === 'unsatisfiable') {
    return refusal(new ViewError('RANGE_UNSATISFIABLE', 'the body ends before that'), {
      'content-range': unsatisfiedRange(size),
    })
  }
  const range = wanted.kind === 'part' ? wanted.range : { start: 0, end: size }
  const part = wanted.kind === 'part' ? { 'content-range': contentRange(range, size) } : {}
  return new Response(await open(range), {
    status: wanted.kind === 'part' ? 206 : 200,
    headers: { ...all, ...part, 'content-length': `${range.end - range.start}` },
  })
}

/** A 304 repeats what a cache needs to go on (RFC 9110 15.4.5). */
export function notModified(etag: string, headers: Readonly<Record<string, string>>): Response {
  const kept = Object.entries(headers).filter(
    ([name]) => name === 'cache-control' || name === 'vary' || name === 'content-location',
  )
  return new Response(null, { status: 304, headers: { ...Object.fromEntries(kept), etag } })
}
