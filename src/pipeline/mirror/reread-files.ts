import { lstatSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AddressError } from '../../address/errors.ts'
import type { Hasher } from '../../address/hash-file.ts'
import { errnoOf } from '../../address/open-file.ts'
import { rawCid } from '../../model/content-id.ts'
import { HoldfastError, type Problem } from '../../model/errors.ts'
import { flushDirectory, makeDirectories } from '../../store/durable-directory.ts'
import { writeError } from '../../store/file-errors.ts'
import type { HeldFile, ServedVersion } from '../../store/rereads.ts'
import { transaction } from '../../store/transaction.ts'
import type { FollowedLog } from './followed-log.ts'

/** Of a multihash of SHA-256, behind its two bytes of kind and length. */
const DIGEST_BYTES = 32

export interface RereadOptions {
  readonly hasher: Hasher
  /** Drops the file at hand. */
  readonly signal: AbortSignal
  /** Ends it after the file at hand. */
  readonly stopping: AbortSignal
  readonly onBytes: (bytes: number) => void
  readonly onDamage: (problem: Problem) => void
}

export interface RereadCounts {
  readonly files: number
  readonly bytes: number
  /** Files that are not what they were, and bundles of which a document is not. */
  readonly damaged: number
}

/**
 * Reads files that are held again, whole, and the documents of their bundles, and writes down when. What is wrong is no
 * longer sound from then on: the next fetch brings what is wrong in it, and a link or a file that the disk cannot read is
 * moved into `damaged/` first, so that nothing stands in its place. A run that is killed has lost the account of one file.
 */
export async function rereadFiles(
  log: FollowedLog,
  files: Iterable<HeldFile>,
  options: RereadOptions,
): Promise<RereadCounts> {
  const counts = { files: 0, bytes: 0, damaged: 0 }
  const seen = new Set<string>()
  for (const file of files) {
    options.signal.throwIfAborted()
    if (options.stopping.aborted) break
    const isSound = await rereadOne(log, file, options)
    counts.files += 1
    counts.bytes += file.bytes
    if (!isSound) counts.damaged += 1
    for (const version of log.tables.servedVersionsOf(file.content)) {
      if (!isSound) wantAgain(log, version)
      if (!seen.has(version.root)) counts.damaged += await damagedDocuments(log, version, options)
      seen.add(version.root)
    }
  }
  return counts
}

/** Asks for everything again that was found damaged or gone, by whom ever. */
export function wantUnsound(log: FollowedLog): void {
  const versions = log.tables.unsoundVersions()
  if (versions.length === 0) return
  transaction(log.home.db, () => {
    for (const version of versions) wantAgain(log, version)
  })
}

/** Its bytes are counted already, so that a full budget does not keep it from being mended. */
function wantAgain({ tables }: FollowedLog, version: ServedVersion): void {
  tables.want({ ...version, bytes: 0 })
}

async function rereadOne(
  log: FollowedLog,
  { path, content, bytes }: HeldFile,
  options: RereadOptions,
): Promise<boolean> {
  const { home, tables } = log
  const before = home.content.content(content)
  if (before === undefined) return true
  const places = await home.content.verifyContent(content, options.hasher, options)
  const state = places.find((place) => place.path === path)?.state ?? 'missing'
  if (state === 'ok') {
    tables.noteRead(path, home.now())
    return true
  }
  const isAside = state !== 'missing' && !(await canBeRead(path, options)) && (await setAside(log, path))
  options.onDamage(damageOf(path, bytes, state, isAside))
  return false
}

/** Only asked of what is damaged, so that it may read it once more. */
async function canBeRead(path: string, { hasher, signal }: RereadOptions): Promise<boolean> {
  try {
    await hasher.hashFile(path, { signal, sha256: false })
    return true
  } catch (error) {
    if (!(error instanceof AddressError) || error.code === 'HASHER_CLOSED') throw error
    return error.code === 'FILE_CHANGED' || errnoOf(error.cause) === 'ENOENT'
  }
}

/** Something stands there that is no file, or none that can be read: it must not be in the way of the next one. */
async function setAside({ home }: FollowedLog, path: string): Promise<boolean> {
  const directory = home.paths.damaged
  await makeDirectories([directory], 0o700)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const to = join(directory, `${name}-${home.now().replaceAll(':', '')}`)
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false
    renameSync(path, to)
  } catch (error) {
    throw writeError(error, to)
  }
  await flushDirectory(directory)
  await flushDirectory(dirname(path))
  return true
}

/** Documents and directories lie in the database; each is hashed when it is read. */
async function damagedDocuments(log: FollowedLog, version: ServedVersion, options: RereadOptions): Promise<number> {
  const { home, tables } = log
  for (const multihash of tables.documentsOf(version.root)) {
    try {
      const cid = rawCid(multihash.subarray(-DIGEST_BYTES))
      if ((await home.content.readBlock(cid, options)) !== undefined) continue
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof HoldfastError)) throw error
    }
    wantAgain(log, version)
    options.onDamage(documentDamage(version.id))
    return 1
  }
  return 0
}

function damageOf(path: string, bytes: number, state: string, isAside: boolean): Problem {
  const what =
    state === 'missing'
      ? 'is gone'
      : isAside
        ? 'cannot be read, and was moved aside'
        : 'has other bytes than when it was fetched'
  return {
    code: 'HELD_DAMAGED',
    message: `a file of ${bytes} bytes ${what}`,
    hint: 'it is fetched again by the next sync; if that happens more than once, the disk is failing',
    path,
  }
}

function documentDamage(id: string): Problem {
  return {
    code: 'HELD_DAMAGED',
    message: `a document of bundle ${id} is damaged in the state database`,
    hint: 'it is fetched again by the next sync; the disk of the home may be failing',
  }
}
