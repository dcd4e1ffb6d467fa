import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { findInIndex } from './car-index.ts'
import { writeParts } from './car-parts.ts'
import { flush, makeDirectories, onDisk, readAt } from './disk.ts'
import type { PinEngine, PinOptions, PinRequest, PinState } from './engine.ts'
import { ReplicateError } from './errors.ts'

export interface CarDirectory {
  readonly name: string
  /** Made by {@link makeCarDirectory}. */
  readonly directory: string
  /** Longest file. @default 4294967295, what FAT32 can hold. */
  readonly maxPartBytes?: number
}

/** A disk that is not there leaves an empty mount point; without this file nothing is written into one. */
const MARKER = 'holdfast-cars.txt'
const MARKER_TEXT = `Bundles of a Holdfast archive, each as a CAR: ROOT.1.car, ROOT.2.car …, below the last two letters of its root.
Check one with \`sha256sum -c ROOT.sha256\`, and bring it into any IPFS node with \`ipfs dag import ROOT.*.car\`.
`
/** Above the list of any bundle: a line for each 4 GiB. */
const MAX_SUMS_BYTES = 1_048_576
const FAT32_BYTES = 2 ** 32 - 1

/**
 * A directory on a disk, or one that a sync tool brings to an object store: a bundle is one CAR, or several where the file system
 * holds no file that long. A bundle is there once its list of checksums is, which is written last.
 */
export function carDirectoryEngine(place: CarDirectory): PinEngine {
  const { name } = place
  return {
    name,
    prepare: () => onDisk(name, () => requireMarker(place)),
    pin: (request, options) => onDisk(name, () => pin(place, request, options)),
    status: (root) => onDisk(name, () => statusOf(place, root)),
    remove: (root) =>
      onDisk(name, async () => {
        await requireMarker(place)
        await removeFiles(place, root)
      }),
    readBlock: (root, cid, signal) => onDisk(name, () => readBlock(place, root, cid, signal)),
  }
}

/** Makes the directory and its marker, where there is none. @throws {ReplicateError} `ENGINE_…`. */
export async function makeCarDirectory(name: string, directory: string): Promise<void> {
  await onDisk(name, async () => {
    await makeDirectories(directory)
    await writeFile(join(directory, MARKER), MARKER_TEXT, { flag: 'wx', flush: true }).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
    await flush(directory)
  })
}

async function requireMarker({ name, directory }: CarDirectory): Promise<void> {
  const found = await stat(join(directory, MARKER)).catch(() => undefined)
  if (found !== undefined) return
  throw new ReplicateError('ENGINE_UNREACHABLE', `${name} is not there: ${directory} holds no ${MARKER}`, {
    hint: 'connect the disk; a new one is made by `holdfast engine add car`',
  })
}

/** The last letters of a CID are spread evenly, and FAT takes long over directories of many files. */
function below({ directory }: CarDirectory, root: string): string {
  return join(directory, root.slice(-2))
}

async function pin(place: CarDirectory, request: PinRequest, options: PinOptions): Promise<'pinned'> {
  await requireMarker(place)
  if (request.again !== true && (await statusOf(place, request.root)) === 'pinned') return 'pinned'
  const directory = below(place, request.root)
  await makeDirectories(directory)
  // What a killed run left, or what is no longer good.
  await removeFiles(place, request.root)
  try {
    await writeParts(directory, request, { ...options, name: place.name, maxBytes: place.maxPartBytes ?? FAT32_BYTES })
  } catch (error) {
    await removeFiles(place, request.root).catch(() => undefined)
    throw error
  }
  return 'pinned'
}

async function statusOf(place: CarDirectory, root: string): Promise<PinState> {
  await requireMarker(place)
  const directory = below(place, root)
  const path = join(directory, `${root}.sha256`)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.size > MAX_SUMS_BYTES) return 'absent'
  const names = (await readFile(path, 'utf8'))
    .split('\n')
    .flatMap((line) => /^[0-9a-f]{64} {2}(\S+)$/.exec(line)?.[1] ?? [])
  const there = new Set(await readdir(directory))
  return names.length > 0 && [...names, `${root}.index`].every((name) => there.has(name)) ? 'pinned' : 'absent'
}

/** The list of checksums first: what is left after a cut is no bundle. */
async function removeFiles(place: CarDirectory, root: string): Promise<void> {
  const directory = below(place, root)
  const names = await readdir(directory).catch(() => [])
  const own = names.filter((name) => name.startsWith(`${root}.`))
  if (own.length === 0) return
  await rm(join(directory, `${root}.sha256`), { force: true })
  await flush(directory)
  for (const name of own) await rm(join(directory, name), { force: true })
}

async function readBlock(
  place: CarDirectory,
  root: string,
  cid: CID,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  await requireMarker(place)
  signal.throwIfAborted()
  const directory = below(place, root)
  const found = await findInIndex(join(directory, `${root}.index`), cid)
  if (found === undefined) return undefined
  const bytes = await readAt(join(directory, `${root}.${found.part}.car`), found.offset, found.length)
  return bytes.length === 0 && found.length > 0 ? undefined : bytes
}
