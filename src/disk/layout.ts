import { lstat, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readError, systemCode } from '../store/file-errors.ts'
import { readSmallFile } from '../store/small-file.ts'
import { DiskError } from './errors.ts'

/** Names of docs/spec/disk-v1.md. */
export const MARKER = 'holdfast-disk.txt'
export const README = 'README.txt'
export const SEAL = 'SHA256SUMS'
export const POLICY = 'policy.txt'
export const MANIFEST = 'manifest'
export const RECORDS = 'records'
export const CARS = 'cars'
export const COSIGNATURES = 'cosignatures'

const FORMAT = 'holdfast/disk/v1'
const MARKER_BYTES = 1_024
/** A path below the directory, as the seal may name it: nothing that leads elsewhere, nothing that FAT would not take. */
const PATH = /^(?:README\.txt|[a-z0-9_-][a-z0-9._-]*(?:\/[a-z0-9_-][a-z0-9._-]*){0,11})$/u
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/u
const LONGEST = 255

/** Whether a relative path is one that a disk can have (disk-v1 §1.1). */
export function isDiskPath(path: string): boolean {
  const parts = path.split('/')
  return PATH.test(path) && parts.every((part) => part.length <= LONGEST && !part.endsWith('.') && !DEVICE.test(part))
}

/** Where the CARs of a root lie, relative. The last letters of a CID are spread evenly. */
export function carsOf(root: string): string {
  return `${CARS}/${root.slice(-2)}`
}

export function markerText(origin: string): string {
  return `${FORMAT}\n${origin}\n`
}

/**
 * What a directory is: the origin of the log that it carries; `empty` for one that may become a disk; undefined where there
 * is none.
 *
 * @throws {DiskError} `DISK_FOREIGN` for a directory with something else in it, or for what is no directory.
 */
export async function diskAt(directory: string): Promise<{ readonly origin: string } | 'empty' | undefined> {
  const origin = await markedOrigin(directory)
  if (origin !== undefined) return { origin }
  let names: readonly string[]
  try {
    names = (await lstat(directory)).isDirectory() ? await readdir(directory) : [directory]
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (systemCode(error) === 'ENOTDIR') throw foreign(directory)
    throw readError(error, directory)
  }
  if (names.every(isOfSystem)) return 'empty'
  throw foreign(directory)
}

/** The origin that the marker names; nothing where there is no marker of this version. */
export async function markedOrigin(directory: string): Promise<string | undefined> {
  const bytes = await readMarker(join(directory, MARKER))
  const [format, origin = '', end, ...more] = new TextDecoder().decode(bytes).split('\n')
  return format === FORMAT && /^[\x21-\x7e]{1,200}$/u.test(origin) && end === '' && more.length === 0
    ? origin
    : undefined
}

/** @throws {DiskError} `DISK_MISSING`. */
export async function requireDisk(directory: string): Promise<string> {
  const origin = await markedOrigin(directory)
  if (origin !== undefined) return origin
  throw new DiskError('DISK_MISSING', `${resolve(directory)} is no disk of an archive: it has no ${MARKER}`, {
    hint: 'is the disk plugged in, and is this the directory that `holdfast export --to` was given? Another manifest directory is followed with `holdfast mirror add`',
  })
}

async function readMarker(path: string): Promise<Uint8Array> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() === true ? ((await readSmallFile(path, MARKER_BYTES)) ?? new Uint8Array()) : new Uint8Array()
}

/** What systems and file managers put onto a stick that a person would call empty. */
function isOfSystem(name: string): boolean {
  return name.startsWith('.') || ['lost+found', 'System Volume Information', '$RECYCLE.BIN'].includes(name)
}

function foreign(directory: string): DiskError {
  return new DiskError('DISK_FOREIGN', `${resolve(directory)} has other things in it than an archive`, {
    hint: 'name a new directory on the disk, such as DISK/archive',
  })
}
