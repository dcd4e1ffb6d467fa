import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, problemOf } from '../model/errors.ts'
import type { HeldCosigning } from '../pipeline/mirror/cosign-held.ts'
import type { Context } from './context.ts'
import { type MirrorCounts, type SyncedMirrors, syncAll } from './sync-mirrors.ts'
import type { World } from './world.ts'

/** Longest wait between two tries, and the share by which each wait varies: many mirrors must not come at once. */
const MOST_SECONDS = 3_600
const JITTER = 0.1

/**
 * Syncs until it is stopped. A log that cannot be followed doubles the wait, one that can ends that. Between two looks at the
 * log no more bundles are begun than fit into the time between two polls, so that a withdrawal is seen in the middle of a large archive, too.
 *
 * @returns counts of the last sync that ended.
 */
export async function runMirrors(
  context: Context,
  world: World,
  name: string | undefined,
  { everySeconds, cosigning }: { readonly everySeconds: number; readonly cosigning: HeldCosigning | undefined },
): Promise<Partial<MirrorCounts> & { readonly syncs: number }> {
  await requireFollowed(world.home, name)
  let failures = 0
  let syncs = 0
  let last: Partial<MirrorCounts> = {}
  while (!context.stopping.aborted) {
    const isWell = await syncOrTell(
      context,
      () => syncAll(context, world, name, cosigning, Math.max(1, everySeconds) * 1_000),
      (counts) => {
        last = counts
      },
    )
    syncs += 1
    failures = isWell ? 0 : failures + 1
    const every = hasMore(last) ? 1 : Math.max(1, everySeconds)
    const wait = Math.min(every * 2 ** Math.min(failures, 10), Math.max(MOST_SECONDS, everySeconds))
    const varied = wait * 1_000 * (1 + (Math.random() * 2 - 1) * JITTER)
    await sleep(varied, undefined, { signal: context.stopping }).catch(() => undefined)
  }
  return { ...last, syncs }
}

/** Content is coming and was only interrupted to look at the log. */
function hasMore({ fetched = 0, missing = 0 }: Partial<MirrorCounts>): boolean {
  return fetched > 0 && missing > 0
}

/** What is wrong from the start is said at once, not every hour for months. */
async function requireFollowed(home: string, name: string | undefined): Promise<void> {
  const { openFollowedLog } = await import('../pipeline/mirror/followed-log.ts')
  const { followedNames, requireMirrorHome } = await import('../pipeline/mirror/mirror-home.ts')
  await requireMirrorHome(home)
  for (const each of name === undefined ? await followedNames(home) : [name]) {
    await using _log = await openFollowedLog(home, each)
  }
}

async function syncOrTell(
  context: Context,
  sync: () => Promise<SyncedMirrors>,
  onCounts: (counts: MirrorCounts) => void,
): Promise<boolean> {
  try {
    const { counts, followed } = await sync()
    onCounts(counts)
    // A bundle that cannot be had is no reason to look less often whether something was withdrawn.
    return followed
  } catch (error) {
    context.signal.throwIfAborted()
    // What a person has to mend may be mended while it waits; months of following must not end over it.
    if (!(error instanceof HoldfastError)) throw error
    context.report.emit({ event: 'problem', ...problemOf(error) })
    return false
  }
}
