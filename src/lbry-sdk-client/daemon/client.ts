import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { parseDaemonUrl } from './daemon-url.ts'
import { type CallEffect, LbryDaemonError, type LbryDaemonErrorCode } from './errors.ts'
import {
  type MethodName,
  type MethodSpec,
  PAGED,
  type PagedMethodName,
  type PagedMethods,
  type ParamsOf,
  type ResultOf,
  SINGLE,
} from './methods.ts'
import { listItems } from './pages.ts'
import { parseParams } from './parse-params.ts'
import { type CallContext, parseReply } from './reply.ts'
import { openConnections, post, TransportFault, type TransportFaultKind } from './transport.ts'

export interface DaemonOptions {
  /** @default http://127.0.0.1:5279 */
  readonly url?: string
  /** Allows a daemon on another machine. Whoever reaches its port can spend the wallet. @default false */
  readonly allowRemote?: boolean
  /** Largest reply that is read, in bytes. @default 16 MiB */
  readonly maxReplyBytes?: number
  /** The way to a remote daemon, say through a proxy; it stays the caller's to close. Only with `allowRemote`. */
  readonly dispatcher?: Dispatcher
  /** How names are resolved; loopback is checked on what it gives. @default the system's */
  readonly lookup?: LookupFunction
}

export interface CallOptions {
  /** Of the whole call. @default 1 minute, 2 for what spends, 10 where the daemon hashes, and 10 more with `blocking` */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/**
 * An LBRY daemon, asked over JSON-RPC. Each call is sent once; nothing is repeated here. Make one spending call at a time for a
 * wallet: the second finds no funds until the change of the first is seen (facts 5).
 */
export interface LbryDaemon extends AsyncDisposable {
  readonly url: string
  /**
   * @throws {LbryDaemonError} `LBRY_INPUT_INVALID` before anything is sent; afterwards any other code, with `effect` saying
   *   whether a transaction may be on its way.
   */
  call<M extends MethodName>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>>
  /**
   * All items of a list, page by page. The wallet should stand still meanwhile: a list of the wallet whose length changes
   * between pages ends with `LBRY_LIST_CHANGED`, since something may have slipped from one page to another unseen.
   */
  list<M extends PagedMethodName>(
    method: M,
    params: Omit<PagedMethods[M]['params'], 'page'>,
    options?: CallOptions,
  ): AsyncGenerator<PagedMethods[M]['item'], void, undefined>
}

const DEFAULT_URL = 'http://127.0.0.1:5279'
const MAX_REPLY_BYTES = 16 * 1024 * 1024
/** How long `blocking` lets the daemon wait for the mempool, and a little for its answer (facts 1.1). */
const BLOCKING_MS = 630_000
/** Inputs that are secrets or paths and must not come back in an error. */
const UNREPEATABLE = ['password', 'new_password', 'channel_data', 'file_path', 'download_directory'] as const

const FAULT_CODES: Readonly<Record<TransportFaultKind, LbryDaemonErrorCode>> = {
  connect: 'LBRY_UNREACHABLE',
  remote: 'LBRY_REMOTE_REFUSED',
  lost: 'LBRY_CONNECTION_LOST',
  timeout: 'LBRY_TIMEOUT',
  aborted: 'LBRY_ABORTED',
  'too-large': 'LBRY_REPLY_TOO_LARGE',
}

/**
 * Connects when first asked.
 *
 * @throws {LbryDaemonError} `LBRY_URL_INVALID`, `LBRY_REMOTE_REFUSED`.
 */
export function openDaemon(options: DaemonOptions = {}): LbryDaemon {
  const { allowRemote = false, maxReplyBytes = MAX_REPLY_BYTES, dispatcher, lookup } = options
  const url = parseDaemonUrl(options.url ?? DEFAULT_URL, allowRemote)
  if (dispatcher !== undefined && !allowRemote)
    throw new LbryDaemonError('LBRY_REMOTE_REFUSED', {
      what: 'a dispatcher of your own can lead off this machine, so that it needs allowRemote',
    })
  const connections = dispatcher ?? openConnections(allowRemote, lookup)

  const send = async <P extends object, R>(
    method: string,
    spec: MethodSpec<P, R>,
    given: unknown,
    { signal, timeoutMs }: CallOptions,
  ): Promise<R> => {
    const params = parseParams(method, spec.params, given)
    const call: CallContext = {
      method,
      spends: spec.kind === 'spends' && !isPreview(method, params),
      sent: secrets(params),
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    if (signal?.aborted === true) throw new LbryDaemonError('LBRY_ABORTED', { method, cause: signal.reason })
    const limits = { maxReplyBytes, signal, timeoutMs: timeoutMs ?? timeoutOf(spec.timeoutMs, params) }
    const reply = await post(connections, url, body, limits).catch((error: unknown) => {
      throw error instanceof TransportFault ? daemonErrorOf(error, call) : error
    })
    return parseReply(reply, spec.result, call)
  }

  return {
    url: url.href,
    // The tables are typed method by method (methods.ts); TypeScript cannot follow the lookup by a type parameter.
    call: async <M extends MethodName>(method: M, params: ParamsOf<M>, callOptions: CallOptions = {}) =>
      (await send(method, specOf(method), params, callOptions)) as ResultOf<M>,
    list: (method, params, callOptions = {}) =>
      listItems(method, params, (page) => send(method, PAGED[method], page, callOptions)),
    async [Symbol.asyncDispose]() {
      if (dispatcher === undefined) await connections.destroy()
    },
  }
}

function specOf(method: MethodName): MethodSpec<object, unknown> {
  const spec: MethodSpec<object, unknown> | undefined = Object.hasOwn(PAGED, method)
    ? PAGED[method as PagedMethodName]
    : Object.hasOwn(SINGLE, method)
      ? SINGLE[method as keyof typeof SINGLE]
      : undefined
  if (spec === undefined) throw new LbryDaemonError('LBRY_INPUT_INVALID', { what: 'this client has no such method' })
  return spec
}

/** Whether nothing is sent to the network: `preview`, and for account_fund the lack of `broadcast`. */
function isPreview(method: string, params: object): boolean {
  if (method === 'account_fund') return !('broadcast' in params && params.broadcast === true)
  return 'preview' in params && params.preview === true
}

function timeoutOf(base: number, params: object): number {
  return base + ('blocking' in params && params.blocking === true ? BLOCKING_MS : 0)
}

function secrets(params: object): string[] {
  const entries = Object.entries(params)
  return UNREPEATABLE.flatMap((key) => entries.filter(([name]) => name === key).map(([, value]) => String(value)))
}

function daemonErrorOf({ kind, cause }: TransportFault, { method, spends }: CallContext): LbryDaemonError {
  const notSent = kind === 'connect' || kind === 'remote'
  const effect: CallEffect = spends && !notSent ? 'unknown' : 'none'
  return new LbryDaemonError(FAULT_CODES[kind], { method, effect, cause })
}
