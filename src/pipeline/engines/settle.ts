import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError } from '../../model/errors.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { noteReplica } from './replica-row.ts'

export interface Accepted {
  readonly id: string
  readonly root: string
}

/** Milliseconds before each round of questions; peers of one cluster fetch a bundle within these, or it takes longer anyway. */
const PAUSES = [200, 600, 1_200]
/** Bundles that are asked for; what else was accepted is asked for by the next run. */
export const MOST_SETTLED = 64

/** Asks at the end of a run what an engine makes of what it accepted, so that a small archive need not be published twice. */
export async function settle(
  home: Home,
  engine: PinEngine,
  accepted: readonly Accepted[],
  options: { readonly signal: AbortSignal; readonly stopping: AbortSignal; readonly onEvent: OnEvent },
): Promise<void> {
  const { signal, stopping, onEvent } = options
  const open = [...accepted]
  for (const pause of PAUSES) {
    if (stopping.aborted) return
    if (open.length > 0) await sleep(pause, undefined, { signal })
    for (let next = open[0]; next !== undefined; next = open[0]) {
      // What failed there meanwhile is told by the next run, which asks anew. What was accepted later is not pinned sooner.
      if ((await stateAt(engine, next.root, signal)) !== 'pinned') break
      noteReplica(home, engine.name, next, { state: 'pinned', code: '', reason: '' })
      onEvent({ type: 'replicated', ...next, engine: engine.name, state: 'pinned' })
      open.shift()
    }
  }
}

async function stateAt(engine: PinEngine, root: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await engine.status(root, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof HoldfastError) return undefined
    throw error
  }
}
