import type { Evidence } from '../../publish/target.ts'
import type { LogWriter } from '../../record/log-writer.ts'
import type { Publication } from '../../store/publications.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'
import { copyStatements } from './copy-statements.ts'

/**
 * Notes what became of a publication and says in the log what is new about it, in one transaction: a claim without its
 * `copy/1` is found by the next run as one that was begun.
 */
export function recordCopy(home: Home, log: LogWriter, publication: Publication, evidence: Evidence): Publication {
  return transaction(home.db, () => {
    const statements = copyStatements(publication, evidence)
    const said = new Set(publication.copied === '' ? [] : (JSON.parse(publication.copied) as string[]))
    const texts = statements.map((statement) => JSON.stringify(statement))
    let { statement } = publication
    for (const [i, each] of statements.entries()) {
      if (said.has(texts[i] ?? '') || isInLog(log, each)) continue
      statement = log.sequence({ ...each, at: home.now() })
    }
    const row = { ...publication, evidence: JSON.stringify(evidence), statement, copied: JSON.stringify(texts) }
    home.publications.put(row)
    return row
  })
}

/** A home that was recovered has forgotten what the log knows. */
function isInLog(
  log: LogWriter,
  { id, root, file, key, ids, equality }: ReturnType<typeof copyStatements>[number],
): boolean {
  const same = log.view(id)?.copies.find((copy) => copy.key === key && copy.root === root && copy.file === file)
  return same?.equality === equality && JSON.stringify(sorted(same.ids)) === JSON.stringify(sorted(ids))
}

function sorted(ids: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(ids).sort(([one], [other]) => (one < other ? -1 : 1))
}
