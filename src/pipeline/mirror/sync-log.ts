import type { NotedHead } from '../../mirror/compare-heads.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { blockPool } from '../../read/block-pool.ts'
import { transaction } from '../../store/transaction.ts'
import { followName } from '../announce/follow-name.ts'
import { homeBlocks } from '../home-blocks.ts'
import { readFact, writeFacts } from '../open-home.ts'
import { publishedAsOf } from '../published-head.ts'
import { acceptedHead } from './advance.ts'
import { contentPlaces, type OpenPeers } from './content-places.ts'
import type { MirrorEvent, OnMirrorEvent } from './events.ts'
import { fetchWanted } from './fetch-wanted.ts'
import { followSources } from './follow-sources.ts'
import type { FollowedLog } from './followed-log.ts'
import { quarantineFiles } from './quarantine.ts'
import { openReactor, type Reactor } from './react.ts'
import { type RereadCounts, wantUnsound } from './reread-files.ts'
import { rereadDueShare } from './reread-share.ts'

/** A clock may be off by so much before it is called wrong: dates of statements are the publisher's word. */
const CLOCK_SLACK_MS = 24 * 60 * 60 * 1_000
const LAST_SYNC = 'last-sync'
/** Fact: for which rules and jurisdictions everything was thought through. */
const WISHES = 'wishes'

/** Signs what is held, where this mirror has keys. @returns how many signatures were given. */
export type CosignHead = (
  log: FollowedLog,
  head: NotedHead,
  standing: { readonly clockIsWrong: boolean },
) => Promise<number>

export interface SyncOptions {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnMirrorEvent
  /** Called for each log that names peers, and only once content is wanted. */
  readonly openPeers: OpenPeers
  /** No bundle is begun later than so many milliseconds after the log was followed. @default none is left out */
  readonly contentMs?: number
  /** Called when everything under the head that is shown is durable here. @default nothing is signed */
  readonly cosign?: CosignHead
}

export interface SyncCounts {
  /** Statements under the head that is shown now. */
  readonly size: number
  /** Bundles that are served. */
  readonly held: number
  /** Bundles that came in this run, and their bytes. */
  readonly fetched: number
  readonly bytes: number
  /** Files that were held before and were read again, whole. */
  readonly reread: number
  /** Files in the quarantine. */
  readonly quarantined: number
  /** Bundles whose withdrawal waits for approvers or the operator. */
  readonly waiting: number
  /** Bundles that are wanted and not here. */
  readonly missing: number
  readonly cosigned: number
  readonly problems: number
  /** Whether the log itself could be followed, whatever became of content. */
  readonly followed: boolean
  /** What stopped the advance or left something open, worst first; empty when all is well. */
  readonly faults: readonly string[]
}

/**
 * Follows one log once: its head, its statements, what they ask for, then content. A fault of the log keeps what is held
 * served and does not keep content from coming that was promised before.
 */
export async function syncLog(log: FollowedLog, options: SyncOptions): Promise<SyncCounts> {
  const { home, tables } = log
  const faults: string[] = []
  let problems = 0
  const tell = (problem: Problem): void => {
    problems += 1
    options.onEvent({ type: 'problem', problem })
  }
  const clockIsWrong = tellClock(log, tell, faults)
  const withdrawn: Obeyed[] = []
  const onWithdrawn = (id: string, index: number): void => void withdrawn.push({ id, index })
  const reactor = openReactor(log, { clockIsWrong, onWithdrawn })
  settleSettings(log, reactor)
  const followed = await followOnce(log, reactor, options, tell, faults)
  tellWithdrawn(log, withdrawn, options)
  if (followed && !clockIsWrong) transaction(home.db, () => writeFacts(home.db, { [LAST_SYNC]: home.now() }))
  await quarantineFiles(log)
  wantUnsound(log)
  const fetch = (): ReturnType<typeof fetchContent> => fetchContent(log, reactor, untilDeadline(options), tell, faults)
  let fetched = options.stopping.aborted ? NOTHING : await fetch()
  const { files: reread, damaged } = clockIsWrong ? { files: 0, damaged: 0 } : await readAgain(log, options, tell)
  // What is found damaged is mended at once where somebody has it.
  if (damaged > 0) fetched = sum(fetched, await fetch())
  if (tables.unsoundVersions().length > 0) faults.push('HELD_DAMAGED')
  tellWithdrawn(log, withdrawn, options)
  // After content: the directories of what is here are made and not fetched.
  if (followed) await followName(log, { signal: options.signal, onProblem: tell })
  tellWaiting(log, tell, faults)
  const accepted = acceptedHead(log)
  const isWhole = followed && accepted?.size === home.publishedSize()
  const cosigned = isWhole ? ((await options.cosign?.(log, accepted, { clockIsWrong })) ?? 0) : 0
  return {
    followed,
    ...{ size: home.publishedSize(), held: tables.held(home.publishedSize()).bundles },
    ...{ fetched: fetched.fetched, bytes: fetched.bytes, reread, quarantined: tables.quarantined().length },
    ...{ waiting: waitingIds(log).size, missing: tables.wantedTotals().bundles, cosigned, problems, faults },
  }
}

