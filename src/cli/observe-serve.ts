import type { ServedLog } from '../pipeline/mirror/served-home.ts'
import { VERSION } from '../version.ts'
import type { ServerOptions } from '../view/server.ts'
import { createTally } from '../view/tally.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'

/** What a server is opened with so that its operator can watch it. Disposing of it closes the metrics and ends the log. */
export interface ObservedServe
  extends AsyncDisposable,
    Required<Pick<ServerOptions, 'content' | 'tally' | 'onProblem'>> {
  /** Root URL of the metrics; undefined when they are off. */
  readonly metrics: string | undefined
}

/**
 * Counts, and opens what `[serve]` asks for: `/metrics`, the log, both or neither. Their packages are loaded only then.
 *
 * @param size - statements under the head that is served.
 * @throws {ViewError} `LOG_UNWRITABLE`, and for the address of the metrics as {@link openServer} for its own.
 */
export async function observeServe(
  context: Context,
  { metrics, log }: Pick<Config['serve'], 'metrics' | 'log'>,
  served: ServedLog,
  size: number,
): Promise<ObservedServe> {
  await using opening = new AsyncDisposableStack()
  const tally = createTally()
  const { content, gauges } = served
  const said = new Set<string>()
  const lines =
    log === ''
      ? undefined
      : opening.use(
          (await import('../view/serve-log.ts')).openServeLog({
            ...{ to: log, tally, size, version: VERSION, origin: served.origin },
            onFailure: ({ code, message, hint = '' }) => context.report.emit({ event: 'problem', code, message, hint }),
          }),
        )
  const onProblem: ObservedServe['onProblem'] = (problem) => {
    // One fault of one file may meet every reader; the operator needs to hear of it once.
    const key = `${problem.code} ${problem.message}`
    if (said.has(key)) return
    said.add(key)
    lines?.problem(problem.code)
    context.report.emit({ event: 'problem', ...problem })
  }
  const server =
    metrics === ''
      ? undefined
      : opening.use(
          await (await import('../view/metrics-server.ts')).openMetricsServer({
            ...{ listen: metrics, tally, gauges, onProblem },
            signal: context.signal,
          }),
        )
  const opened = opening.move()
  return {
    ...{ content, tally, onProblem },
    metrics: server?.url,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
