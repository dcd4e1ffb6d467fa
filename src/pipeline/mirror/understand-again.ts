import { foldLog, prepareRefold, readStatus } from '../../manifest/fold.ts'
import type { FoldEvent } from '../../manifest/fold-events.ts'
import { type FoldContext, readGovernance } from '../../manifest/governance.ts'
import { parseStatement } from '../../manifest/statement.ts'
import { waitingTransaction } from '../../store/transaction.ts'
import { acceptedHead, makeIndex } from './advance.ts'
import type { FollowedLog } from './followed-log.ts'
import type { Reactor } from './react.ts'

export interface UnderstandOptions {
  readonly reactor: Reactor
  readonly onStatements: (size: number) => void
}

/**
 * Goes on where an older program stopped because it did not know the type of a critical statement, once this program does:
 * all statements are folded again, as if it had been known all the time, and the index is made for the head that could not
 * be shown. One transaction, so a run that is killed has changed nothing.
 *
 * @returns sizes of the heads that were passed over meanwhile; nothing where nothing was to be done.
 * @throws {ReadError} `INDEX_DAMAGED` when the statements do not make the index that the newest of them commits to.
 * @see manifest-v1 §4.10
 */
export async function understandAgain(
  log: FollowedLog,
  { reactor, onStatements }: UnderstandOptions,
): Promise<readonly number[]> {
  const { home } = log
  const { fold, journal } = home
  const { halted } = readStatus(fold)
  if (halted?.code !== 'UPDATE_NEEDED' || parseStatement(journal.entry(halted.index)).kind === 'unknown') return []
  const shown = home.publishedSize()
  const heads: number[] = []
  await waitingTransaction(home.db, async () => {
    const size = journal.size()
    const context = contextOf(log)
    prepareRefold(fold)
    const foldTo = (to: number): void => {
      const onEvent = ({ type, index }: FoldEvent): void => {
        if (type === 'index' && index >= shown) heads.push(index + 1)
      }
      const entryBytes = (index: number): Uint8Array => journal.entry(index)
      foldLog(fold, { size: to, entryBytes }, context, { onEvent, onRefold: () => heads.splice(0) })
    }
    // Where a run was killed between two heads, the way on makes the index.
    if (acceptedHead(log)?.size === size) {
      foldTo(size - 1)
      if (readStatus(fold).halted === undefined) await makeIndex(log, journal.entry(size - 1))
    }
    foldTo(size)
    reactor.again()
    onStatements(size)
  })
  return heads.filter((size) => size < journal.size())
}

/** The keys with which the genesis was accepted before. */
function contextOf({ home, policy }: FollowedLog): FoldContext {
  const known = readGovernance(home.fold)?.chain.logKeys.map(({ vkey }) => vkey) ?? []
  const logKeys = [...new Set([...known, ...policy.logs.map(({ key }) => key.text)])]
  return { origin: home.origin, logKeys, primitives: home.primitives }
}
