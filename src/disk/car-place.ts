import { hash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { digestOf } from '../model/content-id.ts'
import { systemCode } from '../store/file-errors.ts'
import { carSums, ENTRY_BYTES, entryAt, MAX_INDEX_BYTES, readCarIndex } from './cars.ts'
import { DiskError } from './errors.ts'
import { carsOf } from './layout.ts'
import { scanCar } from './scan-car.ts'

/** Blocks of the CARs on a disk. */
export interface CarPlace {
  /** Says which version is read next: a block alone does not tell in which of thousands of CARs it is. */
  expect(root: string): void
  /** Whether the disk says that it has this version. */
  has(root: string): Promise<boolean>
  /**
   * A checked block of the versions that are expected; nothing where none of them has it.
   *
   * @throws {DiskError} `DISK_DAMAGED` when what lies there is not what it should be, `DISK_GONE` when it cannot be read.
   */
  fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined>
}

/** Versions whose indexes are kept ready, more than are fetched at a time. */
const MOST_EXPECTED = 3
const MAX_BLOCK_BYTES = 2 * 2 ** 20

interface Expected {
  readonly root: string
  index: Promise<Buffer | undefined>
  /** Whether the CARs were read through, because their index was missing or wrong. */
  isScanned: boolean
}

/** Opens nothing yet. The disk may lie: an index only says where to look, and each block is hashed. */
export function carPlace(directory: string): CarPlace {
  const expected: Expected[] = []
  const has = async (root: string): Promise<boolean> => (await carSums(directory, root)) !== undefined
  const expect = (root: string): void => {
    if (expected.some((each) => each.root === root)) return
    const index = readCarIndex(directory, root)
    // The rejection is met where a block is asked for.
    index.catch(() => undefined)
    expected.unshift({ root, index, isScanned: false })
    expected.length = Math.min(expected.length, MOST_EXPECTED)
  }
  return {
    has,
    expect,
    async fetch(cid, signal) {
      signal.throwIfAborted()
      const digest = digestOf(cid)
      if (digest === undefined) return undefined
      let fault: DiskError | undefined
      // First where the indexes lead; only then are the CARs themselves read through, each version once.
      for (const pass of [byIndex, byScan]) {
        for (const version of [...expected]) {
          const found = await readable(version.root, () => pass(directory, version, digest))
          if (found instanceof Uint8Array) return found
          fault ??= found
        }
      }
      if (fault !== undefined) throw fault
      return undefined
    },
  }
}

type Found = Uint8Array | DiskError | undefined

async function byIndex(directory: string, { root, index }: Expected, digest: Uint8Array): Promise<Found> {
  return readBy(directory, root, await index, digest)
}

async function byScan(directory: string, version: Expected, digest: Uint8Array): Promise<Found> {
  if (version.isScanned) return undefined
  version.isScanned = true
  const index = await scanned(directory, version.root)
  version.index = Promise.resolve(index)
  return readBy(directory, version.root, index, digest)
}

async function readable(root: string, read: () => Promise<Found>): Promise<Found> {
  try {
    return await read()
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return new DiskError('DISK_GONE', `${carsOf(root)}/${root} on the disk cannot be read (${code})`, {
      hint: 'see that the disk is plugged in and sound, then run the same command again',
      cause: error,
    })
  }
}

async function scanned(directory: string, root: string): Promise<Buffer> {
  const sums = (await carSums(directory, root)) ?? new Map<string, string>()
  const entries: Buffer[] = []
  let bytes = 0
  for (const [i, path] of [...sums.keys()].entries()) {
    const found = await lstat(join(directory, path)).catch(() => undefined)
    if (found?.isFile() !== true) continue
    const more = await scanCar(join(directory, path), i + 1, MAX_INDEX_BYTES - bytes)
    bytes += more.length
    entries.push(more)
  }
  return sortedEntries(Buffer.concat(entries))
}

function sortedEntries(entries: Buffer): Buffer {
  const each = Array.from({ length: entries.length / ENTRY_BYTES }, (_, i) =>
    entries.subarray(i * ENTRY_BYTES, (i + 1) * ENTRY_BYTES),
  )
  return Buffer.concat(each.sort((one, other) => Buffer.compare(one.subarray(0, 32), other.subarray(0, 32))))
}

/** @returns the block; what is wrong with it; nothing where the index does not name it. */
async function readBy(
  directory: string,
  root: string,
  index: Buffer | undefined,
  digest: Uint8Array,
): Promise<Uint8Array | DiskError | undefined> {
  const at = index === undefined ? undefined : find(index, digest)
  if (index === undefined || at === undefined) return undefined
  const { part, offset, length } = entryAt(index, at)
  const name = `${carsOf(root)}/${root}.${part}.car`
  if (length <= MAX_BLOCK_BYTES && Number.isSafeInteger(offset)) {
    const bytes = await readRange(join(directory, name), offset, length)
    if (hash('sha256', bytes, 'buffer').equals(digest)) return bytes
  }
  return new DiskError('DISK_DAMAGED', `${name} has other bytes than ${root} is made of`, {
    hint: 'this file is damaged or was changed: let whoever made the disk export again with --check, or name another source',
  })
}

/** Fewer bytes where the file ends before, none where it is missing or a link. */
async function readRange(path: string, offset: number, length: number): Promise<Buffer> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    if (!(await handle.stat()).isFile()) return Buffer.alloc(0)
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENOTDIR'].includes(systemCode(error) ?? '')) return Buffer.alloc(0)
    throw error
  }
}

function find(index: Buffer, digest: Uint8Array): number | undefined {
  let low = 0
  let high = index.length / ENTRY_BYTES
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const order = Buffer.compare(index.subarray(middle * ENTRY_BYTES, middle * ENTRY_BYTES + 32), digest)
    if (order === 0) return middle * ENTRY_BYTES
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}
