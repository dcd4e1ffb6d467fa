import { replicate } from '../replicate/replicate.ts'
import type { PinEngine } from '../replicate/engine.ts'
import { problemOf } from '../model/errors.ts'
import { transaction } from '../store/transaction.ts'
import { bundleStatements } from './bundle-statement.ts'
import type { LogWriter } from '../record/log-writer.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'
import type { Plan } from './plan.ts'

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
  copies: { elsewhere: number }
}

/** Statements that one transaction sequences: one flush to disk instead of one a bundle. */
const BATCH = 256

/**
 * Replicate, record, announce: what the plan lets out is kept by the engines, then sequenced with its index for ever, then
 * covered by a signed head. A run that was killed is finished by the next one, and nothing is published twice.
 */
export async function publish(home: Home, plan: Plan, options: PublishOptions): Promise<PublishCounts> {
  const counts: PublishCounts = { published: 0, already: plan.already, held: plan.held.length, failed: 0, manifestSize: 0, copies: { elsewhere: 0 } }
  for (const held of plan.held) options.onEvent({ type: 'held', ...held })
  await options.log.finish(options.signal)
  for (let from = 0; from < plan.goesOut.length && !options.stopping.aborted; from += BATCH) {
    const kept = await keep(home, plan.goesOut.slice(from, from + BATCH), options, counts)
    record(home, kept, options, counts)
    await options.log.announceIfDue(options.signal)
    options.onEvent({ type: 'progress', label: 'publishing', doneBytes: 0, doneItems: from + kept.length })
  }
  const head = await options.log.announce(options.signal)
  counts.manifestSize = head.size
  return counts
}

/** Replicates a batch; what an engine cannot keep stays unpublished and is tried again by the next run. */
async function keep(home: Home, ids: readonly string[], options: PublishOptions, counts: PublishCounts): Promise<CatalogueBundle[]> {
  const kept: CatalogueBundle[] = []
  for (const id of ids) {
    if (options.stopping.aborted) break
    const bundle = home.bundles.get(id)
    if (bundle === undefined) continue
    const outcomes = await replicate({ id, root: bundle.root }, options.engines, options.signal)
    const fault = outcomes.find((outcome) => outcome.status === 'failed')
    if (fault?.status !== 'failed') kept.push(bundle)
    else {
      counts.failed += 1
      options.onEvent({ type: 'problem', problem: problemOf(fault.error, bundle.sourcePath) })
    }
  }
  return kept
}

function record(home: Home, bundles: readonly CatalogueBundle[], { log, onEvent }: PublishOptions, counts: PublishCounts): void {
  const recorded = transaction(home.db, () =>
    bundles.map((bundle) => {
      const [statement, ...surplus] = bundleStatements(home, bundle)
      const index = log.sequence(statement)
      for (const original of surplus) log.sequence(original)
      home.bundles.setLogIndex(bundle.root, index)
      return { id: bundle.id, root: bundle.root, index }
    }),
  )
  for (const published of recorded) {
    counts.published += 1
    onEvent({ type: 'published', ...published })
  }
}
