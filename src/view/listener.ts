import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'
import { MAX_HEADER_BYTES, MAX_HEADERS, type ServerLimits } from './limits.ts'
import { type ListenAddress, urlOf } from './listen.ts'
import { refusal } from './refusal.ts'

export interface OpenServer extends AsyncDisposable {
  /** Root URL without a trailing slash. */
  readonly url: string
  /** Stops listening, gives answers under way a moment, then ends them. May be called again. */
  close(): Promise<void>
}

/**
 * Answers at an address until it is closed, or `signal` is aborted. Resolves once it accepts connections.
 *
 * @throws {ViewError} `PORT_IN_USE`, `PORT_FORBIDDEN` or `LISTEN_FAILED`.
 */
export async function openListener(
  app: Hono<ViewEnv>,
  address: ListenAddress,
  { limits, signal }: { readonly limits: ServerLimits; readonly signal: AbortSignal },
): Promise<OpenServer> {
  const server = boundedServer(app, limits)
  const port = await listen(server, address)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', onAbort)
    closing ??= closeServer(server, limits.closeMs)
    return closing
  }
  const onAbort = (): void => void close()
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return { url: urlOf({ ...address, port }), close, [Symbol.asyncDispose]: close }
}

function boundedServer(app: Hono<ViewEnv>, limits: ServerLimits): Server {
  const listener = getRequestListener(app.fetch, {
    // Replacing the global Request and Response would reach into code that has nothing to do with serving.
    overrideGlobalObjects: false,
    errorHandler: () => refusal(new ViewError('REQUEST_MALFORMED', 'this is no request that can be understood')),
  })
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.headMs,
      // The few requests with a body have a small one, so the head is nearly all of a request.
      requestTimeout: limits.headMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headMs),
      keepAliveTimeout: limits.keepAliveMs,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  )
  server.maxConnections = limits.connections
  server.maxHeadersCount = MAX_HEADERS
  server.maxRequestsPerSocket = limits.requestsPerConnection
  server.timeout = limits.idleMs
  // Nobody is told to go on with a body that is refused anyway.
  server.on('checkContinue', (_, outgoing) => outgoing.writeHead(417, { connection: 'close' }).end())
  return server
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (cause) {
    throw listenError(cause, { host, port })
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : port
}

function listenError(cause: unknown, { host, port }: ListenAddress): ViewError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    return new ViewError('PORT_IN_USE', `port ${port} of ${host} is in use`, {
      cause,
      hint: 'another `holdfast serve` may be running; stop it, or choose another port with --listen (0 takes a free one)',
    })
  }
  if (code === 'EACCES') {
    return new ViewError('PORT_FORBIDDEN', `port ${port} of ${host} may not be opened by this user`, {
      cause,
      hint: 'choose a port above 1023 with --listen',
    })
  }
  return new ViewError('LISTEN_FAILED', `cannot listen on ${host}, port ${port}`, {
    cause,
    hint: 'check that this machine has that address',
  })
}

async function closeServer(server: Server, closeMs: number): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A connection falls idle when its answer ends; it would otherwise be kept for a request that cannot come.
  const sweep = setInterval(() => server.closeIdleConnections(), 20)
  const end = setTimeout(() => server.closeAllConnections(), closeMs)
  try {
    await closed
  } finally {
    clearInterval(sweep)
    clearTimeout(end)
  }
}
