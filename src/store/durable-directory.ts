import { closeSync, fsync, mkdirSync, openSync, statSync } from 'node:fs'
import { readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { systemCode, writeError } from './file-errors.ts'

/** Not every file system can flush a directory (FUSE, network shares); there is nothing more to do on those. */
const CANNOT_FLUSH = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])

/** Flushes a directory, so that the names in it survive a power failure. Does nothing on Windows, which has no such call. */
export async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  try {
    const descriptor = openSync(directory, 'r')
    try {
      await flush(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (!CANNOT_FLUSH.has(systemCode(error) ?? '')) throw writeError(error, directory)
  }
}

/** Waits until what was written to an open file or directory is on the disk. */
export const flush: (descriptor: number) => Promise<void> = promisify(fsync)

/**
 * Makes a directory and its missing parents, and flushes the parent of each one made. Harmless when it exists.
 *
 * @throws {StoreError} `STORE_UNWRITABLE` or `DISK_FULL`.
 */
export async function makeDirectory(directory: string, mode?: number): Promise<void> {
  await makeDirectories([directory], mode)
}

/**
 * {@link makeDirectory} for many; a parent of several new ones is flushed once.
 *
 * @returns those that were made, missing parents included.
 */
export async function makeDirectories(directories: Iterable<string>, mode?: number): Promise<ReadonlySet<string>> {
  const made = new Set<string>()
  for (const directory of directories) makeMissing(directory, mode, made)
  for (const parent of new Set(Array.from(made, (directory) => dirname(directory)))) await flushDirectory(parent)
  return made
}

/**
 * Synchronous, because a new directory takes microseconds and a turn of the event loop more.
 * Node's own recursive mkdir retries without end where a file system answers ENOENT below an existing parent (/proc does).
 */
function makeMissing(directory: string, mode: number | undefined, made: Set<string>): void {
  try {
    if (isMade(directory, mode)) made.add(directory)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(directory) === directory) throw writeError(error, directory)
    makeMissing(dirname(directory), mode, made)
    try {
      if (isMade(directory, mode)) made.add(directory)
    } catch (again) {
      throw writeError(again, directory)
    }
  }
}

function isMade(directory: string, mode: number | undefined): boolean {
  try {
    mkdirSync(directory, mode)
    return true
  } catch (error) {
    // A dangling link exists and cannot be looked at: not a directory.
    if (systemCode(error) === 'EEXIST' && statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true)
      return false
    throw error
  }
}

/** Files of this process that stand under a temporary name just now. */
const inFlight = new Set<string>()
let count = 0

/** Claims a new temporary name in `directory`. The process id in it lets a later run tell that its writer is dead. */
export function claimTemporary(directory: string): string {
  count += 1
  const path = join(directory, `.holdfast-${process.pid}-${count}-${Date.now().toString(36)}.tmp`)
  inFlight.add(path)
  return path
}

const TEMPORARY_NAME = /^\.holdfast-([1-9][0-9]*)-[0-9]+-[0-9a-z]+\.tmp$/

/** True for the name of a file that a running or dead writer of ours has under way. */
export function isTemporary(name: string): boolean {
  return TEMPORARY_NAME.test(name)
}

/** To be called once the file has been renamed. */
export function forgetTemporary(path: string): void {
  inFlight.delete(path)
}

/** Removes a temporary file that was not renamed. Never throws: it runs on the way out of failures. */
export async function removeTemporary(path: string): Promise<void> {
  if (inFlight.delete(path)) await unlinkQuietly(path)
}

/** Removes temporary files that dead runs left in this directory; a missing directory is fine. */
export async function removeStaleTemporaries(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw writeError(error, directory)
  })
  for (const name of names) {
    const writer = TEMPORARY_NAME.exec(name)?.[1]
    const path = join(directory, name)
    if (writer === undefined || inFlight.has(path)) continue
    // A file under our own id that we do not know is from an earlier process: ids come round again, in containers at once.
    if (Number(writer) === process.pid || !isAlive(Number(writer))) await unlinkQuietly(path)
  }
}

async function unlinkQuietly(path: string): Promise<void> {
  // Where it cannot be removed it does no harm, and the next run that writes here tries again.
  await unlink(path).catch(() => undefined)
}

/** True when a process with this id exists, whoever owns it. In a container, only for those that are visible there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
