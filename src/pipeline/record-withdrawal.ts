import type { WithdrawalReason } from '../manifest/statement-types.ts'
import type { LogWriter } from '../record/log-writer.ts'
import { transaction } from '../store/transaction.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'

export interface WithdrawalWord {
  readonly reason: WithdrawalReason
  readonly jurisdiction?: string
}

/**
 * Sequences a withdrawal of a whole bundle, inside the caller's transaction.
 *
 * @returns nothing when the log has no such bundle, or says it already: a legal one for each jurisdiction, any other once.
 */
export function recordWithdrawal(home: Home, log: LogWriter, id: string, word: WithdrawalWord): number | undefined {
  const { reason, jurisdiction } = word
  const view = log.view(id)
  if (view === undefined) return undefined
  const inForce = view.withdrawals.filter(({ root }) => root === undefined)
  const isSaid =
    reason === 'legal'
      ? inForce.some((other) => other.reason === 'legal' && other.jurisdiction === jurisdiction)
      : inForce.some((other) => other.reason !== 'legal')
  if (isSaid) return undefined
  return log.sequence({
    type: 'withdrawal/1',
    at: home.now(),
    id,
    reason,
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
  })
}

/**
 * Finishes withdrawals that stopped the serving and were cut off before the log knew: every mirror still serves these.
 * A legal one needs its jurisdiction, which only the operator can say again.
 */
export function finishWithdrawals(home: Home, log: LogWriter, onEvent: OnEvent): void {
  const pending = home.bundles.withdrawn().filter(({ id }) => log.view(id)?.withdrawals.length === 0)
  const recorded = transaction(home.db, () =>
    pending.flatMap(({ id, reason }) => {
      const index = reason === 'legal' ? undefined : recordWithdrawal(home, log, id, { reason: reasonOf(reason) })
      return index === undefined ? [] : [{ id, index }]
    }),
  )
  for (const { id, index } of recorded) onEvent({ type: 'withdrawn', id, index })
  for (const { id, reason } of pending) if (reason === 'legal') onEvent({ type: 'problem', problem: unfinished(id) })
}

function reasonOf(word: string): WithdrawalReason {
  return word === 'error' || word === 'duplicate' ? word : 'publisher'
}

function unfinished(id: string): { code: string; message: string; hint: string } {
  return {
    code: 'WITHDRAWAL_UNFINISHED',
    message: `${id} is not served here any more, but the manifest does not say that it is withdrawn`,
    hint: `run \`holdfast withdraw ${id} --reason legal --jurisdiction CODE\` again`,
  }
}
