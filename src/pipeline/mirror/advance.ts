import { join } from 'node:path'
import { applyEntry, prepareRefold, readStatus } from '../../manifest/fold.ts'
import { type FoldContext, readGovernance } from '../../manifest/governance.ts'
import { buildIndex, type IndexHead } from '../../manifest/index-build.ts'
import { keepEntries } from '../../manifest/kept-reads.ts'
import { leafHash } from '../../manifest/merkle.ts'
import { parseStatement } from '../../manifest/statement.ts'
import type { NotedHead } from '../../mirror/compare-heads.ts'
import { newEntries } from '../../mirror/new-entries.ts'
import { ReadError } from '../../read/errors.ts'
import type { OpenManifest } from '../../read/open-manifest.ts'
import { requireSigner } from '../../read/verify-governance.ts'
import type { DurableFile } from '../../store/durable-file.ts'
import { replaceWhereDifferent } from '../../store/replace-files.ts'
import { readHashedFile } from '../../store/small-file.ts'
import { transaction, waitingTransaction } from '../../store/transaction.ts'
import type { FollowedLog } from './followed-log.ts'
import type { Reactor } from './react.ts'

/** Statements that are folded and committed together: some 4 MB. */
const BATCH = 4_096
const FILES_AT_ONCE = 128

export interface AdvanceOptions {
  readonly signal: AbortSignal
  readonly reactor: Reactor
  readonly onStatements: (size: number) => void
  /** Told the size of each head that an index statement closes. */
  readonly onHead: (size: number) => void
}

/**
 * Takes in the statements up to the manifest's head, whose consistency with what was held is proven. Each batch, with what
 * follows from it, is one transaction with the head that proves it; a run that is killed goes on behind the last one. The
 * index that the last statement commits to is made here, from the statements, and must be the one that was promised.
 *
 * @throws {ReadError} `INDEX_DAMAGED`, `GENESIS_INVALID`, `MANIFEST_INCONSISTENT` about the log; others about the source.
 */
export async function advance(log: FollowedLog, manifest: OpenManifest, options: AdvanceOptions): Promise<void> {
  const { home } = log
  const { size } = manifest.log.head
  const context: FoldContext = { origin: home.origin, logKeys: manifest.logKeys, primitives: home.primitives }
  const batch: Uint8Array[] = []
  const reading = { primitives: home.primitives, signal: options.signal, known: home.journal.entry }
  for await (const entries of newEntries(manifest, home.journal.size(), reading)) {
    batch.push(...entries)
    const reaches = home.journal.size() + batch.length >= size
    // The last statement waits for the index of all that is before it.
    if (reaches || batch.length >= BATCH)
      commit(log, manifest, batch.splice(0, batch.length - (reaches ? 1 : 0)), context, options)
  }
  const [last] = batch
  if (last !== undefined) await commitLast(log, manifest, last, context, options)
}

/** Remembers the head before its statements: from here on no other history of that size is believed. */
function acceptHead({ home }: FollowedLog, { log: { head }, note }: OpenManifest): void {
  const before = home.journal.signed()
  if (before !== undefined && before.size >= head.size) return
  home.journal.swapSigned(before, head, home.now())
  home.journal.attachNote(head.size, note)
}

function commit(
  log: FollowedLog,
  manifest: OpenManifest,
  entries: readonly Uint8Array[],
  context: FoldContext,
  options: AdvanceOptions,
): void {
  const { home } = log
  if (entries.length === 0) return
  transaction(home.db, () => {
    acceptHead(log, manifest)
    for (const bytes of entries) foldOne(log, bytes, context, options)
    options.reactor.settle()
    requireSound(log, manifest)
  })
  options.onStatements(home.journal.size())
}

async function commitLast(
  log: FollowedLog,
  manifest: OpenManifest,
  bytes: Uint8Array,
  context: FoldContext,
  options: AdvanceOptions,
): Promise<void> {
  const { home } = log
  await waitingTransaction(home.db, async () => {
    acceptHead(log, manifest)
    if (home.journal.size() > 0 && readStatus(home.fold).halted === undefined) await makeIndex(log, bytes)
    foldOne(log, bytes, context, options)
    options.reactor.settle()
    requireSound(log, manifest)
  })
  options.onStatements(home.journal.size())
}

/** manifest-v1 §4.9: a repudiation that reaches into the past folds everything again. */
function foldOne(
  { home }: FollowedLog,
  bytes: Uint8Array,
  context: FoldContext,
  { reactor, onHead }: AdvanceOptions,
): void {
  const { fold, journal } = home
  const index = journal.append(bytes)
  const { event, refold } = applyEntry(fold, { index, bytes }, context)
  if (event.type === 'index') onHead(index + 1)
  if (!refold) {
    reactor.entry(event, bytes)
    return
  }
  prepareRefold(fold)
  for (let i = 0; i <= index; i += 1) applyEntry(fold, { index: i, bytes: journal.entry(i) }, context)
  reactor.again()
}

function requireSound({ home }: FollowedLog, manifest: OpenManifest): void {
  const { halted } = readStatus(home.fold)
  if (halted?.code === 'GENESIS_MISSING' || halted?.code === 'GENESIS_MISMATCH') {
    throw new ReadError('GENESIS_INVALID', `${manifest.source.name}: ${halted.message}`, {
      hint: 'this is not the log that its checkpoint and your policy say it is',
    })
  }
  const governance = readGovernance(home.fold)
  if (governance !== undefined) requireSigner(manifest, governance.chain)
}

/**
 * Makes the index over all that is folded: anew from the statements, never copied; only shards that changed are written.
 *
 * @param last - the statement that is folded next, and commits to it.
 * @throws {ReadError} `INDEX_DAMAGED` when it commits to another one.
 * @see manifest-v1 §5.8
 */
export async function makeIndex(log: FollowedLog, last: Uint8Array): Promise<void> {
  const { home } = log
  const size = readStatus(home.fold).next
  const parsed = parseStatement(last)
  const said = parsed.kind === 'known' && parsed.statement.type === 'index/1' ? parsed.statement : undefined
  const made = await writeIndexFiles(log, size)
  if (said?.size === size && said.root === made.root && said.bits === made.bits) return
  throw new ReadError(
    'INDEX_DAMAGED',
    `the publisher's statement ${size} commits to another index than its statements make`,
    {
      hint: `nothing under this head is served here; tell the publisher of ${home.origin}: a newer head with a right index ends it`,
    },
  )
}

async function writeIndexFiles({ home }: FollowedLog, size: number): Promise<IndexHead> {
  const { sha256 } = home.primitives
  const entryBytes = keepEntries(home.journal.entry)
  const leafHashAt = (index: number): Uint8Array => leafHash(sha256, entryBytes(index))
  const readShard = (path: string): Uint8Array | undefined => readHashedFile(join(home.paths.manifest, path))
  const files = buildIndex({ state: home.fold, entryBytes, leafHashAt, readShard }, size, sha256)
  let group: DurableFile[] = []
  for (let next = files.next(); ; next = files.next()) {
    if (next.done !== true) group.push({ path: join(home.paths.manifest, next.value.path), bytes: next.value.bytes })
    if (next.done === true || group.length === FILES_AT_ONCE) {
      await replaceWhereDifferent(group)
      group = []
    }
    if (next.done === true) return next.value
  }
}

/** The newest head that this mirror has accepted, whether or not all under it is here. */
export function acceptedHead({ home }: FollowedLog): NotedHead | undefined {
  const signed = home.journal.signed()
  return signed?.note === undefined ? undefined : { size: signed.size, root: signed.root, note: signed.note }
}
