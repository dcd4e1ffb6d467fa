import { basename } from 'node:path'
import { failed, IntakeError } from './errors.ts'
import { readGiven } from './given-paths.ts'
import type { FileVerdict, WalkedFile } from './layout.ts'
import { listDirectory, type StattedPath } from './list-directory.ts'
import { readWalked } from './read-walked.ts'

/** A file of the disk that the walk met. */
export interface FileOnDisk extends WalkedFile {
  readonly stat: StattedPath
}

/** One directory: a unit for the layouts. */
export interface WalkedDirectory {
  /** Absolute, without links on the way. */
  readonly path: string
  /** Regular files directly in it, sorted by name; those of its directories come later, as units of their own. */
  readonly files: readonly FileOnDisk[]
  /** On everything else in it, and on the directory itself when it could not be read. */
  readonly verdicts: readonly FileVerdict[]
}

export interface WalkOptions {
  readonly signal: AbortSignal
  /** Directories below a given one; deeper ones are reported. @default 64 */
  readonly maxDepth?: number
  /** Entries of one directory; a larger one is reported. 400,000 files take some 200 MB. @default 400_000 */
  readonly maxEntries?: number
}

interface Pending {
  readonly path: string
  readonly relative: string
  readonly depth: number
}

/**
 * Walks the given files and directories, one directory at a time and depth first, in the order of names. Follows no link, opens
 * nothing that is not a regular file, and goes on after every fault. Holds the files of one directory and the names of
 * directories still to come, never the whole tree.
 */
export async function* walk(
  paths: readonly string[],
  options: WalkOptions,
): AsyncGenerator<WalkedDirectory, void, undefined> {
  const given = readGiven(paths)
  if (given.verdicts.length > 0) yield { path: '', files: [], verdicts: given.verdicts }
  for (const [path, files] of given.files) {
    options.signal.throwIfAborted()
    yield { path, files: files.map((file) => onDisk(file, '')), verdicts: [] }
  }
  const pending: Pending[] = given.directories.map((path) => ({ path, relative: '', depth: 0 })).reverse()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    options.signal.throwIfAborted()
    const { directory, inner } = await readUnit(next, options)
    // Pushed in reverse, so that the first name is popped first.
    for (const one of inner.reverse()) pending.push(one)
    yield directory
  }
}

async function readUnit(at: Pending, options: WalkOptions): Promise<{ directory: WalkedDirectory; inner: Pending[] }> {
  const { signal, maxDepth = 64, maxEntries = 400_000 } = options
  try {
    if (at.depth > maxDepth) throw tooDeep(maxDepth)
    const { files, directories, verdicts } = await listDirectory(at.path, maxEntries, signal)
    const inner = directories.map((name) => ({
      path: join(at.path, name),
      relative: join(at.relative, name),
      depth: at.depth + 1,
    }))
    return {
      directory: { path: at.path, files: files.map((file) => onDisk(file, at.relative)), verdicts },
      inner,
    }
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error
    return { directory: { path: at.path, files: [], verdicts: [failed(at.path, error)] }, inner: [] }
  }
}

function tooDeep(maxDepth: number): IntakeError {
  const hint = 'Add this directory by itself.'
  return new IntakeError('DIRECTORY_TOO_DEEP', `the directory lies more than ${maxDepth} levels below the given one`, {
    hint,
  })
}

/** Names come from the file system, so nothing is to be normalised; `path.join` costs five times as much. */
function join(directory: string, name: string): string {
  return directory === '' || directory === '/' ? `${directory}${name}` : `${directory}/${name}`
}

function onDisk(stat: StattedPath, directory: string): FileOnDisk {
  const name = basename(stat.path)
  return {
    path: stat.path,
    relative: directory === '' ? name : join(directory, name),
    stat,
    size: Number(stat.size),
    read: readSelf,
  }
}

/** One function for all files, where a closure each would cost 64 bytes. */
function readSelf(this: FileOnDisk, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return readWalked(this.path, this.stat, maxBytes)
}

/** Name of a walked file without its directory. */
export function nameOf(file: Pick<WalkedFile, 'relative'>): string {
  return file.relative.slice(file.relative.lastIndexOf('/') + 1)
}
