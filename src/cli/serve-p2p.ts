import { setTimeout as passed } from 'node:timers/promises'
import type { Problem } from '../model/errors.ts'
import { P2P_ERROR_CODES, P2pError } from '../p2p/errors.ts'
import type { P2pSettings } from '../p2p/settings.ts'
import { type P2pProcess, startP2pProcess } from './start-p2p-process.ts'

export interface ServeP2pOptions {
  /** Absolute. */
  readonly home: string
  readonly settings: P2pSettings & {
    /** Whether libp2p may go around `[network] proxy`, which it cannot use. */
    readonly aroundProxy: boolean
  }
  /** Whether `[network] proxy` is set. */
  readonly proxied: boolean
  readonly onProblem: (problem: Problem) => void
  readonly onNote: (message: string) => void
}

export interface ServedP2p extends AsyncDisposable {
  readonly peerId: string
  readonly multiaddrs: readonly string[]
}

/** Before the first new start; doubled with each that did not last. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
/** What ran so long is no longer part of the same trouble. */
const LASTING_MS = 60_000

/**
 * Runs the libp2p node in a process of its own, and starts it again when it ends by itself: at the same port, because
 * peers were told its address. HTTP goes on meanwhile.
 *
 * @throws {P2pError} all but `P2P_ENDED`, which is told to `onProblem` each time.
 */
export async function serveP2p(options: ServeP2pOptions): Promise<ServedP2p> {
  const { home, settings, proxied, onProblem } = options
  if (proxied && !settings.aroundProxy) throw proxyRefused()
  const onNews = { onProblem }
  const first = await startP2pProcess({ home, settings }, onNews)
  if ('refused' in first) throw refusal(first.refused)
  const stopping = new AbortController()
  const { peerId, multiaddrs } = first
  const bound = multiaddrs.map((address) => address.replace(/\/p2p\/[^/]+$/, ''))
  // Announced addresses are not where it listens, and 0.0.0.0 is told to nobody.
  const keptListen = settings.announce.length === 0 && bound.length === settings.listen.length ? bound : settings.listen
  const again = { home, settings: { ...settings, listen: keptListen } }
  const kept = keepRunning(first, () => startP2pProcess(again, onNews), options, stopping.signal)
  return {
    peerId,
    multiaddrs,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await kept
    },
  }
}

/** Resolves when `stopping` is aborted and the process is gone. */
async function keepRunning(
  first: P2pProcess,
  start: () => ReturnType<typeof startP2pProcess>,
  { onProblem, onNote }: ServeP2pOptions,
  stopping: AbortSignal,
): Promise<void> {
  let running: P2pProcess | undefined = first
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    if (running !== undefined) {
      const startedAt = performance.now()
      const how = await endOf(running, stopping)
      if (stopping.aborted) return
      if (performance.now() - startedAt > LASTING_MS) pauseMs = FIRST_PAUSE_MS
      onProblem(ended(how, pauseMs))
    }
    await passed(pauseMs, undefined, { signal: stopping }).catch(() => undefined)
    if (stopping.aborted) return
    const next = await start()
    running = 'refused' in next ? undefined : next
    if ('refused' in next) onProblem(next.refused)
    else onNote(`the libp2p node runs again as ${next.peerId}`)
  }
}

async function endOf(running: P2pProcess, stopping: AbortSignal): Promise<string> {
  const stop = (): void => void running.stop()
  stopping.addEventListener('abort', stop, { once: true })
  if (stopping.aborted) stop()
  try {
    return await running.ended
  } finally {
    stopping.removeEventListener('abort', stop)
  }
}

function ended(how: string, pauseMs: number): Problem {
  return {
    code: 'P2P_ENDED',
    message: `the process of the libp2p node ended (${how}); it is started again in ${pauseMs / 1000} s`,
    hint: 'HTTP goes on; when this comes again and again, leave --p2p away and report it',
  }
}

function refusal({ code, message, hint }: Problem): P2pError {
  const known = P2P_ERROR_CODES.find((one) => one === code)
  return new P2pError(known ?? 'P2P_START_FAILED', message, hint === undefined ? {} : { hint })
}

function proxyRefused(): P2pError {
  return new P2pError('P2P_PROXY_REFUSED', 'libp2p does not go through the proxy that [network] proxy names', {
    hint: 'leave --p2p away; or, when its connections may go around the proxy, set aroundProxy = true under [p2p]',
  })
}
