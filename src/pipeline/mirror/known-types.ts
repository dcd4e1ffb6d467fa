import { readGovernance } from '../../manifest/governance.ts'
import { parseStatement } from '../../manifest/statement.ts'
import { transaction } from '../../store/transaction.ts'
import { readFact, writeFacts } from '../open-home.ts'
import type { FollowedLog } from './followed-log.ts'

/** Fact: up to this size all statements are of types that some program which ran here knew. */
const KNOWN_TO = 'types-known-to'

/**
 * Whether this program knows the type of every statement below a size, but for those that are void: a holder must not sign
 * for what it does not understand (manifest-v1 §4.10). What was looked at once is not looked at again.
 */
export function knowsAllTypes({ home }: FollowedLog, size: number): boolean {
  const from = Number(readFact(home.db, KNOWN_TO) ?? 0)
  const ranges = readGovernance(home.fold)?.ranges ?? []
  const ended = readGovernance(home.fold)?.ended?.index ?? Number.POSITIVE_INFINITY
  let next = from
  for (; next < size; next += 1) {
    const parsed = parseStatement(home.journal.entry(next))
    if (parsed.kind !== 'unknown' || next > ended) continue
    // Of what stands in a repudiated range only what has approvals can count (§4.9).
    const isVoid = ranges.some(({ from: first, to }) => first <= next && next < to)
    if (!isVoid || parsed.value['approvals'] !== undefined) break
  }
  if (next > from) transaction(home.db, () => writeFacts(home.db, { [KNOWN_TO]: String(next) }))
  return next >= size
}
