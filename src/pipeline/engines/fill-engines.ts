import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { stopsEngine } from '../../replicate/errors.ts'
import type { DueReplica } from '../../store/replicas.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { ordered } from '../ordered.ts'
import { askAccepted } from './ask-accepted.ts'
import { type HeardEngine, hearEngine } from './hear-engine.ts'
import { pinRequest } from './pin-request.ts'
import { noteReplica } from './replica-row.ts'
import { settle } from './settle.ts'
import { type EngineRun, unpinWithdrawn } from './unpin.ts'

export interface FillOptions extends EngineRun {
  readonly onEvent: OnEvent
}

export interface FillCounts {
  replicated: number
  unpinned: number
  /** Due at some engine and not there, or to be unpinned there and not gone; once for each engine. */
  replicasRemaining: number
}

/** Bundles that one engine is sent at a time: one is read while the other is pinned. */
const WIDTH = 2
/** Failures after each other, whatever their codes, after which an engine is left alone until the next run. */
const ENOUGH = 20

/**
 * Brings to each engine what is published and not there, and unpins there what was withdrawn: all engines at once, and none of
 * them waits for another, or can stop the archive. Run again, it goes on with the bundle at which it was cut off; an engine
 * that was added later gets what was published before.
 */
export async function fillEngines(home: Home, places: readonly PinEngine[], options: FillOptions): Promise<FillCounts> {
  const engines = places.filter(({ isReadOnly }) => isReadOnly !== true)
  const counts: FillCounts = { replicated: 0, unpinned: 0, replicasRemaining: 0 }
  const runs = await Promise.allSettled(engines.map((engine) => fillOne(home, engine, options, counts)))
  for (const run of runs) if (run.status === 'rejected') throw run.reason
  for (const { name } of engines)
    counts.replicasRemaining += home.replicas.countDue(name) + home.replicas.leaving(name).length
  return counts
}

async function fillOne(home: Home, engine: PinEngine, options: FillOptions, counts: FillCounts): Promise<void> {
  const { signal, stopping, onEvent } = options
  if (home.replicas.countDue(engine.name) + home.replicas.leaving(engine.name).length === 0) return
  try {
    await engine.prepare(signal)
  } catch (error) {
    signal.throwIfAborted()
    onEvent({ type: 'problem', problem: problemOf(error) })
    return
  }
  counts.unpinned += await unpinWithdrawn(home, engine, options)
  let failures = 0
  function* untilStopped(): Iterable<DueReplica> {
    for (const due of home.replicas.due(engine.name)) {
      if (stopping.aborted || failures >= ENOUGH) return
      yield due
    }
  }
  const heard = hearEngine(engine.name, onEvent)
  const telling = { ...options, onEvent: heard.onEvent }
  const onPinned: OnEvent = (event) => {
    counts.replicated += 1
    onEvent(event)
  }
  const due = askAccepted(home, engine, untilStopped(), { signal, onEvent: onPinned })
  for await (const problem of ordered(due, WIDTH, (each) => fillWith(home, engine, each, heard, telling))) {
    heard.doneItems += 1
    if (problem === undefined) {
      counts.replicated += 1
      failures = 0
    } else {
      failures += stopsEngine(problem.code) ? ENOUGH : 1
      onEvent({ type: 'problem', problem })
    }
  }
  await settle(home, engine, heard.accepted, options)
}

/** @returns why it failed; nothing when the engine has taken it. */
async function fillWith(
  home: Home,
  engine: PinEngine,
  due: DueReplica,
  heard: HeardEngine,
  { signal, onEvent }: FillOptions,
): Promise<Problem | undefined> {
  const { id, root, before } = due
  const isBroken = before?.state === 'broken'
  // First of all, so that what a killed run sent is known to be there, and goes when the bundle is withdrawn.
  if (!isBroken) noteReplica(home, engine.name, due, { state: before?.state === 'accepted' ? 'accepted' : 'asked' })
  try {
    const state = await engine.pin({ ...pinRequest(home, id, root), again: isBroken }, { signal, ...heard.pin })
    // What was proven of the copy that broke says nothing about this one.
    const anew = isBroken ? { provenAt: '', provenBlocks: 0 } : {}
    // In too few copies as before, and still a copy, which audits go on reading.
    const isBelow = state === 'accepted' && before?.code === 'AUDIT_BELOW'
    noteReplica(home, engine.name, due, { state, ...(isBelow ? {} : { code: '', reason: '' }), ...anew })
    onEvent({ type: 'replicated', id, root, engine: engine.name, state })
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HoldfastError)) throw error
    const { code, message } = error
    const tries = (before?.tries ?? 0) + 1
    noteReplica(home, engine.name, due, { state: isBroken ? 'broken' : 'asked', code, reason: message, tries })
    return { ...problemOf(error), message: `${id} at ${engine.name}: ${message}` }
  }
}
