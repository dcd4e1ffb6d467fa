import { MOST_ROOTS, type PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'
import type { DueReplica } from '../../store/replicas.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { noteReplica } from './replica-row.ts'

/**
 * Passes on what an engine has to be asked for bundle by bundle. What it accepted before is asked for several at a time, where the
 * engine can: of a service that allows thirty questions a minute, ten thousand bundles would otherwise take all night.
 *
 * @param options - `onEvent` is told of each bundle that the engine has now, and of nothing else.
 */
export async function* askAccepted(
  home: Home,
  engine: PinEngine,
  due: Iterable<DueReplica>,
  options: { readonly signal: AbortSignal; readonly onEvent: OnEvent },
): AsyncGenerator<DueReplica> {
  let waiting: DueReplica[] = []
  for (const each of due) {
    if (engine.statuses === undefined || each.before?.state !== 'accepted') {
      yield each
      continue
    }
    waiting.push(each)
    if (waiting.length < MOST_ROOTS) continue
    yield* await unknownOf(home, engine, waiting, options)
    waiting = []
  }
  if (waiting.length > 0) yield* await unknownOf(home, engine, waiting, options)
}

/** @returns those of which the engine said nothing. */
async function unknownOf(
  home: Home,
  engine: PinEngine,
  waiting: readonly DueReplica[],
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnEvent },
): Promise<readonly DueReplica[]> {
  const roots = waiting.map(({ root }) => root)
  const states = await engine.statuses?.(roots, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    // Each is then asked for alone, and tells it.
    if (error instanceof ReplicateError) return undefined
    throw error
  })
  return waiting.filter(({ id, root }) => {
    const state = states?.get(root)
    if (state === undefined || state === 'absent') return true
    if (state === 'pinned') {
      noteReplica(home, engine.name, { id, root }, { state, code: '', reason: '' })
      onEvent({ type: 'replicated', id, root, engine: engine.name, state })
    }
    return false
  })
}