/** A withdrawal that is obeyed from now on. */
interface Obeyed {
  readonly id: string
  readonly index: number
}

/** Told when it is committed: whoever hears of it finds that nothing is served any more. */
function tellWithdrawn({ tables }: FollowedLog, withdrawn: Obeyed[], { onEvent }: SyncOptions): void {
  for (const { id, index } of withdrawn.splice(0))
    if (tables.obedience(index) === 'obeyed') onEvent({ type: 'withdrawn', id, index })
}

/** @returns whether the log could be followed to its end. */
async function followOnce(
  log: FollowedLog,
  reactor: Reactor,
  { signal, onEvent }: SyncOptions,
  tell: (problem: Problem) => void,
  faults: string[],
): Promise<boolean> {
  try {
    await followSources(log, {
      ...{ signal, reactor, onProblem: tell },
      onStatements: (size) => onEvent({ type: 'progress', label: 'following', doneBytes: 0, doneItems: size }),
    })
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HoldfastError)) throw error
    tell(problemOf(error))
    faults.push(error.code)
    return false
  }
}

const NOTHING = { fetched: 0, bytes: 0 }

function sum(one: typeof NOTHING, other: typeof NOTHING): typeof NOTHING {
  return { fetched: one.fetched + other.fetched, bytes: one.bytes + other.bytes }
}

/** The share of what is held that is due, of which at most as much as fits between two looks at the log. */
function readAgain(log: FollowedLog, options: SyncOptions, tell: (problem: Problem) => void): Promise<RereadCounts> {
  let doneBytes = 0
  return rereadDueShare(log, {
    ...{ signal: options.signal, stopping: untilDeadline(options).stopping, onDamage: tell },
    onBytes(more) {
      doneBytes += more
      options.onEvent({ type: 'progress', label: 'reading again', doneBytes, doneItems: 0 })
    },
  })
}

/** Withdrawals are seen when the log is followed, and that must not wait until an archive is here. */
function untilDeadline(options: SyncOptions): SyncOptions {
  if (options.contentMs === undefined) return options
  return { ...options, stopping: AbortSignal.any([options.stopping, AbortSignal.timeout(options.contentMs)]) }
}

/** When this log was last followed to its end, RFC 3339; undefined before the first time. */
export function lastSync({ home }: FollowedLog): string | undefined {
  return readFact(home.db, LAST_SYNC)
}

/** Bundles with a withdrawal that is not obeyed yet. */
export function waitingIds({ tables }: FollowedLog): ReadonlySet<string> {
  return new Set(tables.waiting().map(({ id }) => id))
}

/**
 * Wants and withdrawals are thought through again when the operator wants something else, be it by a command or by hand; over a long
 * log that takes a minute, so another source is no reason.
 */
function settleSettings({ home, settings }: FollowedLog, reactor: Reactor): void {
  const { include, jurisdictions } = settings
  const wishes = JSON.stringify({ include, jurisdictions })
  if (readFact(home.db, WISHES) === wishes) return
  transaction(home.db, () => {
    reactor.again()
    writeFacts(home.db, { [WISHES]: wishes })
  })
}

