import { MirrorError } from '../../mirror/errors.ts'
import { parseBundleId } from '../../model/bundle-id.ts'
import type { OpenWithdrawal } from '../../store/followed.ts'
import { transaction } from '../../store/transaction.ts'
import type { FollowedLog } from './followed-log.ts'
import { quarantineFiles } from './quarantine.ts'
import { openReactor } from './react.ts'

export interface WithdrawalDecision {
  /** `obeyed`: no longer served from this instant; `kept`: served on, until approvers of the log stand behind the withdrawal. */
  readonly verdict: 'obeyed' | 'kept'
  /** Who decides, for the operator's own record. */
  readonly by: string
  readonly onWithdrawn: (id: string, index: number) => void
}

/**
 * The withdrawals that are not obeyed, of these bundles.
 *
 * @param ids - as typed; undefined for all that wait, without those that the operator decided to keep.
 * @throws {MirrorError} `WITHDRAWAL_NOT_OPEN` when one of the bundles has none.
 */
export function openWithdrawals(
  { tables, name }: FollowedLog,
  ids: readonly string[] | undefined,
): readonly OpenWithdrawal[] {
  if (ids === undefined) return tables.waiting()
  const open = tables.notObeyed()
  const wanted = new Set(ids.map((id) => parseBundleId(id) ?? id))
  for (const id of wanted) {
    if (open.some((withdrawal) => withdrawal.id === id)) continue
    throw new MirrorError('WITHDRAWAL_NOT_OPEN', `no withdrawal of ${id} waits at ${name}`, {
      hint: 'see which do with `holdfast mirror obey NAME`; what waits is known after a sync',
    })
  }
  return open.filter(({ id }) => wanted.has(id))
}

/**
 * Writes down what the operator decided, and does it: one transaction for all, then the files. Does not count against the
 * withdrawals that are obeyed in a month without asking.
 */
export async function decideWithdrawals(
  log: FollowedLog,
  withdrawals: readonly OpenWithdrawal[],
  { verdict, by, onWithdrawn }: WithdrawalDecision,
): Promise<void> {
  const { home, tables } = log
  const reactor = openReactor(log, { clockIsWrong: true, onWithdrawn: () => undefined })
  transaction(home.db, () => {
    const now = home.now()
    for (const { id, index, reason } of withdrawals) {
      tables.decideObedience(index, verdict, by, now)
      home.decisions.record(id, by, verdict === 'obeyed' ? 'obey-withdrawal' : 'keep-withdrawn', reason, now)
      reactor.settleOne(id)
    }
  })
  if (verdict === 'obeyed') for (const { id, index } of withdrawals) onWithdrawn(id, index)
  await quarantineFiles(log)
}
