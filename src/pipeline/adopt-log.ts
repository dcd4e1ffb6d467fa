import { bundleView } from '../manifest/bundle-view.ts'
import { applyEntry, prepareRefold, readStatus } from '../manifest/fold.ts'
import type { FoldContext } from '../manifest/governance.ts'
import { parseStatement } from '../manifest/statement.ts'
import type { WithdrawalStatement } from '../manifest/statement-types.ts'
import { ReadError } from '../read/errors.ts'
import { StoreError } from '../store/errors.ts'
import { RECOVER_HINT } from '../store/sqlite-errors.ts'
import type { CheckedCopy } from './checked-copy.ts'
import type { Home } from './home.ts'

/**
 * Puts the statements of a copy into the journal and folds them, up to but without the last one, before which the index
 * has to be built. What was only sequenced here gives way to a longer copy. Inside the caller's transaction.
 *
 * @param own - number of statements that this home has under a signed head.
 * @returns withdrawals among what gave way, oldest first.
 * @throws {StoreError} `STATE_CORRUPT`; {ReadError} `GENESIS_INVALID`.
 */
export function adoptStatements(home: Home, copy: CheckedCopy, own: number): readonly Uint8Array[] {
  const { fold } = home
  for (let index = 0; index < own; index += 1) requireSame(home, copy, index)
  const gaveWay = own < copy.head.size ? giveWay(home, copy, own) : []
  fold.clear()
  for (let index = 0; index < copy.head.size - 1; index += 1) adoptOne(home, copy, index)
  const { halted } = readStatus(fold)
  if (halted?.code === 'GENESIS_MISSING' || halted?.code === 'GENESIS_MISMATCH') {
    throw new ReadError('GENESIS_INVALID', `${copy.name}: ${halted.message}`, {
      hint: 'that is not the log of this key; nothing was changed',
    })
  }
  return gaveWay
}

/** Appends one statement of the copy where the journal lacks it, and folds it. */
export function adoptOne(home: Home, copy: CheckedCopy, index: number): void {
  if (home.journal.size() === index) home.journal.append(copy.statement(index))
  foldOne(home, copy, index)
}

/**
 * Sequences withdrawals again that the adopted log does not have: whoever was promised that a testimony is taken back must
 * not lose that promise to a recovery. The next head covers them.
 *
 * @returns how many.
 */
export function sequenceAgain(home: Home, copy: CheckedCopy, withdrawals: readonly Uint8Array[]): number {
  let count = 0
  for (const bytes of withdrawals) {
    const statement = withdrawalOf(bytes)
    const view = statement === undefined ? undefined : bundleView(home.fold, statement.id)
    const stands = view?.withdrawals.some(
      ({ reason, jurisdiction }) => reason === statement?.reason && jurisdiction === statement.jurisdiction,
    )
    if (view === undefined || stands === true) continue
    foldOne(home, copy, home.journal.append(bytes))
    count += 1
  }
  return count
}

/** Folds what is sequenced here beyond the copy's head, after all of the copy is. */
export function foldRest(home: Home, copy: CheckedCopy): void {
  for (let index = copy.head.size; index < home.journal.size(); index += 1) foldOne(home, copy, index)
}

/** The roots agree, so it is the journal that was damaged since. */
function requireSame({ journal, paths }: Home, copy: CheckedCopy, index: number): void {
  if (Buffer.compare(journal.entry(index), copy.statement(index)) === 0) return
  throw new StoreError('STATE_CORRUPT', `statement ${index} in ${paths.state} is not the one that was signed`, {
    hint: RECOVER_HINT,
  })
}

/** Takes back what was sequenced and never signed; returns the withdrawals among it that the copy does not have in the same place. */
function giveWay({ journal, bundles }: Home, copy: CheckedCopy, from: number): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  for (const { index, bytes } of journal.entries(from, journal.size())) {
    const isInCopy = index < copy.head.size && Buffer.compare(copy.statement(index), bytes) === 0
    if (!isInCopy && withdrawalOf(bytes) !== undefined) found.push(bytes)
  }
  journal.truncate(from)
  bundles.forgetLogIndexes(from)
  return found
}

function withdrawalOf(bytes: Uint8Array): WithdrawalStatement | undefined {
  const parsed = parseStatement(bytes)
  return parsed.kind === 'known' && parsed.statement.type === 'withdrawal/1' ? parsed.statement : undefined
}

/** A repudiation that reaches into the past folds everything again (manifest-v1 §4.9). */
function foldOne({ fold, journal, origin, primitives }: Home, { logKeys }: CheckedCopy, index: number): void {
  const context: FoldContext = { origin, logKeys, primitives }
  const { refold } = applyEntry(fold, { index, bytes: journal.entry(index) }, context)
  if (!refold) return
  prepareRefold(fold)
  for (let i = 0; i <= index; i += 1) applyEntry(fold, { index: i, bytes: journal.entry(i) }, context)
}
