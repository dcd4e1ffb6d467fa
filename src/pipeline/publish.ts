import { atomically } from '../address/atomically.ts'
import { ManifestError } from '../manifest/errors.ts'
import { type Problem, problemOf } from '../model/errors.ts'
import { RecordError } from '../record/errors.ts'
import type { LogWriter } from '../record/log-writer.ts'
import type { PinEngine } from '../replicate/engine.ts'
import { replicate } from '../replicate/replicate.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { transaction } from '../store/transaction.ts'
import { bundleStatements } from './bundle-statement.ts'
import { pinRequest } from './engines/pin-request.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'
import { ordered } from './ordered.ts'
import type { Plan } from './plan.ts'
import { finishWithdrawals } from './record-withdrawal.ts'

export interface PublishOptions {
  readonly engines: readonly PinEngine[]
  readonly log: LogWriter
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

export interface PublishCounts {
  published: number
  already: number
  held: number
  failed: number
  manifestSize: number
}

/**
 * Statements that one transaction sequences, since each flush writes most of the tables anew, and milliseconds of
 * replication after which those that are kept are sequenced, so that a slow engine does not hold them back.
 */
const BATCH = 1_024
const BATCH_MS = 1_000
/** Bundles that are replicated at a time. */
const WIDTH = 8

/**
 * Replicate, record, announce: what the plan lets out is kept by the engines, then sequenced with its index for ever, then
 * covered by a signed head. A run that was killed is finished by the next one, and nothing is published twice.
 */
export async function publish(home: Home, plan: Plan, options: PublishOptions): Promise<PublishCounts> {
  const counts: PublishCounts = {
    published: 0,
    already: plan.already,
    held: plan.held.length,
    failed: 0,
    manifestSize: 0,
  }
  for (const held of plan.held) options.onEvent({ type: 'held', ...held })
  await options.log.finish(options.signal)
  finishWithdrawals(home, options.log, options.onEvent)
  for (let done = 0; done < plan.goesOut.length && !options.stopping.aborted; ) {
    const { taken, kept } = await keep(home, plan.goesOut.slice(done, done + BATCH), options, counts)
    done += taken
    record(home, kept, options, counts)
    await options.log.announceIfDue(options.signal)
    options.onEvent({ type: 'progress', label: 'publishing', doneBytes: 0, doneItems: done })
  }
  const head = await options.log.announce(options.signal)
  counts.manifestSize = head.size
  return counts
}

/**
 * Replicates the first of these for about a second; what an engine cannot keep stays unpublished and is tried again by the
 * next run. Nothing is under way any more when it returns, because a head is made in a transaction that waits.
 */
async function keep(
  home: Home,
  ids: readonly string[],
  options: PublishOptions,
  counts: PublishCounts,
): Promise<{ readonly taken: number; readonly kept: readonly CatalogueBundle[] }> {
  const kept: CatalogueBundle[] = []
  let taken = 0
  function* untilDue(): Iterable<string> {
    const due = performance.now() + BATCH_MS
    for (const id of ids) {
      if (options.stopping.aborted || performance.now() > due) return
      taken += 1
      yield id
    }
  }
  for await (const { bundle, error } of ordered(untilDue(), WIDTH, (id) => keepOne(home, id, options))) {
    if (bundle !== undefined && error === undefined) kept.push(bundle)
    if (error === undefined) continue
    counts.failed += 1
    options.onEvent({ type: 'problem', problem: problemOf(error, bundle?.sourcePath) })
  }
  return { taken, kept }
}

interface Kept {
  /** Absent when the catalogue has it no more. */
  readonly bundle: CatalogueBundle | undefined
  /** Why an engine does not keep it. */
  readonly error?: unknown
}

async function keepOne(home: Home, id: string, { engines, signal }: PublishOptions): Promise<Kept> {
  const bundle = home.bundles.get(id)
  if (bundle === undefined) return { bundle }
  const outcomes = await replicate(pinRequest(home, id, bundle.root), engines, signal)
  const fault = outcomes.find((outcome) => outcome.status === 'failed')
  if (fault?.status !== 'failed') return { bundle }
  // Notes which places are gone, so that `list` says `missing`.
  for (const { content } of home.bundles.files(bundle.root)) await home.content.relink(content)
  return { bundle, error: fault.error }
}

/** Gives each bundle its statement, in one flush to disk; one that the log refuses takes none of the others with it. */
function record(
  home: Home,
  bundles: readonly CatalogueBundle[],
  { log, onEvent }: PublishOptions,
  counts: PublishCounts,
): void {
  const outcomes = transaction(home.db, () => bundles.map((bundle) => recordOne(home, bundle, log)))
  for (const outcome of outcomes) {
    if ('problem' in outcome) {
      counts.failed += 1
      onEvent({ type: 'problem', problem: outcome.problem })
    } else {
      counts.published += 1
      onEvent({ type: 'published', ...outcome })
    }
  }
}

type Recorded = { readonly id: string; readonly root: string; readonly index: number } | { readonly problem: Problem }

function recordOne(home: Home, bundle: CatalogueBundle, log: LogWriter): Recorded {
  try {
    return atomically(home.db, () => {
      const [statement, ...surplus] = bundleStatements(home, bundle)
      const index = log.sequence(statement)
      // Those that an earlier version brought stay with the bundle, and nothing is said twice.
      const known = new Set(log.view(bundle.id)?.originals.map(({ key }) => key))
      for (const original of surplus) if (!known.has(original.key)) log.sequence(original)
      home.bundles.setLogIndex(bundle.root, index)
      return { id: bundle.id, root: bundle.root, index }
    })
  } catch (error) {
    // A statement that cannot be written stops that one bundle; a log that cannot be continued, or a full disk, the run.
    const isItsOwn =
      error instanceof ManifestError || (error instanceof RecordError && error.code === 'STATEMENT_REFUSED')
    if (!isItsOwn) throw error
    return { problem: problemOf(error, bundle.sourcePath) }
  }
}
