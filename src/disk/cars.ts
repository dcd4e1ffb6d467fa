import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readSmallFile } from '../store/small-file.ts'
import { CARS, carsOf } from './layout.ts'

/** Limits of disk-v1 §3.3. */
const MAX_SUMS_BYTES = 1_048_576
export const MAX_INDEX_BYTES: number = 64 * 2 ** 20
/** SHA-256, number of the CAR (u32), offset (u64), length (u32), big-endian. */
export const ENTRY_BYTES = 48
const LINE = /^([0-9a-f]{64}) {2}(\S+)$/u
const ROOT_SUMS = /^(baf[a-z2-7]{50,80})\.sha256$/u

/** The `sha256sum` lines of a root's CARs, by their paths on the disk; nothing where they are missing or are no such lines. */
export async function carSums(directory: string, root: string): Promise<ReadonlyMap<string, string> | undefined> {
  const bytes = await readRegular(join(directory, carsOf(root), `${root}.sha256`), MAX_SUMS_BYTES)
  if (bytes === undefined) return undefined
  const sums = new Map<string, string>()
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  for (const [i, line] of lines.slice(0, -1).entries()) {
    const [, sha256 = '', name = ''] = LINE.exec(line) ?? []
    if (name !== `${root}.${i + 1}.car`) return undefined
    sums.set(`${carsOf(root)}/${name}`, sha256)
  }
  return sums.size > 0 && lines.at(-1) === '' ? sums : undefined
}

/**
 * Whether all of a version is there, by what is written down and the lengths of its files. What a cut cable left is not; what a
 * failing disk changed is found by reading it.
 */
export async function isWhole(directory: string, root: string): Promise<boolean> {
  const sums = await carSums(directory, root)
  const index = await readCarIndex(directory, root)
  if (sums === undefined || index === undefined || index.length === 0) return false
  const ends = new Map<number, number>()
  for (let at = 0; at < index.length; at += ENTRY_BYTES) {
    const { part, offset, length } = entryAt(index, at)
    ends.set(part, Math.max(ends.get(part) ?? 0, offset + length))
  }
  if (ends.size !== sums.size) return false
  for (const [part, end] of ends) {
    const found = await lstat(join(directory, carsOf(root), `${root}.${part}.car`)).catch(() => undefined)
    if (found?.isFile() !== true || found.size !== end) return false
  }
  return true
}

/** The index of a root's CARs; nothing where there is none, or one that cannot be. */
export async function readCarIndex(directory: string, root: string): Promise<Buffer | undefined> {
  const bytes = await readRegular(join(directory, carsOf(root), `${root}.index`), MAX_INDEX_BYTES)
  return bytes === undefined || bytes.length % ENTRY_BYTES !== 0
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Where a block lies, as an index says it. @param at - of the entry in the index. */
export function entryAt(index: Buffer, at: number): { part: number; offset: number; length: number } {
  return {
    part: index.readUInt32BE(at + 32),
    offset: Number(index.readBigUInt64BE(at + 36)),
    length: index.readUInt32BE(at + 44),
  }
}

/** Roots that have a list of checksums on the disk, whole or not, in order. */
export async function rootsOn(directory: string): Promise<readonly string[]> {
  const roots: string[] = []
  for (const below of await listed(join(directory, CARS))) {
    for (const name of await listed(join(directory, CARS, below))) {
      const [, root] = ROOT_SUMS.exec(name) ?? []
      if (root?.endsWith(below) === true) roots.push(root)
    }
  }
  return roots.sort()
}

/** The list of checksums goes first: what is left after a cut is no version. */
export async function removeCars(directory: string, root: string): Promise<void> {
  const place = join(directory, carsOf(root))
  const own = (await listed(place)).filter((name) => name.startsWith(`${root}.`))
  await rm(join(place, `${root}.sha256`), { force: true })
  for (const name of own) await rm(join(place, name), { force: true })
}

/** Takes away what a killed run left of a root, but for CARs that have their name: those were whole when they got it. */
export async function removeHalves(directory: string, root: string): Promise<void> {
  const place = join(directory, carsOf(root))
  await rm(join(place, `${root}.sha256`), { force: true })
  for (const name of await listed(place))
    if (name.startsWith(`${root}.`) && !/\.[1-9][0-9]{0,8}\.car$/u.test(name))
      await rm(join(place, name), { force: true })
}

/** Takes away CARs that a whole version does not have: it was cut otherwise before. */
export async function removeStray(directory: string, root: string): Promise<void> {
  const wanted = await carSums(directory, root)
  for (const name of await listed(join(directory, carsOf(root)))) {
    const path = `${carsOf(root)}/${name}`
    if (name.startsWith(`${root}.`) && name.endsWith('.car') && wanted?.has(path) === false)
      await rm(join(directory, path), { force: true })
  }
}

async function listed(path: string): Promise<readonly string[]> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isDirectory() === true ? await readdir(path) : []
}

/** Nothing for a link, a pipe, and what is longer than it can be. */
async function readRegular(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() === true && found.size <= maxBytes ? await readSmallFile(path, found.size) : undefined
}
