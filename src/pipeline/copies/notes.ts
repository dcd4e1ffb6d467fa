import type { Evidence } from '../../publish/target.ts'
import type { Publication } from '../../store/publications.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'
import type { DueCopy } from './due.ts'

/** What is written down about one item while it is published. */
export interface Notes {
  readonly evidence: Evidence
  save(evidence: Evidence): void
  row(state: Publication['state'], why?: { readonly code: string; readonly message: string }): Publication
  /** For the caller's transaction. */
  waitingRow(why: { readonly code: string; readonly message: string }): Publication
  /** What was begun stays so, whatever it waits for: the next run looks at it first. */
  write(state: 'waiting' | 'refused', why: { readonly code: string; readonly message: string }): void
}

/** Goes on from what an earlier run wrote. Nothing is written before the first save. */
export function openNotes(home: Home, target: string, { bundle, file, before }: DueCopy): Notes {
  let evidence: Evidence = before === undefined ? {} : evidenceOf(before)
  let isBegun = before?.state === 'begun'
  const row: Notes['row'] = (state, why) => ({
    ...{ target, id: bundle.id, root: bundle.root, file: file.path, content: file.content, state },
    ...{ evidence: JSON.stringify(evidence), code: why?.code ?? '', reason: why?.message ?? '' },
    ...{ statement: before?.statement, copied: before?.copied ?? '', isSettled: false },
    ...{ tries: (before?.tries ?? 0) + 1, at: home.now() },
  })
  const waitingRow: Notes['waitingRow'] = (why) => row(isBegun ? 'begun' : 'waiting', why)
  const put = (publication: Publication): void => transaction(home.db, () => home.publications.put(publication))
  return {
    get evidence() {
      return evidence
    },
    save(saved) {
      evidence = saved
      isBegun = true
      put(row('begun'))
    },
    row,
    waitingRow,
    write: (state, why) => put(state === 'waiting' ? waitingRow(why) : row(state, why)),
  }
}

/** What a target saved; this program wrote it. */
export function evidenceOf({ evidence }: Pick<Publication, 'evidence'>): Evidence {
  return JSON.parse(evidence) as Evidence
}