function tellClock(log: FollowedLog, tell: (problem: Problem) => void, faults: string[]): boolean {
  const latest = Math.max(...[lastSync(log) ?? '', publishedAsOf(log.home)].map((at) => Date.parse(at) || 0))
  if (Date.parse(log.home.now()) >= latest - CLOCK_SLACK_MS) return false
  tell({
    code: 'CLOCK_WRONG',
    message: `the clock of this computer says ${log.home.now()}, and ${log.name} was at ${new Date(latest).toISOString()} before`,
    hint: 'set the clock: until then no withdrawal without approvals is obeyed beyond those that were',
  })
  faults.push('CLOCK_WRONG')
  return true
}

function tellWaiting(log: FollowedLog, tell: (problem: Problem) => void, faults: string[]): void {
  const { size } = waitingIds(log)
  if (size === 0) return
  tell({
    code: 'WITHDRAWALS_WAIT',
    message: `${size} bundles of ${log.name} were withdrawn without approvals, more than are obeyed within 30 days; they are still served`,
    hint: 'ask the publisher over another channel whether it meant this: its key may be stolen. Approvals of its approvers end the wait',
  })
  faults.push('WITHDRAWALS_WAIT')
}

async function fetchContent(
  log: FollowedLog,
  reactor: Reactor,
  { signal, stopping, onEvent, openPeers }: SyncOptions,
  tell: (problem: Problem) => void,
  faults: string[],
): Promise<{ readonly fetched: number; readonly bytes: number }> {
  const { home, tables, settings, name } = log
  const totals = tables.wantedTotals()
  if (totals.bundles === 0) return { fetched: 0, bytes: 0 }
  const said = new Set<string>()
  await using places = await contentPlaces(log, openPeers)
  const pool = blockPool(places.sources, {
    onFault(source, problem) {
      tables.noteSource(source, { code: problem.code, message: problem.message, at: home.now() })
      // One that lies does so for every block; once is enough to know. Of a disk, each file is named.
      const what = `${source} ${problem.code === 'DISK_DAMAGED' ? problem.message : problem.code}`
      if (said.has(what)) return
      said.add(what)
      tell({ ...problem, path: source })
    },
    bytesPerSecond: settings.limit === 0 ? undefined : settings.limit,
  })
  let doneBytes = 0
  let doneItems = 0
  const progress = (): void => onEvent(progressOf(doneBytes, totals.bytes, doneItems))
  const counts = await fetchWanted(log, {
    ...{ source: homeBlocks(home, pool), begin: places.begin, reactor, signal, stopping, onProblem: tell },
    onBytes(more) {
      doneBytes += more
      progress()
    },
    onFetched(bundle) {
      doneItems += 1
      onEvent({ type: 'fetched', name, ...bundle })
      progress()
    },
  })
  for (const { name: source, strikes, bytes } of pool.report()) {
    const before = tables.sources().find((each) => each.name === source)?.bytes ?? 0
    tables.noteSource(source, { strikes, bytes: before + bytes })
  }
  if (counts.failed > 0) faults.push('SOURCES_EXHAUSTED')
  if (counts.lacking > 0) {
    tell(lackingOnDisk(log, counts.lacking))
    faults.push('DISK_LACKS')
  }
  if (counts.beyondBudget > 0) tell(beyondBudget(log, counts.beyondBudget))
  return counts
}

function progressOf(doneBytes: number, totalBytes: number, doneItems: number): MirrorEvent {
  return { type: 'progress', label: 'fetching', doneBytes, totalBytes, doneItems }
}

function lackingOnDisk({ name }: FollowedLog, bundles: number): Problem {
  return {
    code: 'DISK_LACKS',
    message: `${bundles} bundles of ${name} are wanted and are not on the disk`,
    hint: 'import a disk that has them, or name another source with `holdfast mirror add NAME --from`',
  }
}

function beyondBudget({ name }: FollowedLog, bundles: number): Problem {
  return {
    code: 'BUDGET_REACHED',
    message: `${bundles} bundles of ${name} do not fit into its budget and are not held here`,
    hint: 'raise it with `holdfast mirror add NAME --budget SIZE`, or say what matters with --include',
  }
}
