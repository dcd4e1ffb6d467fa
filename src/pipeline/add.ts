import { randomBytes } from 'node:crypto'
import type { Hasher } from '../address/hash-file.ts'
import type { Access, FileVerdict, Found, FoundBundle, Layout, RowFinding } from '../intake/layout.ts'
import { type DirectoryFound, intake } from '../intake/recognise.ts'
import { newBundleId } from '../model/bundle-id.ts'
import { problemOf } from '../model/errors.ts'
import { transaction } from '../store/transaction.ts'
import { type AddressedBundle, addressFound } from './address-found.ts'
import { type DirectoryLedger, openDirectoryLedger } from './directory-ledger.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'
import { ordered } from './ordered.ts'
import { type Remembered, remember, wouldRemember } from './remember.ts'

export interface AddOptions {
  readonly layouts: readonly Layout[]
  readonly format?: string
  readonly hasher: Hasher
  /** A person's word for everything that is added by this run. */
  readonly decided?: { readonly access: Access; readonly by: string }
  readonly dryRun: boolean
  /** Files that are to be read again, unchanged or not, with their directories. */
  readonly reread?: (path: string) => boolean
  /** Bytes that will be read, where somebody wants to see the time left. */
  readonly totalBytes?: number
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

export interface AddCounts {
  added: number
  known: number
  skipped: number
  failed: number
  /** Bytes of the public files of all bundles that were met and are not failed. */
  bytes: number
}

/** Bundles addressed at once; each may read one large file. */
const WIDTH = 8
/** Bundles, and milliseconds, after which what is addressed is written down: a kill loses at most that much hashing. */
const BATCH = 64
const BATCH_MS = 1_000

type Addressed =
  | { readonly type: 'addressed'; readonly bundle: AddressedBundle }
  | { readonly type: 'failed'; readonly found: FoundBundle; readonly error: unknown }
type Item = Addressed | DirectoryFound | Exclude<Found, { readonly type: 'bundle' }>

/**
 * Intake and addressing: takes what lies under `paths` into the catalogue. Copies nothing, reads each new file once, and
 * knows an unchanged directory by its stats. Safe to repeat and to kill.
 */
export async function add(home: Home, paths: readonly string[], options: AddOptions): Promise<AddCounts> {
  const run = new AddRun(home, options)
  const { layouts, format, signal } = options
  const source = intake(paths, { layouts, signal, ...run.shortcuts, ...(format === undefined ? {} : { format }) })
  for await (const item of ordered(run.untilStopped(source), WIDTH, (found) => run.address(found))) run.take(item)
  run.flush({ all: !options.stopping.aborted })
  return run.counts
}

/** One run of `add`: what waits to be written, and what was counted. */
class AddRun {
  readonly counts: AddCounts = { added: 0, known: 0, skipped: 0, failed: 0, bytes: 0 }
  readonly #home: Home
  readonly #options: AddOptions
  readonly #ledger: DirectoryLedger
  readonly #waiting: AddressedBundle[] = []
  #writtenAt = performance.now()
  #doneBytes = 0

  constructor(home: Home, options: AddOptions) {
    this.#home = home
    this.#options = options
    this.#ledger = openDirectoryLedger(home)
  }

