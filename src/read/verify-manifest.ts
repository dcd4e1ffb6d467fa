import { applyEntry, type FoldStatus, prepareRefold, readStatus } from '../manifest/fold.ts'
import type { FoldEvent } from '../manifest/fold-events.ts'
import type { FoldContext } from '../manifest/governance.ts'
import { buildIndex } from '../manifest/index-build.ts'
import { leafHash } from '../manifest/merkle.ts'
import type { Primitives } from '../manifest/primitives.ts'
import type { FoldState } from '../manifest/state.ts'
import { parseStatement } from '../manifest/statement.ts'
import { ReadError } from './errors.ts'
import type { OpenManifest } from './open-manifest.ts'

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
}

/**
 * Reads a whole manifest under its verified head, in the order of manifest-v1 §8: tiles to the root, statements to the
 * tiles, genesis, schema and fold, and the index that the newest statement commits to, file by file.
 *
 * @throws {ReadError} `MANIFEST_DAMAGED`, `INDEX_DAMAGED`, `GENESIS_INVALID`.
 */
export async function verifyManifest(manifest: OpenManifest, options: VerifyOptions): Promise<VerifiedLog> {
  const { state, entries, primitives, signal } = options
  const { size, root } = manifest.log.head
  const context: FoldContext = { origin: manifest.origin, logKeys: manifest.logKeys, primitives }
  for await (const { index, bytes } of manifest.log.entries(0, signal)) {
    entries.put(index, bytes)
    // The index covers what is before its own statement, so it is checked just before that one is folded.
    if (index === size - 1) await verifyIndex(manifest, index, bytes, options)
    fold(index, options, context)
    options.onProgress?.(index + 1)
  }
  const status = readStatus(state)
  if (status.halted?.code === 'GENESIS_MISSING' || status.halted?.code === 'GENESIS_MISMATCH') {
    throw new ReadError('GENESIS_INVALID', `${manifest.source.name}: ${status.halted.message}`, {
      hint: 'this is not the log that its checkpoint and your policy say it is',
    })
  }
  return { size, root: Buffer.from(root).toString('hex'), status }
}

/** Folds one statement; a repudiation that reaches into the past folds everything again (manifest-v1 §4.9). */
function fold(index: number, { state, entries, onEvent }: VerifyOptions, context: FoldContext): void {
  const { event, refold } = applyEntry(state, { index, bytes: entries.get(index) }, context)
  onEvent?.(event)
  if (!refold) return
  prepareRefold(state)
  for (let i = 0; i <= index; i += 1) applyEntry(state, { index: i, bytes: entries.get(i) }, context)
}

async function verifyIndex(
  manifest: OpenManifest,
  index: number,
  bytes: Uint8Array,
  { state, entries, primitives, signal }: VerifyOptions,
): Promise<void> {
  const committed = committedIndex(bytes, index)
  if (committed === undefined) throw damaged(manifest, 'its newest statement commits to no index')
  const { sha256 } = primitives
  const log = { state, entryBytes: entries.get, leafHashAt: (i: number) => leafHash(sha256, entries.get(i)) }
  const files = buildIndex(log, index, sha256)
  for (let next = files.next(); ; next = files.next()) {
    signal.throwIfAborted()
    if (next.done === true) {
      if (next.value.root === committed.root && next.value.bits === committed.bits) return
      throw damaged(manifest, 'the index that its newest statement commits to is not the index of its statements')
    }
    const { path, bytes: expected } = next.value
    const found = await manifest.source.read(path, { maxBytes: expected.length, signal })
    if (found === undefined || Buffer.compare(found, expected) !== 0)
      throw damaged(manifest, `${path} is missing or holds other bytes than it must`)
  }
}

function committedIndex(
  bytes: Uint8Array,
  index: number,
): { readonly root: string; readonly bits: number } | undefined {
  const parsed = parseStatement(bytes)
  if (parsed.kind !== 'known' || parsed.statement.type !== 'index/1' || parsed.statement.size !== index)
    return undefined
  return parsed.statement
}

function damaged(manifest: OpenManifest, what: string): ReadError {
  return new ReadError('INDEX_DAMAGED', `${manifest.source.name}: ${what}`, {
    hint: 'this copy was altered or is incomplete: compare it with another one before you rely on it',
  })
}
