import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BundleView, bundleView } from '../manifest/bundle-view.ts'
import { applyEntry, readStatus } from '../manifest/fold.ts'
import type { FoldContext } from '../manifest/governance.ts'
import { parseSignedNote } from '../manifest/note.ts'
import type { FoldState } from '../manifest/state.ts'
import { type Statement, writeStatement } from '../manifest/statement.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { commitHead, type HeadWriter } from './commit-head.ts'
import { RecordError } from './errors.ts'
import { writeIndexReceipt } from './index-receipt.ts'
import { openLogTiles } from './log-tiles.ts'
import { checkOwnDirectory } from './own-directory.ts'
import { writeIndex } from './write-index.ts'

/** Heads of a long run (manifest-v1 §10.3): at most one a minute, and every 256 statements or ten minutes. */
const HEAD_STATEMENTS = 256
const HEAD_LEAST_MS = 60_000
const HEAD_MOST_MS = 600_000

/** Writes on the log, in the order of manifest-v1 §10. */
export interface LogWriter {
  /** Statements that have an index. */
  readonly size: number
  /** What the log says of a bundle, with all that is sequenced. */
  view(id: string): BundleView | undefined
  /**
   * Gives a statement its index for ever. Inside the caller's transaction.
   *
   * @throws {RecordError} `STATEMENT_REFUSED`: the fold would not apply it; the caller's transaction must be rolled back.
   */
  sequence(statement: Statement): number
  /**
   * Comes before anything is sequenced: makes sure that this home is the newest and whole, and finishes a head that a
   * killed run had decided and not shown. What is only sequenced waits for the next `announce`. Places that do not
   * answer are no fault yet, nor is a head that goes on waiting for witnesses; they are when a head is made.
   *
   * @throws {RecordError} `LOG_DAMAGED`, `HEAD_BEHIND`, `HEAD_FORKED`; {StoreError} when the second record is damaged.
   */
  finish(signal: AbortSignal): Promise<void>
  /** Makes a head if one is due in a long run. */
  announceIfDue(signal: AbortSignal): Promise<void>
  /** Makes a head over everything that is sequenced; the present one when nothing is new. */
  announce(signal: AbortSignal): Promise<TreeHead>
}

export interface LogWriterParts extends Omit<HeadWriter, 'finish'> {
  readonly fold: FoldState
  readonly context: FoldContext
}

export function openLogWriter(parts: LogWriterParts): LogWriter {
  const { journal, fold, context, directory, db, primitives } = parts
  let announcedAt = performance.now()
  let checked = false

  function sequence(statement: Statement): number {
    const { bytes, parsed } = writeStatement(statement)
    const index = journal.append(bytes)
    const { event } = applyEntry(fold, { index, bytes, parsed }, context)
    if (event.type === 'problem' || event.type === 'halted' || event.type === 'skipped') throw refused(statement, event)
    return index
  }

  /** Once a run, because it reads the whole log; the lock of the home keeps it as it is. */
  async function checkDirectory(): Promise<void> {
    if (!checked) await checkOwnDirectory(parts, journal.signed())
    checked = true
  }

  async function announce(signal: AbortSignal): Promise<TreeHead> {
    signal.throwIfAborted()
    await checkDirectory()
    if (!endsWithIndex()) {
      await writeIndex(db, directory, { state: fold, journal, sha256: primitives.sha256 }, ({ size, bits, root }) => {
        sequence({ type: 'index/1', at: parts.now(), size, bits, root })
      })
    }
    announcedAt = performance.now()
    return commitHead({
      ...parts,
      finish: (head, note) => writeIndexReceipt({ directory, journal, sha256: primitives.sha256, head }, note),
    })
  }

  /** The last statement is an `index/1`, so that a head may be made over it as it is. */
  function endsWithIndex(): boolean {
    const size = journal.size()
    return size > 0 && readStatus(fold).index?.index === size - 1
  }

  return {
    get size() {
      return journal.size()
    },
    view: (id) => bundleView(fold, id),
    sequence,
    async finish(signal) {
      const signed = journal.signed()
      await checkDirectory()
      await isNewest(parts, signed)
      if (signed === undefined || (signed.note !== undefined && (await isShown(directory, signed.note)))) return
      await unlessPending(announce(signal))
    },
    async announceIfDue(signal) {
      const waited = performance.now() - announcedAt
      const pending = journal.size() - (journal.signed()?.size ?? 0)
      if (waited >= HEAD_MOST_MS || (pending >= HEAD_STATEMENTS && waited >= HEAD_LEAST_MS))
        await unlessPending(announce(signal))
    },
    announce,
  }
}

/** Refuses an older copy before it gives out indexes that the log has given out already. */
async function isNewest(
  { journal, directory, primitives, beforeSigning }: LogWriterParts,
  own: TreeHead | undefined,
): Promise<void> {
  try {
    await beforeSigning(own, openLogTiles(directory, journal, primitives.sha256, own).root)
  } catch (error) {
    if (!(error instanceof RecordError) || error.code !== 'HEAD_UNSURE') throw error
  }
}

/** In the middle of a run: what is sequenced is safe, and the head at its end covers it. */
async function unlessPending(announced: Promise<TreeHead>): Promise<void> {
  try {
    await announced
  } catch (error) {
    if (!(error instanceof RecordError) || error.code !== 'QUORUM_PENDING') throw error
  }
}

/** What is shown may have gained cosignatures. */
async function isShown(directory: string, note: Uint8Array): Promise<boolean> {
  const shown = await readFile(join(directory, 'checkpoint')).catch(() => undefined)
  return shown !== undefined && parseSignedNote(shown).text === parseSignedNote(note).text
}

function refused(
  statement: Statement,
  event: { readonly type: string; readonly code?: string; readonly message?: string },
): RecordError {
  if (event.type !== 'problem') {
    return new RecordError(
      'LOG_HALTED',
      `the log cannot be continued by this program: ${event.message ?? event.code ?? event.type}`,
      {
        hint: 'a newer program may know the statement at which it stopped',
      },
    )
  }
  return new RecordError(
    'STATEMENT_REFUSED',
    `${statement.type} was not written: ${event.message ?? ''} (${event.code ?? ''})`,
  )
}