  /** A person's word must reach every bundle, so with one nothing is passed over. */
  get shortcuts(): Pick<Parameters<typeof intake>[1], 'known'> {
    if (this.#options.decided !== undefined) return {}
    return {
      known: (directory, files, below) => {
        const unit = [{ path: directory, files }, ...below]
        const { reread } = this.#options
        if (reread !== undefined && unit.some((each) => each.files.some(({ path }) => reread(path)))) return false
        const unchanged = unit.map((each) => this.#home.seen.unchanged(each.path, each.files))
        const whole = unchanged.filter((each) => each !== undefined)
        if (whole.length < unit.length) return false
        // The files of one bundle may lie in several directories.
        this.counts.known += new Set(whole.flatMap(({ bundles }) => [...bundles])).size
        this.counts.skipped += whole.reduce((sum, { ignored }) => sum + ignored, 0)
        return true
      },
    }
  }

  async *untilStopped<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of source) {
      if (this.#options.stopping.aborted) return
      yield item
    }
  }

  async address(found: Found | DirectoryFound): Promise<Item> {
    if (found.type !== 'bundle') return found
    const { hasher, signal } = this.#options
    try {
      const bundle = await addressFound(found.bundle, {
        hasher,
        content: this.#home.content,
        signal,
        onBytes: (bytes) => this.#progress(bytes),
      })
      return { type: 'addressed', bundle }
    } catch (error) {
      signal.throwIfAborted()
      return { type: 'failed', found: found.bundle, error }
    }
  }

  take(item: Item): void {
    if (item.type === 'directory') {
      this.#ledger.open([item, ...(item.below ?? [])])
      return
    }
    if (item.type === 'file') this.#takeVerdict(item.verdict)
    else if (item.type === 'row') this.#takeRow(item.row)
    else if (item.type === 'failed') this.#takeFailure(item.found, item.error)
    else this.#waiting.push(item.bundle)
    if (this.#waiting.length >= BATCH) this.flush({ all: false })
    else this.#flushIfDue()
  }

  flush({ all }: { readonly all: boolean }): void {
    const batch = this.#waiting.splice(0)
    this.#writtenAt = performance.now()
    const { dryRun, decided } = this.#options
    const options = { newId: () => newBundleId(randomBytes), ...(decided === undefined ? {} : { decided }) }
    const outcomes = dryRun
      ? batch.map((bundle) => wouldRemember(this.#home, bundle, options))
      : transaction(this.#home.db, () => batch.map((bundle) => remember(this.#home, bundle, options)))
    // Said only now: an id is on disk before it is on the screen.
    for (const [i, bundle] of batch.entries()) this.#say(bundle.found, outcomes[i])
    if (!dryRun) this.#ledger.close({ all })
  }

  #say(found: FoundBundle, outcome: Remembered | undefined): void {
    if (outcome === undefined) return
    if (outcome.status === 'known') this.counts.known += 1
    else this.counts.added += 1
    this.counts.bytes += outcome.bytes
    for (const file of found.files) this.#ledger.note(file.path, { outcome: 'taken', bundle: outcome.id })
    this.#options.onEvent({ type: 'bundle', ...outcome })
    for (const problem of found.warnings) this.#options.onEvent({ type: 'problem', problem })
  }

  #takeVerdict({ path, outcome, reason = 'of no use here', code, hint }: FileVerdict): void {
    this.#ledger.note(path, { outcome })
    if (outcome === 'taken') return
    if (outcome === 'ignored') {
      this.counts.skipped += 1
      this.#options.onEvent({ type: 'skipped', path, reason })
      return
    }
    this.counts.failed += 1
    const problem = { code: code ?? 'FILE_UNREADABLE', message: reason, path, ...(hint === undefined ? {} : { hint }) }
    this.#options.onEvent({ type: 'problem', problem })
  }

  /** A row that is no bundle yet is looked at again by every run, so its spreadsheet is never known as it is. */
  #takeRow(row: RowFinding): void {
    const { path, sheet, outcome, code = 'FILE_UNREADABLE', hint } = row
    const place = [
      sheet === undefined ? [] : [`sheet "${sheet}"`],
      row.row === undefined ? [] : [`row ${row.row}`],
    ].flat()
    const message = [place.join(', '), row.reason].filter((part) => part !== '').join(': ')
    if (outcome === 'ignored') {
      this.#options.onEvent({ type: 'skipped', path, reason: message })
      return
    }
    if (outcome === 'failed') {
      this.counts.failed += 1
      this.#ledger.note(path, { outcome: 'failed' })
    }
    const problem = { code, message, path, ...(hint === undefined ? {} : { hint }) }
    this.#options.onEvent({ type: 'problem', problem, row })
  }

  #takeFailure(found: FoundBundle, error: unknown): void {
    for (const file of found.files) this.#ledger.note(file.path, { outcome: 'failed' })
    this.counts.failed += 1
    const problem = problemOf(error, found.sourcePath)
    const { sourcePath: path, sourceRow: source } = found
    const row = source && { path, ...source, outcome: 'failed' as const, code: problem.code, reason: problem.message }
    this.#options.onEvent({ type: 'problem', problem, ...(row === undefined ? {} : { row }) })
  }

  /** Also asked while one large file is read: what was finished before must not wait for it. */
  #flushIfDue(): void {
    if (this.#waiting.length > 0 && performance.now() - this.#writtenAt > BATCH_MS) this.flush({ all: false })
  }

  #progress(bytes: number): void {
    this.#flushIfDue()
    this.#doneBytes += bytes
    const { totalBytes, onEvent } = this.#options
    const total = totalBytes === undefined ? {} : { totalBytes: Math.max(totalBytes, this.#doneBytes) }
    onEvent({
      type: 'progress',
      label: 'reading',
      doneBytes: this.#doneBytes,
      doneItems: this.counts.added + this.counts.known,
      ...total,
    })
  }
}
