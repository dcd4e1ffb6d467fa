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

async function requestOnce(
  url: URL,
  { maxBytes, signal, headers = {} }: HttpGetOptions,
  sent?: Uint8Array,
): Promise<HttpAnswer> {
  const { idleMs, graceMs } = networkSettings()
  const stalled = new AbortController()
  const began = performance.now()
  // Bounds the head of the answer too, which a source could send one byte at a time.
  const grace = setTimeout(() => stalled.abort(), graceMs)
  try {
    const response = await request(url, {
      dispatcher: outbound(),
      ...(sent === undefined ? {} : { method: 'POST', body: sent }),
      headers: { ...headers },
      signal: AbortSignal.any([signal, stalled.signal]),
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
    })
    clearTimeout(grace)
    const body = await readBounded(response, maxBytes, url.host, (bytes) => {
      if (performance.now() - began > graceMs + bytes / SLOWEST_BYTES_PER_MS) stalled.abort()
    })
    return { status: response.statusCode, headers: flatten(response.headers), body }
  } catch (error) {
    if (error instanceof ReadError) throw error
    signal.throwIfAborted()
    const reason = stalled.signal.aborted ? 'it is too slow' : reasonOf(error)
    throw new ReadError('SOURCE_UNREACHABLE', `${url.host} did not answer: ${reason}`, {
      hint: 'check the address and the line, or name another source with --from or --manifest',
      cause: error,
    })
  } finally {
    clearTimeout(grace)
  }
}

/** @param onBytes - called with what has come so far; aborts the request when that is too little. */
async function readBounded(
  response: Dispatcher.ResponseData,
  maxBytes: number,
  host: string,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const tooLarge = (): ReadError =>
    new ReadError(
      'SOURCE_ANSWER_TOO_LARGE',
      `${host} answered with more than the ${maxBytes} bytes that this can have`,
      {
        hint: 'this is not what was asked for: check the address, or name another source',
      },
    )
  const promised = Number(response.headers['content-length'] ?? Number.NaN)
  if (promised > maxBytes) {
    response.body.destroy()
    throw tooLarge()
  }
  // Collecting chunks to join them in the end keeps each byte twice; undici holds an answer to the length that it says.
  const whole = Number.isSafeInteger(promised) ? Buffer.allocUnsafeSlow(promised) : undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes += chunk.length
    if (bytes > maxBytes) {
      response.body.destroy()
      throw tooLarge()
    }
    onBytes(bytes)
    if (whole !== undefined && bytes <= whole.length) whole.set(chunk, bytes - chunk.length)
    else chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }
  if (whole === undefined) return Buffer.concat(chunks, bytes)
  if (chunks.length === 0) return whole.subarray(0, bytes)
  throw new ReadError('SOURCE_UNREACHABLE', `${host} sent another length than it said`)
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
