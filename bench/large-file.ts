import { createHash, randomFillSync } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const MIB = 1_048_576

/** A file of random bytes in the page cache, written out so that no write goes on while something is measured. */
export function randomFile(dir: string, name: string, bytes: number): string {
  const path = join(dir, name)
  if (existsSync(path)) return path
  const fd = openSync(`${path}.part`, 'w')
  // One buffer, because what is left to collect would count as memory of the bench.
  const buffer = Buffer.alloc(MIB)
  for (let left = bytes; left > 0; left -= MIB) writeSync(fd, randomFillSync(buffer), 0, Math.min(MIB, left))
  fsyncSync(fd)
  closeSync(fd)
  renameSync(`${path}.part`, path)
  return path
}

/** A file of zeros that takes no room on disk: for the memory of large ones. */
export function sparseFile(dir: string, name: string, bytes: number): string {
  const path = join(dir, name)
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}

/** The floor of every import: one thread, `createHash('sha256')` over reads of 1 MiB. MB/s. */
export function sha256Floor(path: string): number {
  const buffer = Buffer.alloc(MIB)
  const hash = createHash('sha256')
  return megabytesPerSecond(path, () => {
    const fd = openSync(path, 'r')
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) hash.update(buffer.subarray(0, read))
    hash.digest()
    closeSync(fd)
  })
}

export function megabytesPerSecond(path: string, work: () => void): number {
  const start = performance.now()
  work()
  return rate(path, start)
}

/** MB/s of having gone through a file since `start`. */
export function rate(path: string, start: number): number {
  return statSync(path).size / 1e6 / ((performance.now() - start) / 1000)
}
