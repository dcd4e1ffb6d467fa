import { Readable } from 'node:stream'
import { type Dispatcher, request } from 'undici'
import { HoldfastError } from '../model/errors.ts'
import { ReplicateError } from './errors.ts'

/** How one engine is reached. */
export interface EngineLine {
  /** As the operator calls it; stands in messages, as the address never does. */
  readonly name: string
  readonly url: URL
  /** Value of the header `Authorization`; never in any message. */
  readonly authorization?: string
  readonly dispatcher: Dispatcher
  readonly waits?: Partial<EngineWaits>
}

export interface EngineWaits {
  /** Milliseconds for a short answer, whole. @default 30000 */
  readonly answerMs: number
  /** Milliseconds of silence while a CAR is sent, or after it: pinning walks all of it. @default 600000 */
  readonly importMs: number
}

const WAITS: EngineWaits = { answerMs: 30_000, importMs: 600_000 }

/** Read before the line takes it, so that disk and line work at once. */
const AHEAD_BYTES = 4_194_304

export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the URL, without a slash in front. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** A stream is a CAR, which may take long; bytes are a short question. */
  readonly body?: AsyncIterable<Uint8Array> | Uint8Array
  /** Bytes beyond which an answer is refused. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface Said {
  readonly status: number
  readonly bytes: Uint8Array
  readonly retryAfterMs: number | undefined
}

/**
 * One request and its whole answer, whatever its status. Redirects are not followed: they could lead the token elsewhere.
 *
 * @throws {ReplicateError} `ENGINE_UNREACHABLE`, `ENGINE_ANSWER_UNKNOWN` for one that is too long. What `body` throws passes
 * through.
 */
export async function ask(line: EngineLine, { body, ...what }: Ask): Promise<Said> {
  const { answerMs, importMs } = { ...WAITS, ...line.waits }
  const source = body === undefined || body instanceof Uint8Array ? undefined : watched(body)
  const short = body instanceof Uint8Array ? body : null
  const silenceMs = source === undefined ? answerMs : importMs
  const signal = source === undefined ? AbortSignal.any([what.signal, AbortSignal.timeout(answerMs)]) : what.signal
  try {
    const answer = await request(addressOf(line, what), {
      ...{ dispatcher: line.dispatcher, method: what.method, signal },
      ...{ headersTimeout: silenceMs, bodyTimeout: silenceMs },
      headers: { ...what.headers, ...(line.authorization === undefined ? {} : { authorization: line.authorization }) },
      body:
        source === undefined ? short : Readable.from(source.body, { objectMode: false, highWaterMark: AHEAD_BYTES }),
    })
    const { 'retry-after': retryAfter } = answer.headers
    const bytes = await readAll(answer.body, what.maxBytes, line.name)
    return { status: answer.statusCode, bytes, retryAfterMs: retryAfterOf(retryAfter) }
  } catch (error) {
    what.signal.throwIfAborted()
    if (source?.fault !== undefined) throw source.fault
    if (error instanceof HoldfastError) throw error
    throw new ReplicateError('ENGINE_UNREACHABLE', `${line.name} ${whyOf(error)}`, {
      hint: 'see that it runs and is reachable, then run the same command again',
    })
  }
}

function addressOf({ url }: EngineLine, { path, query = {} }: Pick<Ask, 'path' | 'query'>): URL {
  const address = new URL(`${url.href.replace(/\/+$/, '')}/${path}`)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  return address
}

/** Remembers what went wrong on our side, which undici would tell as a broken connection. */
function watched(source: AsyncIterable<Uint8Array>): { readonly body: AsyncGenerator<Uint8Array>; fault: unknown } {
  const watch = { fault: undefined as unknown, body: through() }
  async function* through(): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      watch.fault = error
      throw error
    }
  }
  return watch
}

async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > maxBytes) throw new ReplicateError('ENGINE_ANSWER_UNKNOWN', `${name} answers without end`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Not its message, which may hold an address. Source of the codes: undici, docs/docs/api/Errors.md, and Node's own. */
function whyOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'does not answer in time'
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
  if (/TIMEOUT|TIMEDOUT/.test(code)) return `does not answer in time (${code})`
  return `cannot be reached, or broke off (${code})`
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterOf(value: string | string[] | undefined): number | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
