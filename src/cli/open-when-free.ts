import type { FollowedLog } from '../pipeline/mirror/followed-log.ts'
import { StoreError } from '../store/errors.ts'
import type { Context } from './context.ts'

/** A `mirror run` looks at its log again, and lets go of it before, at least this often unless it was told another time. */
const WAIT_MS = 600_000

/**
 * Opens a log that a mirror follows for writing. Where a sync is at work it waits for the end of that, and says so.
 *
 * @throws {StoreError} `HOME_LOCKED` after ten minutes; as `openFollowedLog`.
 */
export async function openWhenFree(
  { report }: Context,
  { home, name, write }: { readonly home: string; readonly name: string; readonly write: string },
): Promise<FollowedLog> {
  const { openFollowedLog } = await import('../pipeline/mirror/followed-log.ts')
  try {
    return await openFollowedLog(home, name, { write })
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'HOME_LOCKED') throw error
    report.emit({ event: 'note', message: `${name} is being synced; this waits until that lets go of it` })
    return await openFollowedLog(home, name, { write, waitMs: WAIT_MS })
  }
}
