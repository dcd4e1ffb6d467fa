import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ManifestError } from '../manifest/errors.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { TreeHead } from '../model/tree-head.ts'
import type { DurableFile } from '../store/durable-file.ts'
import { StoreError } from '../store/errors.ts'
import { readError, systemCode } from '../store/file-errors.ts'
import type { Journal } from '../store/journal.ts'
import { RECOVER_HINT } from '../store/sqlite-errors.ts'
import { compareHeads } from './compare-heads.ts'
import { RecordError } from './errors.ts'
import { openLogTiles } from './log-tiles.ts'

export interface OwnDirectory {
  /** The manifest directory of the home. */
  readonly directory: string
  readonly journal: Journal
  readonly primitives: Primitives
  readonly policy: Policy
}

/** Names under which the directory shows a head; `pending` is one that waits for its witnesses. */
const HEADS = ['checkpoint', 'pending/checkpoint']

/**
 * Checks that the manifest directory still is what this home wrote: no head in it is newer than the journal, and each
 * entry bundle and tile of the newest head has the bytes that the journal makes. A part of the home that came from a
 * backup does not pass. Reads the whole log (30 MB for 30,000 statements), so it is for once a run.
 *
 * @param own - the newest head that was signed or decided; the files under it were durable before it was.
 * @throws {RecordError} `LOG_DAMAGED`, `HEAD_BEHIND` or `HEAD_FORKED`; {StoreError} `STATE_CORRUPT`.
 */
export async function checkOwnDirectory(place: OwnDirectory, own: TreeHead | undefined): Promise<void> {
  const { directory, journal, primitives } = place
  // From the journal alone, so that the directory is compared with something else than itself.
  const made = openLogTiles(directory, journal, primitives.sha256, undefined)
  if (own !== undefined && (journal.size() < own.size || Buffer.compare(made.root(own.size), own.root) !== 0)) {
    throw new StoreError('STATE_CORRUPT', 'the statements in state.sqlite no longer make the head that was signed', {
      hint: RECOVER_HINT,
    })
  }
  for (const name of HEADS) {
    const seen = await readHead(place, name)
    if (seen !== undefined) compareHeads(`manifest/${name} of this home`, own, seen, made.root, behindHint(directory))
  }
  if (own === undefined) return
  for (const group of made.files(0, own.size)) {
    for (const file of group) await checkFile(directory, file)
  }
}

async function readHead({ directory, primitives, policy }: OwnDirectory, name: string): Promise<TreeHead | undefined> {
  try {
    return verifyCheckpoint(primitives, policy, await readFile(join(directory, name))).checkpoint
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (!(error instanceof ManifestError)) throw readError(error, join(directory, name))
    throw damaged(directory, `manifest/${name} is not a head that this log signed: ${error.message}`, error)
  }
}

async function checkFile(directory: string, { path, bytes }: DurableFile): Promise<void> {
  const name = path.slice(dirname(directory).length + 1)
  try {
    if ((await stat(path)).size === bytes.length && Buffer.compare(await readFile(path), bytes) === 0) return
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw readError(error, path)
    throw damaged(directory, `${name} of the own log is missing`, error)
  }
  throw damaged(directory, `${name} of the own log holds other bytes than were written`)
}

function damaged(directory: string, what: string, cause?: unknown): RecordError {
  return new RecordError('LOG_DAMAGED', what, {
    cause,
    hint: `run \`holdfast manifest recover --from ${directory}\`: it writes the directory anew from state.sqlite, or name another copy of the manifest there; then find out what changed it`,
  })
}

function behindHint(directory: string): string {
  return `state.sqlite is older than the manifest beside it: run \`holdfast manifest recover --from ${directory}\` before anything is signed`
}
