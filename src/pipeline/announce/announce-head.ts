import type { NameRecord } from '../../announce/record.ts'
import { HoldfastError, type Problem } from '../../model/errors.ts'
import type { LogWriter } from '../../record/log-writer.ts'
import type { Home } from '../home.ts'
import { isRecordDue, makeOwnRecord, openNameKey, ownRecord } from './own-record.ts'
import { type UpdatedRoot, updateRoot } from './update-root.ts'

export interface AnnounceOptions {
  readonly askPassphrase: (label: string) => Promise<string>
  readonly onProblem: (problem: Problem) => void
  /** Look at each bundle again. @default only at those that new statements name */
  readonly everything?: boolean
  /** Make a record although the one that is kept is good. @default false */
  readonly renew?: boolean
  /** The best record that somebody else has. */
  readonly seen?: NameRecord | undefined
}

/** What is announced now. */
export interface AnnouncedName {
  readonly root: UpdatedRoot
  readonly record: NameRecord
  /** Whether the record is new. */
  readonly made: boolean
}

/**
 * Brings the root to the head that is shown, and lets the name lead to it. Safe to repeat; the key is opened only when a
 * record is due.
 *
 * @returns undefined before the first head.
 */
export async function announceHead(home: Home, options: AnnounceOptions): Promise<AnnouncedName | undefined> {
  const { everything = false, renew = false, seen } = options
  const root = await updateRoot(home, { everything })
  if (root === undefined) return undefined
  const kept = ownRecord(home)
  const isAhead = seen !== undefined && kept !== undefined && seen.sequence > kept.sequence
  if (kept !== undefined && !renew && !isAhead && !isRecordDue(home, root)) return { root, record: kept, made: false }
  const key = await openNameKey(home, options.askPassphrase, options.onProblem)
  return { root, record: makeOwnRecord(home, root, key, seen), made: true }
}

/**
 * The same log, which after each head also announces it. The head is public by then: what goes wrong with its name is told
 * and stops nothing.
 */
export function announcing(log: LogWriter, home: Home, options: AnnounceOptions): LogWriter {
  return {
    get size() {
      return log.size
    },
    view: (id) => log.view(id),
    sequence: (statement) => log.sequence(statement),
    finish: (signal) => log.finish(signal),
    announceIfDue: (signal) => log.announceIfDue(signal),
    async announce(signal) {
      const head = await log.announce(signal)
      try {
        await announceHead(home, options)
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error
        options.onProblem({
          code: 'NAME_NOT_RENEWED',
          message: `the head is public, but the name of this log does not lead to it: ${error.message} (${error.code})`,
          hint: error.hint === undefined ? AGAIN : `${error.hint}; then ${AGAIN}`,
        })
      }
      return head
    },
  }
}

const AGAIN = 'run `holdfast announce`'
