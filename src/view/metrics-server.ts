import { Hono } from 'hono'
import type { Problem } from '../model/errors.ts'
import type { ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'
import { guard } from './guard.ts'
import { ownNames } from './host-names.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { isLoopback, type ListenAddress, parseListen } from './listen.ts'
import { type OpenServer, openListener } from './listener.ts'
import { exposition } from './metrics.ts'
import type { ReadGauges } from './ports.ts'
import { publicError, refusal } from './refusal.ts'
import type { Tally } from './tally.ts'

export interface MetricsServerOptions {
  /** `ADDRESS:PORT` of loopback; port 0 takes a free one. */
  readonly listen: string
  readonly tally: Tally
  readonly gauges: ReadGauges
  /** Called when the gauges cannot be read. */
  readonly onProblem: (problem: Problem) => void
  readonly signal: AbortSignal
}

/**
 * Opens `/metrics` at an address of its own, and on this computer alone: counts that anybody can watch tell when somebody
 * read, and how much.
 *
 * @throws {ViewError} as {@link openServer}; `LISTEN_REMOTE_REFUSED` for every address that is not loopback.
 */
export async function openMetricsServer(options: MetricsServerOptions): Promise<OpenServer> {
  const { tally, gauges, onProblem, signal } = options
  signal.throwIfAborted()
  const address = loopbackAddress(options.listen)
  const { contentType, text } = exposition(tally, gauges)
  const app = new Hono<ViewEnv>()
  app.use(guard(ownNames(address.host, [])))
  app.get('/metrics', async (c) =>
    c.body(await text(), 200, { 'content-type': contentType, 'cache-control': 'no-store' }),
  )
  app.notFound(() => refusal(new ViewError('NOT_SERVED', 'only /metrics is here')))
  app.onError((error) => {
    onProblem({ code: 'SERVER_FAULT', message: `the metrics cannot be told: ${error.message}` })
    return refusal(publicError(error))
  })
  return await openListener(app, address, { limits: DEFAULT_LIMITS, signal })
}

/** Whether `serve` itself may be reached from elsewhere has no say here. */
function loopbackAddress(text: string): ListenAddress {
  const address = parseListen(text, true)
  if (isLoopback(address.host)) return address
  throw new ViewError('LISTEN_REMOTE_REFUSED', `metrics are not shown to other machines, as ${text} would`, {
    hint: 'use 127.0.0.1, and let the machine that collects them come through a tunnel (ssh -L, WireGuard)',
  })
}
