import { Readable } from 'node:stream'
import { type Dispatcher, request } from 'undici'

export interface Question {
  readonly method: 'GET' | 'HEAD' | 'PATCH' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | MovingBody
}

/** A body that is read as it is sent. */
export interface MovingBody {
  readonly bytes: number
  /** @param onMove - to be called whenever bytes leave. */
  stream(onMove: () => void): AsyncGenerator<Uint8Array, void, undefined>
}

export interface Answer {
  readonly status: number
  readonly contentType: string
  /** Of a `Retry-After`. */
  readonly retryAfterMs: number | undefined
  readonly body: Uint8Array
  header(name: string): string | undefined
}

export interface ExchangeLimits {
  /** Of the whole exchange; with a moving body since the last bytes that left. */
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** Why there is no answer. Of all but `connect`, the other side may have got the question. */
export type ExchangeFaultKind = 'connect' | 'lost' | 'timeout' | 'too-large'

/** Keeps no cause: what undici throws can carry the reply, and with it whatever a server repeats of a token. */
export class ExchangeFault extends Error {
  override name = 'ExchangeFault' as const
  readonly kind: ExchangeFaultKind
  /** Of the system, like `ECONNRESET`. */
  readonly systemCode: string | undefined

  constructor(kind: ExchangeFaultKind, systemCode?: string) {
    super(systemCode === undefined ? kind : `${kind} (${systemCode})`)
    this.kind = kind
    this.systemCode = systemCode
  }
}

const BEFORE_SENDING: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * One request, sent once, over the one way out; redirects are left alone, and the answer is read up to its limit.
 *
 * @throws {ExchangeFault} what went wrong; what a moving body throws, and the signal's reason, as they are.
 */
export async function exchange(dispatcher: Dispatcher, question: Question, limits: ExchangeLimits): Promise<Answer> {
  const { method, url, headers, body } = question
  const { timeoutMs, maxBytes, signal } = limits
  signal.throwIfAborted()
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  const sent = watched(body, () => timer.refresh())
  try {
    const response = await request(url, {
      ...{ method, dispatcher, headersTimeout: 0, bodyTimeout: 0, body: sent.body },
      headers: typeof body === 'object' ? { ...headers, 'content-length': String(body.bytes) } : headers,
      signal: AbortSignal.any([signal, late.signal]),
    })
    return await answerOf(response, method, maxBytes)
  } catch (error) {
    signal.throwIfAborted()
    // A fault of our own disk must not be taken for one of the line.
    if (sent.fault !== undefined) throw sent.fault
    if (error instanceof ExchangeFault) throw error
    throw late.signal.aborted ? new ExchangeFault('timeout') : faultOf(error)
  } finally {
    clearTimeout(timer)
  }
}

/** A body as undici takes it, and what went wrong while it was read. */
function watched(
  body: Question['body'],
  onMove: () => void,
): { readonly body: string | Readable | null; readonly fault: unknown } {
  if (typeof body !== 'object') return { body: body ?? null, fault: undefined }
  let fault: unknown
  async function* chunks({ stream }: MovingBody): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* stream(onMove)
    } catch (error) {
      fault = error
      throw error
    }
  }
  return {
    body: Readable.from(chunks(body)),
    get fault() {
      return fault
    },
  }
}

async function answerOf(response: Dispatcher.ResponseData, method: string, maxBytes: number): Promise<Answer> {
  const header = (name: string): string | undefined => [response.headers[name]].flat()[0]
  return {
    status: response.statusCode,
    contentType: header('content-type') ?? '',
    retryAfterMs: retryAfterOf(header('retry-after')),
    header,
    body: method === 'HEAD' ? await skip(response.body) : await readBounded(response.body, maxBytes),
  }
}

async function readBounded(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes += chunk.length
    if (bytes > maxBytes) {
      // Destroying a body that was not read to its end is an error of its own, which nobody waits for.
      body.on('error', () => undefined).destroy()
      throw new ExchangeFault('too-large')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

async function skip(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  await body.dump({ limit: 0 })
  return new Uint8Array()
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

function faultOf(error: unknown): ExchangeFault {
  if (error instanceof AggregateError) {
    const faults = error.errors.map(faultOf)
    return faults.find(({ kind }) => kind !== 'connect') ?? faults[0] ?? new ExchangeFault('lost')
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const clean = code !== undefined && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined
  return new ExchangeFault(clean !== undefined && BEFORE_SENDING.has(clean) ? 'connect' : 'lost', clean)
}
