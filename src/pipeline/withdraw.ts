import { isJurisdiction } from '../manifest/statement-fields.ts'
import type { WithdrawalReason } from '../manifest/statement-types.ts'
import type { LogWriter } from '../record/log-writer.ts'
import { transaction } from '../store/transaction.ts'
import { PipelineError } from './errors.ts'
import type { Home } from './home.ts'
import { recordWithdrawal } from './record-withdrawal.ts'

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
  /** Something that the operator should know: what is still served although it has the same media, what is not recorded. */
  readonly onNote: (message: string) => void
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
export async function withdraw(home: Home, ids: readonly string[], options: WithdrawOptions): Promise<WithdrawCounts> {
  checkReason(options)
  const at = home.now()
  transaction(home.db, () => {
    // `reason` is what the gateway reads (410 or 451); the note is for people.
    for (const id of ids) home.decisions.withdraw(id, options.by, options.reason, options.note, at)
  })
  const log = await openLogOrSay(ids.length, options)
  const counts: WithdrawCounts = { withdrawn: 0, already: 0, manifestSize: 0 }
  const recorded = transaction(home.db, () =>
    ids.map((id) => ({ id, index: recordWithdrawal(home, log, id, options) })),
  )
  for (const { id, index } of recorded) {
    if (index === undefined) counts.already += 1
    else {
      counts.withdrawn += 1
      options.onWithdrawn(id, index)
    }
  }
  for (const id of ids) sayWhatIsLeft(home, id, options)
  counts.manifestSize = options.defer ? log.size : (await log.announce(options.signal)).size
  return counts
}

/** Serving has stopped by now; whoever has to type a passphrase again must not think that all is done, or none. */
async function openLogOrSay(count: number, options: WithdrawOptions): Promise<LogWriter> {
  try {
    const log = await options.openLog()
    await log.finish(options.signal)
    return log
  } catch (error) {
    options.onNote(
      `${count} bundles are not served here any more, but the manifest does not say so yet: run the same command again`,
    )
    throw error
  }
}

/** Content goes on being served as long as one bundle that has it is. */
function sayWhatIsLeft(home: Home, id: string, { onNote }: WithdrawOptions): void {
  const served = home.bundles.livingKin(id).filter((other) => home.bundles.get(other)?.state === 'published')
  if (served.length > 0)
    onNote(`${served.join(', ')} has the same media as ${id} and is still served: withdraw it too if that is not meant`)
}

function checkReason({ reason, jurisdiction }: WithdrawOptions): void {
  // Before anything is done: a code that no statement can hold must not leave a withdrawal half made.
  if (jurisdiction !== undefined && !isJurisdiction(jurisdiction)) {
    throw new PipelineError('WITHDRAWAL_MALFORMED', `${jurisdiction} is not a jurisdiction`, {
      hint: 'give a code of ISO 3166 in capitals, such as KZ or US-CA',
    })
  }
  if ((reason === 'legal') === (jurisdiction !== undefined)) return
  throw new PipelineError('WITHDRAWAL_MALFORMED', 'a legal withdrawal names a jurisdiction, and no other one does', {
    hint: 'add --jurisdiction CODE to --reason legal, or leave it out',
  })
}
