import { isUtf8 } from 'node:buffer'
import { type BigIntStats, type Dirent, lstatSync, opendirSync, readdirSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { failed, IntakeError, ignored } from './errors.ts'
import type { FileStat, FileVerdict } from './layout.ts'
import { errnoOf } from './read-walked.ts'

/** A regular file with the facts of the walk; one flat object, as a directory may hold hundreds of thousands. */
export interface StattedPath extends FileStat {
  /** Absolute. */
  readonly path: string
}

export interface Listing {
  /** Sorted by name. */
  readonly files: readonly StattedPath[]
  /** Names of directories, sorted. */
  readonly directories: readonly string[]
  /** What is neither, or cannot be used. */
  readonly verdicts: readonly FileVerdict[]
}

const LINK = {
  code: 'LINK_NOT_FOLLOWED',
  reason: 'it is a link, and links are not followed',
  hint: 'If what it points to belongs to the archive, add that path itself.',
} as const
const OTHER = { code: 'NOT_A_REGULAR_FILE', reason: 'it is a pipe, socket or device, and was not opened' } as const

/** Entries between two looks at the signal; some 4 ms. */
const BATCH = 1_000

/**
 * Lists one directory. Synchronous calls: on a local disk 120,000 entries take about half a second, a fifth of what the
 * thread pool needs; the event loop gets its turn every 1,000 entries.
 *
 * @param maxEntries - a directory with more is refused as a whole, before its names fill the memory.
 * @throws {IntakeError} `DIRECTORY_UNREADABLE`, `DIRECTORY_TOO_LARGE`.
 */
export async function listDirectory(directory: string, maxEntries: number, signal: AbortSignal): Promise<Listing> {
  const names = readNames(directory, maxEntries)
  const files: StattedPath[] = []
  const verdicts: FileVerdict[] = unreadableNames(directory, names)
  const path = (name: string): string => `${directory === '/' ? '' : directory}/${name}`
  for (const [index, name] of names.files.sort().entries()) {
    if (index % BATCH === BATCH - 1) await setImmediate()
    signal.throwIfAborted()
    if (isDoubtful(name)) continue
    const found = statFile(path(name))
    if ('outcome' in found) verdicts.push(found)
    else files.push(found)
  }
  const usable = (name: string): boolean => !isDoubtful(name)
  for (const name of names.links.sort().filter(usable))
    verdicts.push(ignored(path(name), LINK.reason, LINK.code, LINK.hint))
  for (const name of names.others.sort().filter(usable)) verdicts.push(ignored(path(name), OTHER.reason, OTHER.code))
  return { files, directories: names.directories.sort().filter(usable), verdicts }
}

/** Names of one directory by what they name; names alone, since an entry object for each would double the memory. */
interface Names {
  readonly files: string[]
  readonly directories: string[]
  readonly links: string[]
  /** Pipes, sockets, devices. */
  readonly others: string[]
}

function readNames(directory: string, maxEntries: number): Names {
  const names: Names = { files: [], directories: [], links: [], others: [] }
  try {
    const before = lstatSync(directory, { bigint: true })
    using open = opendirSync(directory, { bufferSize: 512 })
    let count = 0
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      if (++count > maxEntries) throw tooLarge(maxEntries)
      listFor(entry, names).push(entry.name)
    }
    const after = lstatSync(directory, { bigint: true })
    // Node cannot open a directory without following links, so look whether it was one directory all the while.
    if (!after.isDirectory() || before.ino !== after.ino || before.dev !== after.dev)
      throw unreadable('it was replaced while it was read')
  } catch (cause) {
    throw cause instanceof IntakeError ? cause : unreadable(errnoOf(cause) ?? 'no reason given', cause)
  }
  return names
}

function listFor(entry: Dirent, names: Names): string[] {
  if (entry.isFile()) return names.files
  if (entry.isDirectory()) return names.directories
  return entry.isSymbolicLink() ? names.links : names.others
}

function tooLarge(maxEntries: number): IntakeError {
  const hint = 'Move its files into several directories, each sidecar with its media, and add those.'
  return new IntakeError(
    'DIRECTORY_TOO_LARGE',
    `the directory has more than ${maxEntries} entries; none was looked at`,
    { hint },
  )
}

function unreadable(reason: string, cause?: unknown): IntakeError {
  const hint = 'Check the permissions and the disk, then run the same command again.'
  return new IntakeError('DIRECTORY_UNREADABLE', `the directory cannot be read (${reason})`, { cause, hint })
}

/** U+FFFD stands in a name that was decoded with loss, and in the rare one that really holds it. */
function isDoubtful(name: string): boolean {
  return name.includes('\ufffd')
}

/** Verdicts on names that are not UTF-8: no path of ours could ever open them again. */
function unreadableNames(directory: string, { files, directories, links, others }: Names): FileVerdict[] {
  if (![files, directories, links, others].some((names) => names.some(isDoubtful))) return []
  const hint = 'Rename the file, for example with `convmv` or a file manager, then run the same command again.'
  const raw = readdirSync(directory, { encoding: 'buffer' }).filter((name) => isDoubtful(name.toString()))
  return raw.map((name) => {
    const reason = isUtf8(name) ? 'the name holds U+FFFD, the mark of a lost character' : 'the name is not UTF-8'
    return failed(`${directory}/${escaped(name)}`, new IntakeError('NAME_NOT_UTF8', reason, { hint }))
  })
}

/** Bytes beyond ASCII as `\xNN`, so that a person can find the file. */
function escaped(name: Buffer): string {
  return [...name].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('')
}

function statFile(path: string): StattedPath | FileVerdict {
  try {
    const stat = lstatSync(path, { bigint: true })
    if (stat.isFile()) return stattedPath(path, stat)
    return ignored(path, 'it was replaced while the directory was read', 'NOT_A_REGULAR_FILE')
  } catch (cause) {
    const hint = 'Check the permissions and the disk, then run the same command again.'
    const reason = `the file cannot be looked at (${errnoOf(cause) ?? 'no reason given'})`
    return failed(path, new IntakeError('PATH_UNREADABLE', reason, { cause, hint }))
  }
}

/** The five facts that tell a file unchanged, and where it lies. */
export function stattedPath(path: string, { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): StattedPath {
  return { path, dev, ino, size, mtimeNs, ctimeNs }
}
