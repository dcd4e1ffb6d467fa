import { DatabaseSync } from 'node:sqlite'
import type { FoldState } from '../manifest/state.ts'
import { sqliteState } from './fold-state.ts'
import { SCHEMA_VERSIONS } from './schema.ts'

/** A fold state and a place for statements that vanish with the process; large logs spill to a temporary file. */
export interface ScratchState extends Disposable {
  readonly state: FoldState
  put(index: number, bytes: Uint8Array): void
  /** @throws {RangeError} for an index that was not put. */
  get(index: number): Uint8Array
}

export function openScratchState(): ScratchState {
  // An empty name makes SQLite keep a private temporary database, in memory until it outgrows its cache.
  const database = new DatabaseSync('')
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536')
  for (const version of SCHEMA_VERSIONS) database.exec(version)
  const insert = database.prepare('INSERT INTO entry (idx, bytes) VALUES (?, ?)')
  const select = database.prepare('SELECT bytes FROM entry WHERE idx = ?')
  database.exec('BEGIN')
  return {
    state: sqliteState(database),
    put: (index, bytes) => void insert.run(index, bytes),
    get(index) {
      const bytes = select.get(index)?.['bytes']
      if (!(bytes instanceof Uint8Array)) throw new RangeError(`statement ${index} was not put`)
      return bytes
    },
    [Symbol.dispose]: () => database.close(),
  }
}
