import { openHasher } from '../../address/hash-file.ts'
import type { Problem } from '../../model/errors.ts'
import type { FollowedLog } from './followed-log.ts'
import { type RereadCounts, rereadFiles, wantUnsound } from './reread-files.ts'
import { unreadSince } from './reread-share.ts'

export interface CheckOptions {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  /** Only what was not read since then, RFC 3339. */
  readonly before: string
  readonly onBytes: (bytes: number) => void
  readonly onDamage: (problem: Problem) => void
}

export interface CheckedSlice extends RereadCounts {
  /** Whether nothing is left to be read. */
  readonly isDone: boolean
}

/** Reads what is held again, with all threads, until it is stopped. */
export async function checkSlice(log: FollowedLog, { before, ...options }: CheckOptions): Promise<CheckedSlice> {
  await using hasher = openHasher()
  const counts = await rereadFiles(log, unreadSince(log, before), { ...options, hasher })
  wantUnsound(log)
  const [more] = unreadSince(log, before)
  return { ...counts, isDone: more === undefined }
}

/** Tells of what was found damaged or gone before, and nobody could mend. @returns how many bundles. */
export function tellKnownDamage({ tables }: FollowedLog, onDamage: (problem: Problem) => void): number {
  const versions = tables.unsoundVersions()
  for (const { id } of versions) {
    onDamage({
      code: 'HELD_DAMAGED',
      message: `bundle ${id} has a file that was found damaged or gone before, and is not mended yet`,
      hint: 'name another source with `holdfast mirror add`, or bring the file back',
    })
  }
  return versions.length
}
