import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../manifest/errors.ts'
import { type Policy, policyOfVkey } from '../manifest/policy.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { RecordError } from '../record/errors.ts'
import { readError, systemCode } from '../store/file-errors.ts'
import { readHeadRecord } from '../store/head-record.ts'
import type { HomePaths } from '../store/home.ts'
import type { Journal } from '../store/journal.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { type CheckedCopy, rootOfStatements } from './checked-copy.ts'

/** A head that this computer knows to have been signed, and where it says so. */
export interface KnownHead {
  readonly place: string
  readonly head: TreeHead
}

export interface KnownPlaces {
  readonly vkey: string
  readonly paths: HomePaths
  readonly stateDirectory: string
  /** Undefined where the state is lost. */
  readonly journal: Journal | undefined
}

/**
 * Every head that this computer knows to have been signed: the journal's, the one in the manifest directory where that is
 * readable, and the second record outside the home.
 *
 * @throws {StoreError} `HEAD_RECORD_MALFORMED`; {ManifestError} when the record is not signed by this key.
 */
export async function knownHeads({ vkey, paths, stateDirectory, journal }: KnownPlaces): Promise<KnownHead[]> {
  const policy = policyOfVkey(vkey, nodePrimitives.sha256)
  const signed = journal?.signed()
  const shown = await shownHead(join(paths.manifest, 'checkpoint'), policy)
  const record = await readHeadRecord(stateDirectory, vkey)
  return [
    ...(signed?.note === undefined ? [] : [{ place: 'state.sqlite', head: signed }]),
    ...(shown === undefined ? [] : [{ place: 'the manifest directory', head: shown }]),
    ...(record === undefined
      ? []
      : [{ place: 'the record of heads', head: headOf(new TextEncoder().encode(record.note), policy) }]),
  ]
}

/** Up to where the journal has what was signed: the largest known head whose root its own statements make. */
export function ownSize(journal: Journal, known: readonly KnownHead[]): number {
  const own = known.filter(
    ({ head }) =>
      head.size <= journal.size() && Buffer.compare(rootOfStatements(journal.entry, head.size), head.root) === 0,
  )
  return Math.max(0, ...own.map(({ head }) => head.size))
}

/**
 * A copy replaces what is here only if it holds all that was ever signed, as far as this computer knows.
 *
 * @throws {RecordError} `HEAD_BEHIND` when the copy is shorter than a known head, `HEAD_FORKED` when it contradicts one.
 */
export function requireAll(copy: CheckedCopy, known: readonly KnownHead[]): void {
  for (const { place, head } of known) {
    if (head.size > copy.head.size) {
      throw new RecordError(
        'HEAD_BEHIND',
        `${copy.name} has ${copy.head.size} statements, and ${place} says that ${head.size} were signed`,
        {
          hint: 'that copy is older than what was signed here; nothing was changed: name a longer one with --from',
        },
      )
    }
    if (Buffer.compare(copy.rootAt(head.size), head.root) !== 0) {
      throw new RecordError('HEAD_FORKED', `${copy.name} contradicts the head of ${head.size} statements in ${place}`, {
        hint: 'the same key has written two histories: stop, keep both copies, and ask your approvers; nothing was changed',
      })
    }
  }
}

/** What cannot be read there is what recovery is for; it says nothing. */
export async function shownHead(path: string, policy: Policy): Promise<TreeHead | undefined> {
  try {
    return headOf(await readFile(path), policy)
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return undefined
    throw readError(error, path)
  }
}

function headOf(note: Uint8Array, policy: Policy): TreeHead {
  return verifyCheckpoint(nodePrimitives, policy, note).checkpoint
}
