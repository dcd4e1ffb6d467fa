import { HoldfastError, problemOf } from '../model/errors.ts'
import type { HeldCosigning } from '../pipeline/mirror/cosign-held.ts'
import type { SyncCounts } from '../pipeline/mirror/sync-log.ts'
import { StoreError } from '../store/errors.ts'
import type { Context } from './context.ts'
import { EXIT, type Exit, exitOf, exitOfCode } from './exit-codes.ts'
import { peersOf } from './mirror-peers.ts'
import type { World } from './world.ts'

/** Of all logs together; the fields of `done`. */
export type MirrorCounts = Omit<SyncCounts, 'faults' | 'followed'>

export interface SyncedMirrors {
  readonly counts: MirrorCounts
  readonly exit: Exit
  /** Whether all logs could be followed, whatever became of content. */
  readonly followed: boolean
}

/** Commands that hold a log let go of it more often than this, and a withdrawal should not wait for the next poll. */
const WAIT_MS = 120_000

const NOTHING: MirrorCounts = {
  ...{ size: 0, held: 0, fetched: 0, bytes: 0, reread: 0, quarantined: 0 },
  ...{ waiting: 0, missing: 0, cosigned: 0, problems: 0 },
}

/**
 * Syncs one log, or all of them one after the other; one that fails does not keep the others back.
 *
 * @param contentMs - after which no further bundle of a log is begun; @default all are
 * @throws {MirrorError} `MIRROR_UNKNOWN`, `HOME_NOT_MIRROR`.
 */
export async function syncAll(
  context: Context,
  world: World,
  name: string | undefined,
  cosigning: HeldCosigning | undefined,
  contentMs?: number,
): Promise<SyncedMirrors> {
  const { followedNames, requireMirrorHome } = await import('../pipeline/mirror/mirror-home.ts')
  await requireMirrorHome(world.home)
  const names = name === undefined ? await followedNames(world.home) : [name]
  let counts = NOTHING
  let exit: Exit = EXIT.done
  let isFollowed = true
  for (const each of names) {
    if (context.stopping.aborted) break
    try {
      const { faults, followed, ...done } = await syncOne(context, world, each, cosigning, contentMs)
      isFollowed &&= followed
      counts = sum(counts, done)
      for (const code of faults) exit = worse(exit, exitOfCode(code))
    } catch (error) {
      if (!(error instanceof HoldfastError) || names.length === 1) throw error
      context.report.emit({ event: 'problem', ...problemOf(error) })
      counts = { ...counts, problems: counts.problems + 1 }
      exit = worse(exit, exitOf(error))
      isFollowed = false
    }
  }
  return { counts, exit, followed: isFollowed }
}

/**
 * Opens the keys with which a mirror cosigns. Without their passphrase it follows and holds all the same, and says so.
 *
 * @throws {StoreError} `WRONG_PASSPHRASE`, `KEY_MALFORMED`.
 */
export async function openCosigning({ report }: Context, world: World): Promise<HeldCosigning | undefined> {
  const { openHeldCosigning } = await import('../pipeline/mirror/cosign-held.ts')
  const { homePaths } = await import('../store/home.ts')
  try {
    return await openHeldCosigning(homePaths(world.home), world, (problem) =>
      report.emit({ event: 'problem', ...problem }),
    )
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'PASSPHRASE_NEEDED') throw error
    report.emit({
      event: 'note',
      message: 'without the passphrase of its keys this mirror follows and holds, but signs nothing',
    })
    return undefined
  }
}

/** @param from - one place that is asked, and no other. @default those of its settings */
export async function syncOne(
  context: Context,
  world: World,
  name: string,
  cosigning: HeldCosigning | undefined,
  contentMs: number | undefined,
  from?: string,
): Promise<SyncCounts> {
  const { openFollowedLog } = await import('../pipeline/mirror/followed-log.ts')
  const { syncLog } = await import('../pipeline/mirror/sync-log.ts')
  const { report, signal, stopping } = context
  // What runs for months waits for a command that its operator gave; `mirror sync` says at once that there is one.
  const waitMs = contentMs === undefined ? 0 : WAIT_MS
  const write = from === undefined ? 'mirror sync' : 'import'
  await using opened = await openFollowedLog(world.home, name, { write, waitMs })
  const { settings } = opened
  const log = from === undefined ? opened : { ...opened, settings: { ...settings, from: [from], peers: [] } }
  const counts = await syncLog(log, {
    ...{ signal, stopping, openPeers: peersOf(world) },
    ...(cosigning === undefined ? {} : { cosign: cosigning.cosign }),
    ...(contentMs === undefined ? {} : { contentMs }),
    onEvent(event) {
      if (event.type === 'progress') report.progress(event)
      else if (event.type === 'problem') report.emit({ event: 'problem', ...event.problem })
      else if (event.type === 'withdrawn') report.emit({ event: 'withdrawn', id: event.id, index: event.index })
      else {
        const { type, ...fields } = event
        report.emit({ event: type, ...fields })
      }
    },
  })
  report.progress(undefined)
  return counts
}

function sum(one: MirrorCounts, other: MirrorCounts): MirrorCounts {
  return {
    ...{ size: one.size + other.size, held: one.held + other.held, fetched: one.fetched + other.fetched },
    ...{ bytes: one.bytes + other.bytes, reread: one.reread + other.reread },
    quarantined: one.quarantined + other.quarantined,
    ...{ waiting: one.waiting + other.waiting, missing: one.missing + other.missing },
    ...{ cosigned: one.cosigned + other.cosigned, problems: one.problems + other.problems },
  }
}

/** A failed verification above what can be repeated, and that above what cannot. */
function worse(one: Exit, other: Exit): Exit {
  return one > other ? one : other
}
