import { statfs } from 'node:fs/promises'
import PQueue from 'p-queue'
import { AddressError } from '../../address/errors.ts'
import type { HashedFile } from '../../address/hash-file.ts'
import { openRegular } from '../../address/open-file.ts'
import { bundleView } from '../../manifest/bundle-view.ts'
import type { BundleStatement } from '../../manifest/statement-types.ts'
import { type FetchedOutline, fetchFile, fetchOutline } from '../../mirror/fetch-bundle.ts'
import { binding } from '../../mirror/obey.ts'
import type { BundleFile } from '../../model/bundle.ts'
import { cidText, parseCid } from '../../model/content-id.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { parseBundleDocument } from '../../model/parse-bundle.ts'
import type { BlockSource } from '../../read/block-source.ts'
import { ReadError } from '../../read/errors.ts'
import type { VersionFile } from '../../store/catalogue/bundles.ts'
import { StoreError } from '../../store/errors.ts'
import { DISK_FULL_HINT, writeError } from '../../store/file-errors.ts'
import type { WantedVersion } from '../../store/followed.ts'
import { transaction } from '../../store/transaction.ts'
import type { FollowedLog } from './followed-log.ts'
import { fetchedPath, takeFromQuarantine } from './quarantine.ts'
import { bundleStatement, type Reactor } from './react.ts'

/** Bundles under way at once: while the last blocks of one come, the next one begins. */
const AT_ONCE = 2
/** Room that is left for the state of this program and for everybody else. */
const RESERVE_BYTES = 64 * 2 ** 20

export interface FetchOptions {
  readonly source: BlockSource
  /** Asked before a bundle is begun; false leaves it out. */
  readonly begin: (root: string) => Promise<boolean>
  readonly reactor: Reactor
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onBytes: (bytes: number) => void
  readonly onFetched: (bundle: {
    readonly id: string
    readonly root: string
    readonly index: number
    readonly files: number
    readonly bytes: number
  }) => void
  readonly onProblem: (problem: Problem) => void
}

export interface FetchedCounts {
  readonly fetched: number
  readonly bytes: number
  /** Bundles that the budget has no room for. */
  readonly beyondBudget: number
  /** Bundles that no source can have. */
  readonly lacking: number
  readonly failed: number
}

/**
 * Fetches what is wanted and not here, in the operator's order. A bundle is written down as held only when each of its
 * files is whole, checked and flushed. One that cannot be had does not keep the others back.
 */
export async function fetchWanted(log: FollowedLog, options: FetchOptions): Promise<FetchedCounts> {
  const { home, tables } = log
  const counts = { fetched: 0, bytes: 0, beyondBudget: 0, lacking: 0, failed: 0 }
  const underWay = new Map<string, Promise<HashedFile | number>>()
  let isFull = false
  const one = async (wanted: WantedVersion): Promise<void> => {
    if (isFull || options.stopping.aborted || options.signal.aborted) return
    const statement = bundleStatement(home.journal.entry(wanted.index))
    if (statement === undefined || isWithdrawn(log, statement)) return tables.unwant(wanted.root)
    if (!(await options.begin(statement.root))) {
      counts.lacking += 1
      return
    }
    try {
      await requireRoom(home.paths.home, statement.bytes)
      const files = await fetchOne(log, wanted, statement, options, underWay)
      counts.fetched += 1
      counts.bytes += statement.bytes
      options.onFetched({ id: statement.id, root: statement.root, index: wanted.index, files, bytes: statement.bytes })
    } catch (error) {
      const fault = translated(error)
      options.signal.throwIfAborted()
      counts.failed += 1
      isFull ||= fault.code === 'DISK_FULL'
      if (!isFull) tables.noteTry(wanted.index, fault.code)
      const problem = problemOf(fault)
      options.onProblem({ ...problem, message: `bundle ${statement.id}: ${problem.message}` })
    }
  }
  const queue = new PQueue({ concurrency: AT_ONCE })
  const { fitting, beyond } = withinBudget(log)
  counts.beyondBudget = beyond
  const results = await Promise.allSettled(fitting.map((wanted) => queue.add(() => one(wanted))))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return counts
}

/** Looks at no statement: what does not fit today may not fit for years. */
function withinBudget({ home, tables, settings }: FollowedLog): {
  readonly fitting: readonly WantedVersion[]
  readonly beyond: number
} {
  const wanted = tables.wanted(settings.order)
  if (settings.budget === 0) return { fitting: wanted, beyond: 0 }
  let left = settings.budget - tables.held(home.publishedSize()).bytes
  const fitting = wanted.filter(({ bytes }) => {
    if (bytes > left) return false
    left -= bytes
    return true
  })
  return { fitting, beyond: wanted.length - fitting.length }
}

function isWithdrawn({ home, settings }: FollowedLog, { id, root }: BundleStatement): boolean {
  const view = bundleView(home.fold, id)
  const inForce = binding(view?.withdrawals ?? [], settings.jurisdictions)
  const isHeld = home.bundles.hasVersion(root)
  // Of what is here already, the catalogue says whether its withdrawal is obeyed.
  return view === undefined || (!isHeld && inForce.some((withdrawal) => (withdrawal.root ?? root) === root))
}

