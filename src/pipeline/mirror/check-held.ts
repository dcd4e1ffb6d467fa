import { openHasher } from '../../address/hash-file.ts'
import type { Problem } from '../../model/errors.ts'
import type { FollowedLog } from './followed-log.ts'
import { whyNotHolder } from './holds-all.ts'
import { type RereadCounts, rereadFiles, wantUnsound } from './reread-files.ts'
import { unreadSince } from './reread-share.ts'

export interface CheckOptions {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  /** Only what was not read for so many days; 0 for everything. */
  readonly days: number
  readonly onBytes: (bytes: number) => void
  readonly onDamage: (problem: Problem) => void
}

export interface CheckedLog extends RereadCounts {
  /** Why the holder key would not sign the head that is shown; absent when it would. */
  readonly whyNotHolder?: string
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** Reads what is held again, with all threads, and says whether all that the log publishes is here. */
export async function checkHeld(log: FollowedLog, { days, ...options }: CheckOptions): Promise<CheckedLog> {
  const before = new Date(Date.parse(log.home.now()) - days * DAY_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
  await using hasher = openHasher()
  const counts = await rereadFiles(log, unreadSince(log, before), { ...options, hasher })
  wantUnsound(log)
  const why = whyNotHolder(log, log.home.publishedSize())
  return { ...counts, ...(why === undefined ? {} : { whyNotHolder: why }) }
}
