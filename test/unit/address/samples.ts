import { createCipheriv, hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { CID } from 'multiformats/cid'
import { type Hasher, openHasher } from '../../../src/address/hash-file.ts'
import { ReferenceStore } from '../../../src/address/reference-store.ts'
import { SCHEMA_VERSIONS } from '../../../src/store/schema.ts'

const MIB = 1_048_576

/** Key-stream of the published vectors, in pieces of 1 MiB. */
export function* seeded(seed: string, bytes: number): Generator<Buffer> {
  const stream = createCipheriv('chacha20', hash('sha256', seed, 'buffer'), Buffer.alloc(16))
  for (let left = bytes; left > 0; left -= MIB) yield stream.update(Buffer.alloc(Math.min(MIB, left)))
}

/** The same in one buffer, for files of a few MiB. */
export function bytesOf(seed: string, bytes: number): Buffer {
  return Buffer.concat([...seeded(seed, bytes)])
}

/** A directory that is gone when the test is over. */
export async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-address-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A database in memory, or in a file when a path is given, with all tables. */
export function openTables(path = ':memory:'): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON')
  for (const version of SCHEMA_VERSIONS) database.exec(version)
  return database
}

/** A directory, a store and a hasher that end with the test. */
export interface Workbench extends AsyncDisposable {
  readonly dir: string
  readonly database: DatabaseSync
  readonly store: ReferenceStore
  readonly hasher: Hasher
  /** Writes a file and adds it; answers with its path, its CID and the id of its content. */
  addFile(name: string, content: Uint8Array): Promise<{ path: string; cid: CID; id: number }>
}

export async function workbench(): Promise<Workbench> {
  const dir = await temporary()
  const database = openTables(join(dir.path, 'state.sqlite'))
  const store = new ReferenceStore(database)
  const hasher = openHasher({ threads: 1 })
  return {
    ...{ dir: dir.path, database, store, hasher },
    async addFile(name, content) {
      const path = join(dir.path, name)
      await writeFile(path, content)
      const file = await hasher.hashFile(path, { signal: new AbortController().signal })
      return { path, cid: file.cid, id: store.addContent(file) }
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await hasher[Symbol.asyncDispose]()
      database.close()
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** All bytes of a stream. */
export async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}
