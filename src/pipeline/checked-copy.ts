import { ManifestError } from '../manifest/errors.ts'
import { leafHash, openFrontier } from '../manifest/merkle.ts'
import { policyOfVkey } from '../manifest/policy.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { ReadError } from '../read/errors.ts'
import type { ManifestSource } from '../read/manifest-source.ts'
import { type OpenManifest, openManifestFrom } from '../read/open-manifest.ts'
import { StoreError } from '../store/errors.ts'
import type { Journal } from '../store/journal.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { openScratchState } from '../store/scratch-state.ts'
import { RECOVER_HINT } from '../store/sqlite-errors.ts'

/** The whole log under one head that the own key signed; every statement is proven by it. */
export interface CheckedCopy extends Disposable {
  /** As the operator typed it. */
  readonly name: string
  readonly head: TreeHead
  readonly note: Uint8Array
  /** Verifier keys that may sign for this log. */
  readonly logKeys: readonly string[]
  statement(index: number): Uint8Array
  /** Root of the log at a size that it has. */
  rootAt(size: number): Uint8Array
}

/**
 * Fetches a copy of the log, each statement checked against the head and the head against the own key. What was fetched
 * lies in a temporary database meanwhile, so memory stays the same however long the log is. Changes nothing.
 *
 * @throws {ReadError} `MANIFEST_MISSING`, `MANIFEST_DAMAGED`; {ManifestError} `ORIGIN_UNKNOWN`, `SIGNATURE_MISSING` and others.
 */
export async function fetchCopy(source: ManifestSource, vkey: string, signal: AbortSignal): Promise<CheckedCopy> {
  const manifest = await openOwn(source, vkey, signal)
  using cleanup = new DisposableStack()
  const scratch = cleanup.use(openScratchState())
  for await (const { index, bytes } of manifest.log.entries(0, signal)) scratch.put(index, bytes)
  const { head } = manifest.log
  if (head.size === 0) throw new ReadError('GENESIS_INVALID', `${source.name} holds a head over no statement at all`)
  const resources = cleanup.move()
  return {
    name: source.name,
    head,
    note: manifest.note,
    logKeys: manifest.logKeys,
    statement: scratch.get,
    rootAt: (size) => rootOfStatements(scratch.get, size),
    [Symbol.dispose]: () => resources.dispose(),
  }
}

/** The hints of reading are for readers; here the publisher itself named the wrong copy. */
async function openOwn(source: ManifestSource, vkey: string, signal: AbortSignal): Promise<OpenManifest> {
  try {
    return await openManifestFrom(source, policyOfVkey(vkey, nodePrimitives.sha256), {
      primitives: nodePrimitives,
      signal,
    })
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    throw new ManifestError(error.code, `${source.name}: ${error.message}`, {
      hint: "that copy is damaged, of another log, or signed by another key than this home's; nothing was changed: name another one with --from",
      cause: error,
    })
  }
}

/**
 * The own state as a copy, with which a damaged directory is written anew; undefined when nothing was signed yet.
 *
 * @throws {StoreError} `STATE_CORRUPT`; {ManifestError} when the head in it is not signed by this key.
 */
export function ownStateAsCopy(journal: Journal, vkey: string, name: string): CheckedCopy | undefined {
  const note = journal.signed()?.note
  if (note === undefined) return undefined
  const { sha256 } = nodePrimitives
  const { checkpoint } = verifyCheckpoint(nodePrimitives, policyOfVkey(vkey, sha256), note)
  if (Buffer.compare(rootOfStatements(journal.entry, checkpoint.size), checkpoint.root) !== 0) {
    throw new StoreError('STATE_CORRUPT', 'the statements in state.sqlite no longer make the head that was signed', {
      hint: RECOVER_HINT,
    })
  }
  return {
    name,
    head: checkpoint,
    note,
    logKeys: [vkey],
    statement: journal.entry,
    rootAt: (size) => rootOfStatements(journal.entry, size),
    [Symbol.dispose]: () => undefined,
  }
}

/** Root of the first `size` statements. */
export function rootOfStatements(statement: (index: number) => Uint8Array, size: number): Uint8Array {
  const frontier = openFrontier(nodePrimitives.sha256)
  for (let index = 0; index < size; index += 1) frontier.append(leafHash(nodePrimitives.sha256, statement(index)))
  return frontier.root()
}
