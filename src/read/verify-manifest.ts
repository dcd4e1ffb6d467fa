import { applyEntry, type Entry, type FoldStatus, prepareRefold, readStatus } from '../manifest/fold.ts'
import type { FoldEvent } from '../manifest/fold-events.ts'
import { type FoldContext, readGovernance } from '../manifest/governance.ts'
import type { Primitives } from '../manifest/primitives.ts'
import type { FoldState } from '../manifest/state.ts'
import { parseStatement } from '../manifest/statement.ts'
import { ReadError } from './errors.ts'
import { type IndexThread, startIndexThread } from './index-thread.ts'
import type { OpenManifest } from './open-manifest.ts'
import { requireSigner, type Successor, verifyPolicyFiles } from './verify-governance.ts'
import { verifyIndex } from './verify-index.ts'

export interface VerifyOptions {
  readonly primitives: Primitives
  readonly signal: AbortSignal
  /** Empty; filled with what the log says. */
  readonly state: FoldState
  /** Where the statements are kept meanwhile, for the index. */
  readonly entries: EntryStore
  readonly onEvent?: (event: FoldEvent) => void
  readonly onProgress?: (statements: number) => void
}

/** Statements by index, in whatever holds them. */
export interface EntryStore {
  put(index: number, bytes: Uint8Array): void
  get(index: number): Uint8Array
}

/** What a whole log turned out to be. */
export interface VerifiedLog {
  readonly size: number
  /** Hex. */
  readonly root: string
  readonly status: FoldStatus
  readonly successor?: Successor
}

/**
 * Reads a whole manifest under its verified head, in the order of manifest-v1 §8: tiles to the root, statements to the
 * tiles, genesis, schema and fold, the index that the newest statement commits to, file by file, and who might sign.
 * When the fold halted, the index is not checked: it covers what this program does not understand.
 *
 * @throws {ReadError} `MANIFEST_DAMAGED`, `MANIFEST_INCOMPLETE`, `MANIFEST_INCONSISTENT`, `INDEX_DAMAGED`, `GENESIS_INVALID`.
 */
export async function verifyManifest(manifest: OpenManifest, options: VerifyOptions): Promise<VerifiedLog> {
  const { state, entries, primitives, signal } = options
  const { size, root } = manifest.log.head
  const context: FoldContext = { origin: manifest.origin, logKeys: manifest.logKeys, primitives }
  await using reading = readIndexBeside(manifest, signal)
  for await (const { index, bytes } of manifest.log.entries(0, signal)) {
    entries.put(index, bytes)
    // The index covers what is before its own statement, so it is checked just before that one is folded.
    if (index === size - 1 && requireGenesis(manifest, state).halted === undefined)
      await verifyIndex(manifest, { primitives, signal, state, entryBytes: entries.get, ...reading })
    fold({ index, bytes }, options, context)
    options.onProgress?.(index + 1)
  }
  const status = requireGenesis(manifest, state)
  const successor = await verifyGovernance(manifest, options)
  const hex = Buffer.from(root).toString('hex')
  return { size, root: hex, status, ...(successor === undefined ? {} : { successor }) }
}

/** Statements from which on it is worth a thread to read the index while they are folded. */
const LONG_LOG = 8_192

function readIndexBeside({ source, log: { head } }: OpenManifest, signal: AbortSignal): IndexThread | undefined {
  const { directory } = source
  return directory === undefined || head.size < LONG_LOG ? undefined : startIndexThread({ directory, head }, signal)
}

function requireGenesis(manifest: OpenManifest, state: FoldState): FoldStatus {
  const status = readStatus(state)
  if (status.halted?.code !== 'GENESIS_MISSING' && status.halted?.code !== 'GENESIS_MISMATCH') return status
  throw new ReadError('GENESIS_INVALID', `${manifest.source.name}: ${status.halted.message}`, {
    hint: 'this is not the log that its checkpoint and your policy say it is',
  })
}

async function verifyGovernance(
  manifest: OpenManifest,
  { state, entries, signal }: VerifyOptions,
): Promise<Successor | undefined> {
  const governance = readGovernance(state)
  if (governance === undefined) return undefined
  requireSigner(manifest, governance.chain)
  const policies = governance.governing.map((index) => entries.get(index)).filter(isPolicy)
  await verifyPolicyFiles(manifest, policies, signal)
  return governance.ended
}

function isPolicy(bytes: Uint8Array): boolean {
  const parsed = parseStatement(bytes)
  return parsed.kind === 'known' && parsed.statement.type === 'policy/1'
}

/** Folds one statement; a repudiation that reaches into the past folds everything again (manifest-v1 §4.9). */
function fold(entry: Entry, { state, entries, onEvent }: VerifyOptions, context: FoldContext): void {
  const { event, refold } = applyEntry(state, entry, context)
  onEvent?.(event)
  if (!refold) return
  prepareRefold(state)
  for (let index = 0; index <= entry.index; index += 1) applyEntry(state, { index, bytes: entries.get(index) }, context)
}
