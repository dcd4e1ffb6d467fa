import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import PQueue from 'p-queue'
import {
  claimTemporary,
  flush,
  flushDirectory,
  forgetTemporary,
  makeDirectories,
  removeStaleTemporaries,
  removeTemporary,
} from './durable-directory.ts'
import { StoreError } from './errors.ts'
import { readError, writeError } from './file-errors.ts'

export interface DurableFile {
  /** Where the file will stand; missing parent directories are made. */
  readonly path: string
  readonly bytes: Uint8Array
}

export interface DurableOptions {
  /** Permission bits of a new file, before umask. @default 0o644 */
  readonly mode?: number
}

/** Files written and flushed at a time: enough for one flush of the disk's journal to serve many of them. */
const CONCURRENCY = 16

/** Directories that this process has already cleared of what dead runs left. */
const cleared = new Set<string>()

/**
 * Writes one file so that, whatever happens, the path holds the old bytes or the new ones: temporary file in the same
 * directory, flush, rename, flush of the directory. When it resolves, the new bytes survive a power failure. Safe to repeat.
 *
 * @throws {StoreError} `DISK_FULL` or `STORE_UNWRITABLE`; the old file is then untouched and nothing half is left.
 */
export async function writeDurable(path: string, bytes: Uint8Array, options: DurableOptions = {}): Promise<void> {
  await writeDurableBatch([{ path, bytes }], options)
}

/**
 * Writes a file that may never change: the same bytes are left alone (but made durable), other bytes are an error.
 * Check and write are two steps, so call it under the home's lock.
 *
 * @returns whether it was written.
 * @throws {StoreError} `STORED_BYTES_DIFFER`, or as {@link writeDurable}.
 */
export async function writeDurableIfAbsent(
  path: string,
  bytes: Uint8Array,
  options: DurableOptions = {},
): Promise<boolean> {
  return (await writeDurableBatchIfAbsent([{ path, bytes }], options)) === 1
}

/**
 * {@link writeDurable} for many files. Each file is old or new, the batch as a whole is not atomic: all files are flushed
 * under temporary names first, then renamed in the given order, then each directory is flushed once.
 */
export async function writeDurableBatch(files: readonly DurableFile[], options: DurableOptions = {}): Promise<void> {
  await publish(files, new Set(files.map((file) => dirname(file.path))), options.mode ?? 0o644)
}

/**
 * {@link writeDurableIfAbsent} for many files; nothing is written when any of them differs.
 *
 * @returns how many were written.
 */
export async function writeDurableBatchIfAbsent(
  files: readonly DurableFile[],
  options: DurableOptions = {},
): Promise<number> {
  refuseContradictions(files)
  const queue = new PQueue({ concurrency: CONCURRENCY })
  const present = await queue.addAll(files.map((file) => () => holdsSameBytes(file)))
  const absent = files.filter((_, position) => present[position] === false)
  // A run that died between rename and flush left names that are visible but not yet durable: flush those directories too.
  await publish(absent, new Set(files.map((file) => dirname(file.path))), options.mode ?? 0o644)
  return absent.length
}

function refuseContradictions(files: readonly DurableFile[]): void {
  const wanted = new Map<string, Uint8Array>()
  for (const { path, bytes } of files) {
    const other = wanted.get(resolve(path))
    if (other !== undefined && Buffer.compare(other, bytes) !== 0) throw differs(path)
    wanted.set(resolve(path), bytes)
  }
}

async function holdsSameBytes({ path, bytes }: DurableFile): Promise<boolean> {
  let held: Uint8Array | undefined
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined) return false
    // A file of another length is never read: it may be anything.
    held = size === bytes.length ? await readFile(path) : undefined
  } catch (error) {
    throw readError(error, path)
  }
  if (held !== undefined && Buffer.compare(held, bytes) === 0) return true
  throw differs(path)
}

function differs(path: string): StoreError {
  return new StoreError('STORED_BYTES_DIFFER', `${path} would get other bytes than it has, and it may never change`, {
    hint: 'keep a copy of the home as evidence and find out what is damaged or out of date before going on',
  })
}

async function publish(files: readonly DurableFile[], directories: ReadonlySet<string>, mode: number): Promise<void> {
  await prepare(Array.from(directories, (directory) => resolve(directory)))
  const staged = files.map((file) => ({ file, temporary: claimTemporary(dirname(resolve(file.path))) }))
  const queue = new PQueue({ concurrency: CONCURRENCY })
  try {
    const written = staged.map(({ file, temporary }) => queue.add(() => writeFlushed(temporary, file, mode)))
    // All must have ended, also after the first failure, before the temporary files can be removed.
    const failed = (await Promise.allSettled(written)).find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    for (const { file, temporary } of staged) putInPlace(temporary, file.path)
  } finally {
    await Promise.all(staged.map(({ temporary }) => removeTemporary(temporary)))
  }
  await queue.addAll(Array.from(directories, (directory) => () => flushDirectory(directory)))
}

/** Makes missing directories; those that stood already are cleared, once, of what dead runs left. */
async function prepare(directories: readonly string[]): Promise<void> {
  const made = await makeDirectories(directories)
  for (const directory of directories) {
    if (!cleared.has(directory) && !made.has(directory)) await removeStaleTemporaries(directory)
    cleared.add(directory)
  }
}

/** Synchronous: a name changes in memory, in microseconds, and only the flush of the directory waits for the disk. */
function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path)
  } catch (error) {
    throw writeError(error, path)
  }
  forgetTemporary(temporary)
}

/** Opening and writing go to memory, in microseconds, and a turn of the event loop for each would cost more; the flush waits. */
async function writeFlushed(temporary: string, file: DurableFile, mode: number): Promise<void> {
  try {
    const descriptor = openSync(temporary, 'wx', mode)
    try {
      for (let at = 0; at < file.bytes.length; ) at += writeSync(descriptor, file.bytes, at)
      await flush(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw writeError(error, file.path)
  }
}
