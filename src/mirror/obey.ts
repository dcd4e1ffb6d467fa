import type { Withdrawal } from '../manifest/bundle-record.ts'

/** Withdrawals without approvals that are obeyed within 30 days, whatever the size of the archive. Source: docs/spec/manifest-v1.md, mirrors. */
const ALWAYS_OBEYED = 20
/** Beyond that, one bundle of a thousand. */
const SHARE = 0.001
const WINDOW_MS = 30 * 24 * 60 * 60 * 1_000

/** How many bundles may be withdrawn without approvals within {@link windowStart}. @param bundles - in the log. */
export function allowance(bundles: number): number {
  return Math.max(ALWAYS_OBEYED, Math.floor(bundles * SHARE))
}

/** Since when withdrawals count, by the mirror's own clock; what a clock that was wrong wrote into the future counts too. */
export function windowStart(now: string): string {
  return new Date(Date.parse(now) - WINDOW_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
}

/** Legal withdrawals bind in their own jurisdiction alone. */
export function binding(withdrawals: readonly Withdrawal[], jurisdictions: readonly string[]): readonly Withdrawal[] {
  return withdrawals.filter(
    ({ reason, jurisdiction = '' }) => reason !== 'legal' || jurisdictions.includes(jurisdiction),
  )
}

/** What became of a withdrawal: `kept` is the operator's decision to go on serving, `waiting` that of the rule. */
type Outcome = 'obeyed' | 'waiting' | 'kept'

/** What a mirror makes of a withdrawal of something that it holds. */
export function decide(
  withdrawal: Withdrawal,
  facts: { readonly before: Outcome | undefined; readonly counted: boolean; readonly room: boolean },
): Outcome {
  if (withdrawal.approved || facts.before === 'obeyed') return 'obeyed'
  // Whoever waits goes on waiting for approvers or for the operator: time alone must not help a thief.
  if (facts.before !== undefined) return facts.before
  return facts.counted || facts.room ? 'obeyed' : 'waiting'
}
