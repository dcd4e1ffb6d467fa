import { statSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { writeCar } from '../src/address/car.ts'
import { type Hasher, openHasher } from '../src/address/hash-file.ts'
import { ReferenceStore } from '../src/address/reference-store.ts'
import { SCHEMA_VERSIONS } from '../src/store/schema.ts'
import { randomFile, rate, sha256Floor, sparseFile } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

const GIB = 1024 ** 3
const { signal } = new AbortController()

function hashing(path: string, sha256: boolean): Prepared {
  const hasher: Hasher = openHasher()
  return {
    floor: () => sha256Floor(path),
    async value() {
      const start = performance.now()
      await hasher.hashFile(path, { signal, sha256 })
      return rate(path, start)
    },
    close: () => hasher[Symbol.asyncDispose](),
  }
}

/** A store in a database that is flushed as a home's is. */
async function openStore(dir: string): Promise<{ store: ReferenceStore; database: DatabaseSync; path: string }> {
  const path = join(await mkdtemp(join(dir, 'store-')), 'state.sqlite')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  for (const version of SCHEMA_VERSIONS) database.exec(version)
  return { store: new ReferenceStore(database), database, path }
}

async function overhead(dir: string): Promise<number> {
  const film = randomFile(dir, '1-gib', GIB)
  await using hasher = openHasher()
  const { store, database, path } = await openStore(dir)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const before = statSync(path).size
  store.addContent(await hasher.hashFile(film, { signal }))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return (100 * (statSync(path).size - before)) / GIB
}

async function sending(dir: string): Promise<Prepared> {
  const path = randomFile(dir, '1-gib', GIB)
  const { store, database } = await openStore(dir)
  await using hasher = openHasher()
  const { cid } = store.content(store.addContent(await hasher.hashFile(path, { signal }))) ?? {}
  if (cid === undefined) throw new Error('the film was not added')
  return {
    floor: () => sha256Floor(path),
    async value() {
      const start = performance.now()
      for await (const _ of writeCar(store, cid, { signal, duplicates: true }));
      return rate(path, start)
    },
    async close() {
      await store[Symbol.asyncDispose]()
      database.close()
    },
  }
}

export const benches: readonly Bench[] = [
  {
    name: 'import 1 GiB, CID',
    unit: 'MB/s',
    target: { ratioAtLeast: 1.5, rssMbAtMost: 200 },
    prepare: async (dir) => hashing(randomFile(dir, '1-gib', GIB), false),
  },
  {
    name: 'import 1 GiB, CID and SHA-256',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.8, rssMbAtMost: 200 },
    prepare: async (dir) => hashing(randomFile(dir, '1-gib', GIB), true),
  },
  {
    name: 'import 8 GiB, CID and SHA-256',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.8, rssMbAtMost: 200 },
    rounds: 1,
    prepare: async (dir) => hashing(sparseFile(dir, '8-gib', 8 * GIB), true),
  },
  {
    name: 'disk overhead of 1 GiB',
    unit: '%',
    target: { valueAtMost: 0.1 },
    rounds: 1,
    prepare: async (dir) => ({ value: () => overhead(dir) }),
  },
  {
    name: 'verified CAR of 1 GiB',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.3, rssMbAtMost: 250 },
    prepare: sending,
  },
]
