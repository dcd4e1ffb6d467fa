import { createHash, randomFillSync } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openHasher } from '../src/address/hash-file.ts'
import { ReferenceStore } from '../src/address/reference-store.ts'
import { SCHEMA_VERSIONS } from '../src/store/schema.ts'
import type { Bench, Prepared } from './run.ts'

const FILES = 2000
/** Files that are asked for together and then written in one transaction. */
const TOGETHER = 200
const { signal } = new AbortController()

function makeFiles(dir: string): string[] {
  const home = join(dir, 'small-files')
  const buffer = Buffer.alloc(65_536)
  mkdirSync(home)
  return Array.from({ length: FILES }, (_, i) => {
    const path = join(home, `${i}`)
    // 4 to 64 KB, spread evenly.
    writeFileSync(path, randomFillSync(buffer).subarray(0, 4096 + Math.floor((i / FILES) * 61_440)))
    return path
  })
}

async function importAll(paths: readonly string[], dir: string): Promise<number> {
  const database = new DatabaseSync(join(await mkdtemp(join(dir, 'store-')), 'state.sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  for (const version of SCHEMA_VERSIONS) database.exec(version)
  await using store = new ReferenceStore(database)
  await using hasher = openHasher()
  // Threads start once for a whole archive.
  await hasher.hashFile(paths[0] ?? '', { signal })
  const start = performance.now()
  for (let at = 0; at < paths.length; at += TOGETHER) {
    const files = await Promise.all(paths.slice(at, at + TOGETHER).map((path) => hasher.hashFile(path, { signal })))
    store.atomically(() => {
      for (const file of files) store.addContent(file)
    })
  }
  const seconds = (performance.now() - start) / 1000
  database.close()
  return paths.length / seconds
}

function floor(paths: readonly string[]): number {
  const buffer = Buffer.alloc(65_536)
  const start = performance.now()
  for (const path of paths) {
    const fd = openSync(path, 'r')
    createHash('sha256')
      .update(buffer.subarray(0, readSync(fd, buffer)))
      .digest()
    closeSync(fd)
  }
  return paths.length / ((performance.now() - start) / 1000)
}

async function prepare(dir: string): Promise<Prepared> {
  const paths = makeFiles(dir)
  return { floor: () => floor(paths), value: () => importAll(paths, dir) }
}

export const benches: readonly Bench[] = [
  { name: 'import 2,000 small files', unit: 'files/s', target: { valueAtLeast: 2500, rssMbAtMost: 200 }, prepare },
]
