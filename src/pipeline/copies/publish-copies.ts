import { type Problem, problemOf } from '../../model/errors.ts'
import type { Outcome, PublicationTarget } from '../../publish/target.ts'
import type { LogWriter } from '../../record/log-writer.ts'
import { transaction } from '../../store/transaction.ts'
import { copiedFields, type OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { type DueCopy, dueCopies } from './due.ts'
import { openNotes } from './notes.ts'
import type { Teller } from './offer.ts'
import { publishOne } from './publish-one.ts'
import { settleCopies } from './settle-copies.ts'
import { takeBackCopies } from './take-back-copies.ts'

export interface CopiesOptions {
  readonly log: LogWriter
  readonly teller: Teller
  /** Ids that a person named; @default everything that is due */
  readonly selection?: readonly string[] | undefined
  /** Most items of this run. */
  readonly limit?: number | undefined
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

export interface CopyCounts {
  copied: number
  adopted: number
  /** Tried, and to be tried again. */
  waiting: number
  /** Of no use to repeat; a person must look. */
  refused: number
  /** Published, and found to be other bytes: somebody has to look at once. */
  differs: number
  /** Due and not tried, those that wait included. */
  remaining: number
  takenBack: number
  /** LBC, decimal text. */
  spent: string
  manifestSize: number
}

/**
 * Brings what is published to a target, one at a time, and says in the log where each copy is. Nothing here can stop the
 * archive: whatever the target does becomes a row, a problem and a count. What was begun and cut off comes first.
 */
export async function publishCopies(
  home: Home,
  target: PublicationTarget,
  options: CopiesOptions,
): Promise<CopyCounts> {
  const due = [...dueCopies(home, target.name, options.selection)].sort(begunFirst).map(({ bundle }) => bundle.id)
  const counts: CopyCounts = {
    ...{
      copied: 0,
      adopted: 0,
      waiting: 0,
      refused: 0,
      differs: 0,
      remaining: due.length,
      takenBack: 0,
      manifestSize: 0,
    },
    spent: '0.0',
  }
  const unready = await whyNotReady(target, options)
  if (unready === undefined) {
    counts.takenBack = await takeBackCopies(home, target, options)
    await publishDue(home, target, due.slice(0, options.limit ?? due.length), options, counts)
    await settleCopies(home, target, options)
  } else {
    counts.waiting = due.length
    noteWaiting(home, target, due, unready)
  }
  counts.spent = target.spent()
  counts.manifestSize = (await options.log.announce(options.signal)).size
  return counts
}

function begunFirst(one: DueCopy, other: DueCopy): number {
  const rank = ({ before }: DueCopy): number => (before?.state === 'begun' ? 0 : before === undefined ? 2 : 1)
  return rank(one) - rank(other)
}

async function whyNotReady(
  target: PublicationTarget,
  { signal, onEvent }: CopiesOptions,
): Promise<Problem | undefined> {
  try {
    await target.prepare(signal)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    const problem = problemOf(error)
    onEvent({ type: 'problem', problem })
    return problem
  }
}

/** So that the catalogue tells what waits and why, also of what was never tried. */
function noteWaiting(home: Home, target: PublicationTarget, ids: readonly string[], why: Problem): void {
  transaction(home.db, () => {
    for (const id of ids) {
      const [due] = dueCopies(home, target.name, [id])
      if (due !== undefined) home.publications.put(openNotes(home, target.name, due).waitingRow(why))
    }
  })
}

async function publishDue(
  home: Home,
  target: PublicationTarget,
  ids: readonly string[],
  options: CopiesOptions,
  counts: CopyCounts,
): Promise<void> {
  for (const [i, id] of ids.entries()) {
    if (options.stopping.aborted) return
    // Asked again: weeks may have passed since the list was made, and somebody may have taken it back.
    const [due] = dueCopies(home, target.name, [id])
    if (due === undefined) continue
    const outcome = await publishOne(home, target, due, options)
    tellOutcome(target, id, outcome, options.onEvent)
    counts[outcome.status] += 1
    if ('evidence' in outcome && outcome.evidence.equality === 'differs') counts.differs += 1
    if (outcome.status !== 'waiting') counts.remaining -= 1
    options.onEvent({ type: 'progress', label: `copying to ${target.name}`, doneBytes: 0, doneItems: i + 1 })
    if (outcome.status === 'waiting' && outcome.stop) return
    await options.log.announceIfDue(options.signal)
  }
}

function tellOutcome(target: PublicationTarget, id: string, outcome: Outcome, onEvent: OnEvent): void {
  if (outcome.status === 'waiting' || outcome.status === 'refused') {
    const { message } = outcome.problem
    onEvent({ type: 'problem', problem: { ...outcome.problem, message: `${id} at ${target.name}: ${message}` } })
    return
  }
  onEvent({ type: 'copied', ...copiedFields(target.name, id, outcome.status, outcome.evidence) })
  if (outcome.evidence.equality === 'differs') onEvent({ type: 'problem', problem: differs(target.name, id) })
}

function differs(target: string, id: string): Problem {
  return {
    code: 'PUBLISHED_BYTES_DIFFER',
    message: `what ${target} published as ${id} is not the file whose CID is in the manifest`,
    hint: 'look at once what stands between this program and the target; the manifest says `differs` of this copy',
  }
}
