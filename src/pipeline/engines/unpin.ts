import { HoldfastError, problemOf } from '../../model/errors.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { stopsEngine } from '../../replicate/errors.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { noteReplica } from './replica-row.ts'

export interface EngineRun {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

/**
 * Unpins at an engine what was withdrawn here. What does not succeed stays noted, and every later run tries it again.
 *
 * @returns how many pins are gone.
 */
export async function unpinWithdrawn(
  home: Home,
  engine: PinEngine,
  { signal, stopping, onEvent }: EngineRun,
): Promise<number> {
  // Whoever runs it follows the withdrawal, or does not.
  if (engine.isReadOnly === true) return 0
  let gone = 0
  for (const row of home.replicas.leaving(engine.name)) {
    if (stopping.aborted) break
    try {
      await engine.remove(row.root, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof HoldfastError)) throw error
      onEvent({ type: 'problem', problem: problemOf(error) })
      if (stopsEngine(error.code)) break
      continue
    }
    noteReplica(home, engine.name, row, { state: 'removed', code: '', reason: '' })
    onEvent({ type: 'unpinned', id: row.id, root: row.root, engine: engine.name })
    gone += 1
  }
  return gone
}
