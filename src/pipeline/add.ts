import { intake } from '../intake/recognise.ts'
import type { Access, FileVerdict, FoundBundle, Layout } from '../intake/layout.ts'
import { newBundleId } from '../model/bundle-id.ts'
import { problemOf } from '../model/errors.ts'
import type { SeenFile, SeenStat } from '../store/catalogue/seen.ts'
import { transaction } from '../store/transaction.ts'
import type { Hasher } from '../address/hash-file.ts'
import { type AddressedBundle, addressFound } from './address-found.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'
import { ordered } from './ordered.ts'
import { remember } from './remember.ts'

export interface AddOptions {
  readonly layouts: readonly Layout[]
  readonly format?: string
  readonly hasher: Hasher
  /** A person's word for everything that is added by this run. */
  readonly decided?: { readonly access: Access; readonly by: string }
  readonly dryRun: boolean
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

export interface AddCounts {
  added: number
  known: number
  skipped: number
  failed: number
  bytes: number
}

/** Bundles addressed at once; each may read one large file. */
const WIDTH = 8
/** Bundles, and time, after which what is addressed is written down: a kill loses at most that much hashing. */
const BATCH = 64
const BATCH_MS = 1_000

type Item =
  | { readonly type: 'directory'; readonly path: string; readonly files: readonly SeenStat[] }
  | { readonly type: 'verdict'; readonly verdict: FileVerdict }
  | { readonly type: 'addressed'; readonly bundle: AddressedBundle }
  | { readonly type: 'failed'; readonly found: FoundBundle; readonly error: unknown }

/**
 * Intake and addressing: takes what lies under `paths` into the catalogue. Copies nothing, reads each new file once, and
 * knows an unchanged directory by its stats. Safe to repeat and to kill.
 */
export async function add(home: Home, paths: readonly string[], options: AddOptions): Promise<AddCounts> {
  const run = openRun(home, options)
  const source = intake(paths, {
    layouts: options.layouts,
    signal: options.signal,
    known: (directory, files) => run.isUnchanged(directory, files),
    ...(options.format === undefined ? {} : { format: options.format }),
  })
  for await (const item of ordered(untilStopped(source, options.stopping), WIDTH, (found) => run.address(found))) run.take(item)
  run.flush()
  return run.counts
}

async function* untilStopped<T>(source: AsyncIterable<T>, stopping: AbortSignal): AsyncGenerator<T> {
  for await (const item of source) {
    if (stopping.aborted) return
    yield item
  }
}

type Taken = Parameters<typeof intakeItem>[0]
type IntakeItem = ReturnType<typeof intake> extends AsyncIterable<infer T> ? T : never
declare function intakeItem(item: IntakeItem): void

interface Run {
  readonly counts: AddCounts
  isUnchanged(directory: string, files: readonly SeenStat[]): boolean
  address(found: Taken): Promise<Item>
  take(item: Item): void
  flush(): void
}

function openRun(home: Home, options: AddOptions): Run {
  const counts: AddCounts = { added: 0, known: 0, skipped: 0, failed: 0, bytes: 0 }
  const waiting: AddressedBundle[] = []
  const directories: OpenDirectory[] = []
  let writtenAt = Date.now()
  let doneBytes = 0
  const progress = (bytes: number): void => {
    doneBytes += bytes
    options.onEvent({ type: 'progress', label: 'reading', doneBytes, doneItems: counts.added + counts.known })
  }

  const run: Run = {
    counts,
    isUnchanged(directory, files) {
      const unchanged = home.seen.unchanged(directory, files)
      if (unchanged === undefined || options.decided !== undefined) return false
      counts.known += unchanged.bundles.size
      return true
    },
    async address(found) {
      if (found.type === 'directory') return found
      if (found.type === 'file') return { type: 'verdict', verdict: found.verdict }
      try {
        const bundle = await addressFound(found.bundle, { hasher: options.hasher, content: home.content, signal: options.signal, onBytes: progress })
        return { type: 'addressed', bundle }
      } catch (error) {
        options.signal.throwIfAborted()
        return { type: 'failed', found: found.bundle, error }
      }
    },
    take(item) {
      if (item.type === 'directory') directories.push({ path: item.path, files: item.files, outcomes: new Map() })
      else if (item.type === 'verdict') takeVerdict(item.verdict, directories.at(-1), counts, options.onEvent)
      else if (item.type === 'failed') takeFailure(item.found, item.error, directories.at(-1), counts, options.onEvent)
      else waiting.push(item.bundle)
      if (waiting.length >= BATCH || Date.now() - writtenAt > BATCH_MS) run.flush()
    },
    flush() {
      const batch = waiting.splice(0)
      writtenAt = Date.now()
      if (options.dryRun) {
        for (const bundle of batch) sayDry(home, bundle, counts, options)
        directories.length = 0
        return
      }
      const stored = transaction(home.db, () => batch.map((bundle) => remember(home, bundle, { newId: newBundleId, ...decision(options) })))
      for (const [i, outcome] of stored.entries()) {
        const bundle = batch[i]
        if (bundle === undefined) continue
        noteFiles(directories, bundle.found, outcome.id)
        if (outcome.status === 'known') counts.known += 1
        else counts.added += 1
        counts.bytes += outcome.bytes
        options.onEvent({ type: 'bundle', ...outcome })
        for (const problem of bundle.found.warnings) options.onEvent({ type: 'problem', problem })
      }
      closeDirectories(home, directories)
    },
  }
  return run
}

function decision({ decided }: AddOptions): { decided?: { access: Access; by: string } } {
  return decided === undefined ? {} : { decided }
}

interface OpenDirectory {
  readonly path: string
  readonly files: readonly SeenStat[]
  readonly outcomes: Map<string, { readonly outcome: string; readonly bundle?: string }>
}

function takeVerdict(verdict: FileVerdict, directory: OpenDirectory | undefined, counts: AddCounts, onEvent: OnEvent): void {
  directory?.outcomes.set(verdict.path, { outcome: verdict.outcome })
  if (verdict.outcome === 'taken') return
  const reason = verdict.reason ?? 'of no use here'
  if (verdict.outcome === 'ignored') {
    counts.skipped += 1
    onEvent({ type: 'skipped', path: verdict.path, reason })
    return
  }
  counts.failed += 1
  const hint = verdict.hint === undefined ? {} : { hint: verdict.hint }
  onEvent({ type: 'problem', problem: { code: verdict.code ?? 'FILE_UNREADABLE', message: reason, path: verdict.path, ...hint } })
}

function takeFailure(found: FoundBundle, error: unknown, directory: OpenDirectory | undefined, counts: AddCounts, onEvent: OnEvent): void {
  for (const file of found.files) directory?.outcomes.set(file.path, { outcome: 'failed' })
  counts.failed += 1
  onEvent({ type: 'problem', problem: problemOf(error, found.sourcePath) })
}

function noteFiles(directories: readonly OpenDirectory[], found: FoundBundle, id: string): void {
  for (const file of found.files) {
    for (const directory of directories) {
      if (directory.files.some(({ path }) => path === file.path)) directory.outcomes.set(file.path, { outcome: 'taken', bundle: id })
    }
  }
}

/** All but the newest directory are complete: what intake yields comes in order. */
function closeDirectories(home: Home, directories: OpenDirectory[]): void {
  const complete = directories.splice(0, Math.max(0, directories.length - 1))
  transaction(home.db, () => {
    for (const { path, files, outcomes } of complete) home.seen.remember(path, files.map((file) => seenFile(file, outcomes.get(file.path))))
  })
}

function seenFile(file: SeenStat, outcome: { readonly outcome: string; readonly bundle?: string } | undefined): SeenFile {
  return { ...file, outcome: outcome?.outcome ?? 'failed', ...(outcome?.bundle === undefined ? {} : { bundle: outcome.bundle }) }
}

function sayDry(home: Home, bundle: AddressedBundle, counts: AddCounts, options: AddOptions): void {
  const root = bundle.root.toString()
  const id = home.bundles.idOfRoot(root)
  const bytes = bundle.publicFiles.reduce((sum, { file }) => sum + file.bytes, 0)
  if (id === undefined) counts.added += 1
  else counts.known += 1
  counts.bytes += bytes
  options.onEvent({
    type: 'bundle',
    status: id === undefined ? 'would-add' : 'known',
    id: id ?? '',
    root,
    title: bundle.found.document.title[0]?.value ?? '',
    access: options.decided?.access ?? bundle.found.access.value,
    reason: options.decided === undefined ? bundle.found.access.reason : 'decided now',
    files: bundle.publicFiles.length,
    bytes,
    originals: bundle.found.document.originals.map(({ key, url }) => ({ key, ...(url === undefined ? {} : { url }) })),
  })
}
