import { parseStatement } from '../../manifest/statement.ts'
import { parseIpnsName } from '../../model/ipns-name.ts'
import type { Home } from '../home.ts'

/** The keys of the names that a log has given itself in its genesis; none before that is known. */
export function namesOfLog({ journal }: Pick<Home, 'journal'>): readonly Uint8Array[] {
  if (journal.size() === 0) return []
  const parsed = parseStatement(journal.entry(0))
  if (parsed.kind !== 'known' || parsed.statement.type !== 'genesis/1') return []
  return parsed.statement.ipnsKeys.flatMap((name) => parseIpnsName(name) ?? [])
}
