import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher, request } from 'undici'
import { loopbackOnly, NotLoopback } from './daemon-url.ts'

export interface HttpReply {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/** Why there is no reply. Of all but `connect` and `remote`, the daemon may have got the request. */
export type TransportFaultKind = 'connect' | 'remote' | 'lost' | 'timeout' | 'aborted' | 'too-large'

export class TransportFault extends Error {
  override name = 'TransportFault' as const
  readonly kind: TransportFaultKind

  constructor(kind: TransportFaultKind, cause?: unknown) {
    super(kind, { cause })
    this.kind = kind
  }
}

export interface PostLimits {
  readonly timeoutMs: number
  readonly maxReplyBytes: number
  readonly signal?: AbortSignal | undefined
}

const CONNECT_TIMEOUT_MS = 10_000
/** Faults of the time before a byte of the request has left. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Connections of its own to one daemon, kept open between calls; proxies of the environment or of the program do not apply.
 *
 * @param lookup - how names are resolved. @default the system's
 */
export function openConnections(remote: boolean, lookup?: LookupFunction): Dispatcher {
  return new Agent({
    // Answers take as long as the daemon hashes: the limit of each call is the only one.
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 1,
    connections: 8,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(remote ? (lookup === undefined ? {} : { lookup }) : { lookup: loopbackOnly(lookup) }),
    },
  })
}

/**
 * One POST, sent once and never again, redirects left alone, the reply read up to its limit.
 *
 * @throws {TransportFault}
 */
export async function post(dispatcher: Dispatcher, url: URL, body: string, limits: PostLimits): Promise<HttpReply> {
  const { timeoutMs, signal } = limits
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  try {
    const response = await request(url, {
      method: 'POST',
      // No Origin: the daemon answers 403 to any (facts 1.1).
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      dispatcher,
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    })
    return {
      status: response.statusCode,
      contentType: String(response.headers['content-type'] ?? ''),
      body: await readBounded(response.body, Number(response.headers['content-length'] ?? 0), limits.maxReplyBytes),
    }
  } catch (error) {
    if (error instanceof TransportFault) throw error
    if (signal?.aborted === true) throw new TransportFault('aborted', signal.reason)
    if (late.signal.aborted) throw new TransportFault('timeout')
    throw new TransportFault(kindOf(error), error)
  } finally {
    clearTimeout(timer)
  }
}

async function readBounded(
  body: Dispatcher.ResponseData['body'],
  declared: number,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = declared
  if (declared <= maxBytes) {
    bytes = 0
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) continue
      bytes += chunk.length
      if (bytes > maxBytes) break
      chunks.push(chunk)
    }
  }
  if (bytes <= maxBytes) return Buffer.concat(chunks, bytes)
  // Destroying a body that was not read to its end is an error of its own, which nobody waits for.
  body.on('error', () => undefined).destroy()
  throw new TransportFault('too-large')
}

function kindOf(error: unknown): TransportFaultKind {
  if (error instanceof NotLoopback) return 'remote'
  // localhost has two addresses, and both refusals come as one.
  if (error instanceof AggregateError)
    return error.errors.every((one) => kindOf(one) === 'connect') ? 'connect' : 'lost'
  return error instanceof Error && 'code' in error && BEFORE_SENDING.has(error.code) ? 'connect' : 'lost'
}
