import type { WithdrawalReason } from '../manifest/statement-types.ts'
import type { LogWriter } from '../record/log-writer.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { transaction } from '../store/transaction.ts'
import { PipelineError } from './errors.ts'
import type { Home } from './home.ts'

export interface WithdrawOptions {
  readonly reason: WithdrawalReason
  readonly jurisdiction?: string
  /** Who, and why; for the private catalogue alone. */
  readonly by: string
  readonly note: string
  /** Opens the log for writing; called after serving has stopped, because it may ask for a passphrase. */
  readonly openLog: () => Promise<LogWriter>
  /** Leaves the head to the next publication. */
  readonly defer: boolean
  readonly signal: AbortSignal
  readonly onWithdrawn: (id: string, index: number) => void
}

export interface WithdrawCounts {
  withdrawn: number
  already: number
  manifestSize: number
}

/**
 * Stops serving at once, then records it: the catalogue's row is committed before a key is even opened, so nothing that
 * can go wrong afterwards leaves the bundle served. A run that was killed is finished by the next one.
 *
 * @throws {PipelineError} `WITHDRAWAL_MALFORMED`; the bundles are then not withdrawn.
 */
export async function withdraw(
  home: Home,
  bundles: readonly CatalogueBundle[],
  options: WithdrawOptions,
): Promise<WithdrawCounts> {
  checkReason(options)
  const at = home.now()
  transaction(home.db, () => {
    // `reason` is what the gateway reads (410 or 451); the note is for people.
    for (const { id } of bundles) home.decisions.withdraw(id, options.by, options.reason, options.note, at)
  })
  const log = await options.openLog()
  await log.finish(options.signal)
  const counts: WithdrawCounts = { withdrawn: 0, already: 0, manifestSize: 0 }
  const recorded = transaction(home.db, () => bundles.flatMap((bundle) => record(home, bundle, log, options, counts)))
  for (const { id, index } of recorded) options.onWithdrawn(id, index)
  counts.manifestSize = options.defer ? log.size : (await log.announce(options.signal)).size
  return counts
}

/** A bundle that was never published has nothing to take back in public; one that is withdrawn in the log stays so. */
function record(
  home: Home,
  bundle: CatalogueBundle,
  log: LogWriter,
  options: WithdrawOptions,
  counts: WithdrawCounts,
): { id: string; index: number }[] {
  if (bundle.newestIndex === undefined || log.view(bundle.id)?.state === 'withdrawn') {
    counts.already += 1
    return []
  }
  const { reason, jurisdiction } = options
  const index = log.sequence({
    type: 'withdrawal/1',
    at: home.now(),
    id: bundle.id,
    reason,
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
  })
  counts.withdrawn += 1
  return [{ id: bundle.id, index }]
}

function checkReason({ reason, jurisdiction }: WithdrawOptions): void {
  if ((reason === 'legal') === (jurisdiction !== undefined)) return
  throw new PipelineError('WITHDRAWAL_MALFORMED', 'a legal withdrawal names a jurisdiction, and no other one does', {
    hint: 'add --jurisdiction CODE to --reason legal, or leave it out',
  })
}
