import { lstat, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isWhole, rootsOn } from '../../disk/cars.ts'
import { DiskError } from '../../disk/errors.ts'
import { diskAt, MANIFEST } from '../../disk/layout.ts'
import { bundleView } from '../../manifest/bundle-view.ts'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { HoldfastError } from '../../model/errors.ts'
import { mayBeGiven, type PublishedVersion, publishedVersions } from '../../store/catalogue/published-versions.ts'
import { StoreError } from '../../store/errors.ts'
import { systemCode } from '../../store/file-errors.ts'
import { readSmallFile } from '../../store/small-file.ts'
import type { Home } from '../home.ts'
import { type CarriedHeads, manifestFiles } from './manifest-files.ts'

const HEAD_BYTES = 128 * 1024
const MIB = 2 ** 20
/** For each MiB of a file beside itself: its section's head, its link in a node, its place in the index. */
const LEAF_BYTES = 144
/** Files of one version: a CAR, its index, its checksums, and a directory at most. */
const FILES_OF_VERSION = 4

export interface ExportChoice {
  /** Only bundles that are stated at that index or later. */
  readonly since?: number | undefined
  /** Only these ids. */
  readonly only?: readonly string[] | undefined
}

export interface ExportPlan {
  readonly heads: CarriedHeads
  /** Whether the directory has to become a disk first. */
  readonly isNew: boolean
  /** Chosen and not whole on the disk. */
  readonly due: readonly PublishedVersion[]
  /** Chosen and whole there. */
  readonly already: number
  /** Roots on the disk that were withdrawn since. */
  readonly gone: readonly { readonly id: string; readonly root: string }[]
  readonly manifest: readonly string[]
  /** What will be written, about: the lengths of CARs are known to some bytes in a thousand. */
  readonly bytes: number
  /** The same in whole clusters of that disk, less what will be removed. */
  readonly room: number
}

/**
 * Looks at the home and at the disk, and writes nothing.
 *
 * @throws {DiskError} `DISK_MISSING`, `DISK_FOREIGN`, `DISK_NEWER`.
 */
export async function planExport(
  home: Home,
  directory: string,
  heads: CarriedHeads,
  choice: ExportChoice,
): Promise<ExportPlan> {
  const found = await diskAt(directory)
  if (found === undefined) await requireParent(directory)
  else if (found !== 'empty') await requireSameLog(home, directory, found.origin, heads)
  const versions = publishedVersions(home.db, heads.size)
  const only = choice.only === undefined ? undefined : new Set(choice.only)
  const chosen = versions.filter(({ id, index }) => index >= (choice.since ?? 0) && only?.has(id) !== false)
  const roots = await rootsOn(directory)
  const there = new Set(roots)
  const due: PublishedVersion[] = []
  for (const version of chosen)
    if (!there.has(version.root) || !(await isWhole(directory, version.root))) due.push(version)
  const manifest = await manifestFiles(home, heads)
  const cluster = await clusterOf(directory)
  const lacking = await lackingBytes(home, directory, manifest, cluster)
  const cars = due.map(carBytes)
  return {
    ...{ heads, isNew: found === undefined || found === 'empty', due, already: chosen.length - due.length },
    ...{ gone: goneFrom(home, roots, heads.size), manifest },
    bytes: cars.reduce((sum, bytes) => sum + bytes, lacking.bytes),
    room: cars.reduce((sum, bytes) => sum + bytes + FILES_OF_VERSION * cluster, lacking.room),
  }
}

/** Those of the roots on a disk that may not be given away any more; what this home's log does not know is left alone. */
export function goneFrom(
  home: Home,
  roots: readonly string[],
  size: number,
): readonly { readonly id: string; readonly root: string }[] {
  return roots.flatMap((root) => {
    const held = home.bundles.idOfRoot(root)
    const id = held ?? home.recoveredIdOf(root)
    if (id === undefined) return []
    const isKept = held === undefined ? isStanding(home, id, root) : mayBeGiven(home.db, root, size)
    return isKept ? [] : [{ id, root }]
  })
}

/** By the log alone, for what this home does not hold. */
function isStanding({ fold }: Home, id: string, root: string): boolean {
  const view = bundleView(fold, id)
  return view?.withdrawals.every((withdrawal) => (withdrawal.root ?? root) !== root) === true
}

/** @throws {StoreError} `DISK_FULL`. */
export async function requireRoomFor(directory: string, room: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize >= room) return
  throw new StoreError('DISK_FULL', `the disk has room for ${bavail * bsize} bytes, and this needs ${room}`, {
    hint: 'take a larger one, or carry less at a time with --since or --only; nothing was written',
  })
}

/** About: to some bytes in a thousand. */
export function carBytes({ bytes, smallBytes }: PublishedVersion): number {
  return bytes + smallBytes + (Math.ceil(bytes / MIB) + 8) * LEAF_BYTES
}

async function requireParent(directory: string): Promise<void> {
  const parent = dirname(resolve(directory))
  if ((await stat(parent).catch(() => undefined))?.isDirectory() === true) return
  throw new DiskError('DISK_MISSING', `${parent} is not there`, { hint: 'is the disk plugged in and mounted?' })
}

async function requireSameLog(home: Home, directory: string, origin: string, { size }: CarriedHeads): Promise<void> {
  if (origin !== home.origin) {
    throw new DiskError('DISK_FOREIGN', `${resolve(directory)} carries ${origin}, and this home is ${home.origin}`, {
      hint: 'name another directory on the disk: each log has one of its own',
    })
  }
  const there = await sizeOn(directory)
  if (there <= size) return
  throw new DiskError('DISK_NEWER', `the disk has a head of ${there} statements, and this home shows ${size}`, {
    hint: 'a mirror: sync or `holdfast import` it first. A publisher: this home may be an old backup, see `holdfast manifest recover`',
  })
}

/** Statements under the head on the disk, by its own word; 0 for none that can be read. */
async function sizeOn(directory: string): Promise<number> {
  const path = join(directory, MANIFEST, 'checkpoint')
  const note =
    (await lstat(path).catch(() => undefined))?.isFile() === true ? await readSmallFile(path, HEAD_BYTES) : undefined
  try {
    return note === undefined ? 0 : parseCheckpoint(parseSignedNote(note).text).size
  } catch (error) {
    if (error instanceof HoldfastError) return 0
    throw error
  }
}

async function clusterOf(directory: string): Promise<number> {
  const found = await statfs(directory).catch(() => statfs(dirname(resolve(directory))))
  return found.bsize
}

/** Files that are not there in the same length. */
async function lackingBytes(
  { paths }: Home,
  directory: string,
  files: readonly string[],
  cluster: number,
): Promise<{ readonly bytes: number; readonly room: number }> {
  let bytes = 0
  let room = 0
  for (const name of files) {
    const size = await sizeOf(join(paths.manifest, name))
    if (size === (await sizeOf(join(directory, MANIFEST, name)))) continue
    bytes += Math.max(0, size)
    room += Math.ceil(size / cluster) * cluster
  }
  return { bytes, room }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return -1
  }
}
