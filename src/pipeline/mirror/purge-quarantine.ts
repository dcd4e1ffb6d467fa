import { rm } from 'node:fs/promises'
import { MirrorError } from '../../mirror/errors.ts'
import { flushDirectory } from '../../store/durable-directory.ts'
import { writeError } from '../../store/file-errors.ts'
import type { QuarantinedFile } from '../../store/followed.ts'
import { transaction } from '../../store/transaction.ts'
import type { FollowedLog } from './followed-log.ts'
import { lastSync } from './sync-log.ts'

/** What was withdrawn lies in quarantine for so long at the least. Source: docs/spec/manifest-v1.md §7.8. */
const REST_MS = 30 * 24 * 60 * 60 * 1_000

/**
 * Files in quarantine for 30 days and more, by the mirror's own clock. What is served again, or is to be, is not among them.
 *
 * @throws {MirrorError} `CLOCK_WRONG` when the clock is behind the last sync.
 */
export function purgeable(log: FollowedLog): readonly QuarantinedFile[] {
  const { home, tables } = log
  const now = home.now()
  if (now < (lastSync(log) ?? '')) {
    throw new MirrorError('CLOCK_WRONG', `the clock of this computer says ${now}, which is before the last sync`, {
      hint: 'set the clock: nothing is deleted before, because nobody knows how long it has lain there',
    })
  }
  const before = new Date(Date.parse(now) - REST_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
  return tables.restingSince(before)
}

/** Deletes them for good; the bundles stay withdrawn. A run that was killed is finished by the next one. */
export async function purgeFiles(
  { home, tables }: FollowedLog,
  files: readonly QuarantinedFile[],
  { stopping, onPurged }: { readonly stopping: AbortSignal; readonly onPurged: (file: QuarantinedFile) => void },
): Promise<number> {
  let purged = 0
  for (const file of files) {
    if (stopping.aborted) break
    await rm(file.path, { force: true }).catch((error: unknown) => {
      throw writeError(error, file.path)
    })
    transaction(home.db, () => tables.release(file.path))
    purged += 1
    onPurged(file)
  }
  if (purged > 0) await flushDirectory(home.paths.quarantine).catch(() => undefined)
  return purged
}