async function fetchOne(
  log: FollowedLog,
  { index }: WantedVersion,
  statement: BundleStatement,
  { source, reactor, signal, onBytes }: FetchOptions,
  underWay: Map<string, Promise<HashedFile | number>>,
): Promise<number> {
  const promised = { ...statement, root: parseCid(statement.root) }
  const outline = await fetchOutline(promised, source, signal)
  parseBundleDocument(outline.document)
  requireStatedBytes(statement, outline)
  const hashed: (HashedFile | number)[] = []
  const fetch = async (file: BundleFile): Promise<HashedFile | number> => {
    const path = fetchedPath(log.home.paths.fetched, file.cid)
    await takeFromQuarantine(log, file.cid, path)
    return (await contentAt(log, file, path)) ?? (await fetchFile(file, path, source, { signal, onBytes }))
  }
  for (const file of outline.files) hashed.push(await once(underWay, file.cid, () => fetch(file)))
  transaction(log.home.db, () => {
    writeDown(log, statement, index, outline, hashed)
    reactor.settleOne(statement.id)
  })
  return outline.files.length
}

/** The budget counts what the statement says, so nothing is fetched beyond it. */
function requireStatedBytes({ bytes }: BundleStatement, { files }: FetchedOutline): void {
  if (files.reduce((sum, file) => sum + file.bytes, 0) === bytes) return
  throw new ReadError('BUNDLE_MALFORMED', 'its files have another size together than its statement says', {
    hint: 'the publisher made this bundle wrongly, or wants to fill your disk: nothing of it is held here',
  })
}

/** Two bundles that have a file in common must not write it at the same time: the second one waits for the first. */
async function once<T>(underWay: Map<string, Promise<T>>, key: string, run: () => Promise<T>): Promise<T> {
  const running = underWay.get(key) ?? run()
  underWay.set(key, running)
  try {
    return await running
  } finally {
    underWay.delete(key)
  }
}

/** Content that another bundle brought, and whose file is as it was when it was checked. */
async function contentAt({ home }: FollowedLog, file: BundleFile, path: string): Promise<number | undefined> {
  try {
    const { handle, stat } = await openRegular(path)
    await handle.close()
    const known = home.content.knownContent(path, stat)
    const content = known === undefined ? undefined : home.content.content(known)
    return content !== undefined && cidText(content.cid) === file.cid ? known : undefined
  } catch (error) {
    if (error instanceof AddressError) return undefined
    throw error
  }
}

/** The same rows as a publisher has, so that everything that reads a home reads a mirror. */
function writeDown(
  { home, name, tables }: FollowedLog,
  { id, root, bytes, filesSha256, originals }: BundleStatement,
  index: number,
  outline: FetchedOutline,
  hashed: readonly (HashedFile | number)[],
): void {
  const now = home.now()
  const contents = hashed.map((file) => (typeof file === 'number' ? file : home.content.addContent(file)))
  // What was fetched has just been read back from the disk as a whole.
  for (const file of hashed) if (typeof file !== 'number') tables.noteRead(file.path, now)
  for (const { cid, bytes: block } of outline.blocks) home.content.putSmall(cid, block)
  if (!home.bundles.hasVersion(root)) {
    const version = {
      ...{ root, filesSha256, bytes, document: new TextDecoder().decode(outline.document), privateFiles: [] },
      files: outline.files.map((file, i) => versionFile(file, contents[i] ?? 0)),
      blocks: outline.blocks.map(({ cid }) => cid.multihash.bytes),
      keys: originals.map(({ key }) => key),
    }
    const known = home.bundles.get(id)
    const access = { access: 'public', accessReason: 'published in the log', accessBy: name } as const
    if (known === undefined)
      home.bundles.insert(
        { id, layout: 'mirror', sourcePath: home.paths.fetched, ...access, asGiven: '{}' },
        version,
        now,
      )
    else if (index > (known.newestIndex ?? -1)) home.bundles.addVersion(id, version, now)
    else home.bundles.addOlderVersion(id, version, now)
  }
  home.bundles.setLogIndex(root, index)
  tables.unwant(root)
}

function versionFile({ path, role, mediaType, language }: BundleFile, content: number): VersionFile {
  return { path, content, role, mediaType, ...(language === undefined ? {} : { language }) }
}

async function requireRoom(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize >= bytes + RESERVE_BYTES) return
  throw new StoreError('DISK_FULL', `the disk has no room for ${bytes} bytes more`, { hint: DISK_FULL_HINT })
}

/** What the part file met on the disk is told in the words of a mirror, which has no -o. */
function translated(error: unknown): HoldfastError {
  if (error instanceof ReadError && error.code === 'OUTPUT_UNWRITABLE') {
    const fault = writeError(error.cause, 'a file of this mirror')
    if (fault instanceof StoreError) return fault
  }
  if (error instanceof HoldfastError) return error
  throw error
}
