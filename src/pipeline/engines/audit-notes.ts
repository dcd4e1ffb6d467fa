import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'
import type { AuditedBundle } from './audit-bundle.ts'
import { putNews } from './replica-row.ts'

/** Notes that wait for one flush to the disk, which takes longer than reading a block. */
const MOST = 256
const LONGEST_MS = 1_000

/** Writes down what an audit found, many bundles at a time. What a run that is killed had not noted yet is read again. */
export interface AuditNotes extends Disposable {
  take(result: AuditedBundle): void
}

export function auditNotes(home: Home, place: string): AuditNotes {
  const waiting: AuditedBundle[] = []
  let since = performance.now()
  function flush(): void {
    const results = waiting.splice(0)
    if (results.length === 0) return
    transaction(home.db, () => {
      for (const { bundle, news } of results) if (news !== undefined) putNews(home, place, bundle, news)
    })
    since = performance.now()
  }
  return {
    take(result) {
      waiting.push(result)
      if (waiting.length >= MOST || performance.now() - since > LONGEST_MS) flush()
    },
    [Symbol.dispose]: flush,
  }
}
