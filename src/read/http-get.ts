import { type Dispatcher, request } from 'undici'
import { outbound } from './dispatcher.ts'
import { ReadError } from './errors.ts'
import { networkSettings } from './network.ts'
import { requireWayTo } from './onion.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface HttpGetOptions {
  /** The answer is cut off, and refused, beyond this many bytes. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/** Slower than this on average and a source counts as stalled: 1 kB a second, once its grace is over. */
const SLOWEST_BYTES_PER_MS = 1
const REDIRECTS = 3

/**
 * One bounded GET. Redirects stay on the same origin, since only what the operator typed is dialled (docs/SECURITY.md).
 *
 * @throws {ReadError} `SOURCE_UNREACHABLE` (may work later), `SOURCE_ANSWER_TOO_LARGE`, `SOURCE_REFUSED` (redirected away),
 * `ONION_NEEDS_PROXY`.
 */
export async function httpGet(url: string, options: HttpGetOptions): Promise<HttpAnswer> {
  requireWayTo(url)
  let target = new URL(url)
  for (let hop = 0; hop <= REDIRECTS; hop += 1) {
    const answer = await requestOnce(target, options)
    const location = answer.headers['location']
    if (answer.status < 300 || answer.status >= 400 || answer.status === 304 || location === undefined) return answer
    const next = URL.canParse(location, target.href) ? new URL(location, target) : undefined
    if (next?.origin !== target.origin) {
      throw refused(`${target.host} redirects to another host, ${next?.host || location.slice(0, 80)}`)
    }
    target = next
  }
  throw refused(`${target.host} redirects more than ${REDIRECTS} times`)
}

function refused(message: string): ReadError {
  return new ReadError('SOURCE_REFUSED', message, {
    hint: 'only addresses that you typed are dialled: if you trust that one, name it yourself',
  })
}

/**
 * One bounded POST. Redirects are not followed: what is sent is for the address that the operator typed.
 *
 * @throws {ReadError} as {@link httpGet}.
 */
export async function httpPost(url: string, body: Uint8Array, options: HttpGetOptions): Promise<HttpAnswer> {
  requireWayTo(url)
  return requestOnce(new URL(url), options, body)
}

export interface HttpStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** To be read once; leaving it early ends the connection. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * One bounded GET whose body is read while it comes. Redirects are not followed.
 *
 * @throws {ReadError} as {@link httpGet}, also while the body is read; what `read` throws passes through.
 */
export async function httpGetBody<T>(
  url: string,
  options: HttpGetOptions,
  read: (answer: HttpStream) => Promise<T>,
): Promise<T> {
  requireWayTo(url)
  return exchange(new URL(url), options, undefined, read)
}

async function requestOnce(url: URL, options: HttpGetOptions, sent?: Uint8Array): Promise<HttpAnswer> {
  return exchange(url, options, sent, async ({ status, headers, body }) => {
    return { status, headers, body: await gathered(body, Number(headers['content-length'] ?? Number.NaN), url.host) }
  })
}

async function exchange<T>(
  url: URL,
  { maxBytes, signal, headers = {} }: HttpGetOptions,
  sent: Uint8Array | undefined,
  read: (answer: HttpStream) => Promise<T>,
): Promise<T> {
  const { idleMs, graceMs } = networkSettings()
  const stalled = new AbortController()
  // Bounds the head of the answer too, which a source could send one byte at a time.
  const grace = setTimeout(() => stalled.abort(), graceMs)
  /** Faults of the line, which are told apart from those of whoever reads. */
  const translate = (error: unknown): unknown => {
    if (error instanceof ReadError) return error
    signal.throwIfAborted()
    const reason = stalled.signal.aborted ? 'it is too slow' : reasonOf(error)
    return new ReadError('SOURCE_UNREACHABLE', `${url.host} did not answer: ${reason}`, {
      hint: 'check the address and the line, or name another source with --from or --manifest',
      cause: error,
    })
  }
  try {
    const response = await request(url, {
      dispatcher: outbound(),
      ...(sent === undefined ? {} : { method: 'POST', body: sent }),
      headers: { ...headers },
      signal: AbortSignal.any([signal, stalled.signal]),
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
    }).catch((error: unknown) => {
      throw translate(error)
    })
    clearTimeout(grace)
    const body = bounded(response, { maxBytes, host: url.host, graceMs, stalled, translate })
    try {
      return await read({ status: response.statusCode, headers: flatten(response.headers), body })
    } finally {
      // What nobody wanted to read; of its end there is nothing to learn.
      response.body.on('error', () => undefined).destroy()
    }
  } finally {
    clearTimeout(grace)
  }
}

interface Bounds {
  readonly maxBytes: number
  readonly host: string
  readonly graceMs: number
  readonly stalled: AbortController
  readonly translate: (error: unknown) => unknown
}

/** The body in pieces: never more than was allowed, and never slower than a line may be, whoever waits for whom. */
async function* bounded(
  { headers, body }: Dispatcher.ResponseData,
  { maxBytes, host, graceMs, stalled, translate }: Bounds,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0
  let waitedMs = 0
  try {
    if (Number(headers['content-length'] ?? Number.NaN) > maxBytes) throw tooLarge(host, maxBytes)
    const pieces = body[Symbol.asyncIterator]()
    for (;;) {
      const began = performance.now()
      const { done, value } = await pieces.next()
      waitedMs += performance.now() - began
      if (done === true) return
      if (!(value instanceof Uint8Array)) continue
      bytes += value.length
      if (bytes > maxBytes) throw tooLarge(host, maxBytes)
      if (waitedMs > graceMs + bytes / SLOWEST_BYTES_PER_MS) {
        stalled.abort()
        throw new Error('slow')
      }
      yield value
    }
  } catch (error) {
    throw translate(error)
  }
}

function tooLarge(host: string, maxBytes: number): ReadError {
  return new ReadError(
    'SOURCE_ANSWER_TOO_LARGE',
    `${host} answered with more than the ${maxBytes} bytes that this can have`,
    {
      hint: 'this is not what was asked for: check the address, or name another source',
    },
  )
}

/** @param promised - what the answer says that it has, already checked against what it may; NaN for nothing. */
async function gathered(body: AsyncIterable<Uint8Array>, promised: number, host: string): Promise<Uint8Array> {
  // Collecting chunks to join them in the end keeps each byte twice; undici holds an answer to the length that it says.
  let whole: Buffer | undefined
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    // Only now, because a length above what is allowed throws at the first step.
    whole ??= Number.isSafeInteger(promised) ? Buffer.allocUnsafeSlow(promised) : undefined
    bytes += chunk.length
    if (whole !== undefined && bytes <= whole.length) whole.set(chunk, bytes - chunk.length)
    else chunks.push(chunk)
  }
  if (chunks.length > 0 && whole !== undefined)
    throw new ReadError('SOURCE_UNREACHABLE', `${host} sent another length than it said`)
  return whole === undefined ? Buffer.concat(chunks, bytes) : whole.subarray(0, bytes)
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** The network's own word, without addresses. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return code.toLowerCase().replaceAll('_', ' ')
}
