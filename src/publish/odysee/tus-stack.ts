import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client'
import type { Dispatcher } from 'undici'
import { type Answer, exchange, type MovingBody } from './exchange.ts'

/** Answers of an upload have no body of use. */
const MAX_ANSWER_BYTES = 65_536

export interface TusStackOptions {
  readonly dispatcher: Dispatcher
  /** Milliseconds without a byte moving. */
  readonly stallMs: number
  readonly signal: AbortSignal
  /** Looks at each answer before the library does; what it throws ends the upload. */
  check(method: string, answer: Answer): void
  /** @param sent - bytes of this request that have left. */
  onSent(sent: number): void
}

/**
 * What tus-js-client speaks HTTP with, in place of its own: one way out with the configured proxy, no redirects, nothing
 * kept of an answer's body.
 */
export function tusStack(options: TusStackOptions): HttpStack {
  return {
    createRequest: (method, url) => tusRequest(method, url, options),
    getName: () => 'undici',
  }
}

function tusRequest(method: string, url: string, options: TusStackOptions): HttpRequest {
  const headers: Record<string, string> = {}
  const stop = new AbortController()
  const { dispatcher, stallMs, signal } = options
  return {
    getMethod: () => method,
    getURL: () => url,
    setHeader(name, value) {
      headers[name.toLowerCase()] = value
    },
    getHeader: (name) => headers[name.toLowerCase()],
    // The library counts what it hands over; we count what leaves (onSent).
    setProgressHandler: () => undefined,
    async send(body: unknown) {
      if (method !== 'POST' && method !== 'HEAD' && method !== 'PATCH')
        throw new RangeError(`no ${method} in an upload`)
      const limits = {
        timeoutMs: stallMs,
        maxBytes: MAX_ANSWER_BYTES,
        signal: AbortSignal.any([signal, stop.signal]),
      }
      const question = { method, url, headers, ...(isMoving(body) ? { body: counted(body, options) } : {}) } as const
      const answer = await exchange(dispatcher, question, limits)
      options.check(method, answer)
      return tusResponse(answer)
    },
    abort() {
      stop.abort()
      return Promise.resolve()
    },
    getUnderlyingObject: () => undefined,
  }
}

function tusResponse(answer: Answer): HttpResponse {
  return {
    getStatus: () => answer.status,
    getHeader: (name) => answer.header(name.toLowerCase()),
    // A server's words would end up in the library's errors.
    getBody: () => '',
    getUnderlyingObject: () => undefined,
  }
}

function isMoving(body: unknown): body is MovingBody {
  return typeof body === 'object' && body !== null && 'stream' in body && 'bytes' in body
}

function counted(body: MovingBody, { onSent }: Pick<TusStackOptions, 'onSent'>): MovingBody {
  return {
    bytes: body.bytes,
    async *stream(onMove) {
      let sent = 0
      for await (const chunk of body.stream(onMove)) {
        yield chunk
        sent += chunk.length
        onSent(sent)
      }
    },
  }
}
