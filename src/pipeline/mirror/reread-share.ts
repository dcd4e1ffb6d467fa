import { openHasher } from '../../address/hash-file.ts'
import { REREAD_REST_MS, rereadShare } from '../../mirror/reread-share.ts'
import type { Problem } from '../../model/errors.ts'
import type { HeldFile } from '../../store/rereads.ts'
import { transaction } from '../../store/transaction.ts'
import { readFact, writeFacts } from '../open-home.ts'
import type { FollowedLog } from './followed-log.ts'
import { latestBelievable } from './last-rehash.ts'
import { type RereadCounts, rereadFiles } from './reread-files.ts'

export interface RereadShareOptions {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onDamage: (problem: Problem) => void
  readonly onBytes: (bytes: number) => void
}

/** Facts of the table `meta`: bytes that may still be read or were read too much, and as of when. */
const CREDIT = 'reread-credit'
const CREDIT_AT = 'reread-at'
/** Each page is a look at all rows, which are 100 bytes each. */
const PAGE = 512

/**
 * Reads the share of what is held that is due now, those files first that were not read for longest; one thread, so that
 * readers of this machine are not kept waiting. How much is due follows from the time since it last ran.
 */
export async function rereadDueShare(log: FollowedLog, options: RereadShareOptions): Promise<RereadCounts> {
  const { home, tables } = log
  const now = home.now()
  const since = readFact(home.db, CREDIT_AT)
  const heldBytes = tables.heldFileBytes()
  const elapsedMs = since === undefined ? 0 : Date.parse(now) - Date.parse(since)
  const credit = rereadShare({ heldBytes, elapsedMs, credit: Number(readFact(home.db, CREDIT) ?? 0) })
  const settle = (left: number): void =>
    transaction(home.db, () => writeFacts(home.db, { [CREDIT]: String(Math.round(left)), [CREDIT_AT]: now }))
  let spent = 0
  const due = function* (): Generator<HeldFile> {
    for (const file of unreadSince(log, isoOf(Date.parse(now) - REREAD_REST_MS))) {
      if (credit - spent <= 0) return
      // Before it is read: a run that is killed over a large file again and again must not read nothing else for ever.
      spent += file.bytes
      settle(credit - spent)
      yield file
    }
  }
  await using hasher = openHasher({ threads: 1 })
  const counts = await rereadFiles(log, due(), { ...options, hasher })
  if (spent === 0) settle(credit)
  return counts
}

/**
 * Files that were last read before a time, oldest first. Each is given once, whatever came of reading it.
 *
 * @param before - RFC 3339.
 */
export function* unreadSince({ home, tables }: FollowedLog, before: string): Generator<HeldFile> {
  const query = { before, latest: latestBelievable(home.now()), limit: PAGE }
  let page = tables.longestUnread(query)
  while (page.length > 0) {
    yield* page
    const after = page.at(-1)
    page = after === undefined ? [] : tables.longestUnread({ ...query, after })
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/u, 'Z')
}
