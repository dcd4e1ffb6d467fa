import { StoreError } from './errors.ts'
import { RECOVER_HINT } from './sqlite-errors.ts'
import type { StateDatabase } from './state-database.ts'
import { transaction } from './transaction.ts'

/** "Hold" in ASCII, so that file(1) and we can tell whose SQLite file it is: https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x486f6c64

/** Tells an empty file and another program's database from ours. */
export function checkOwner(database: StateDatabase, path: string, create: boolean): void {
  const owner = pragma(database, 'application_id')
  if (owner === APPLICATION_ID) return
  const empty = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0
  if (owner === 0 && empty && create) return
  if (owner === 0 && empty) throw stateMissing(path)
  throw new StoreError('STATE_CORRUPT', `${path} is a database of another program`, { hint: RECOVER_HINT })
}

export function checkVersion(database: StateDatabase, path: string, known: number): void {
  const version = pragma(database, 'user_version')
  if (version <= known) return
  throw new StoreError('STATE_NEWER', `${path} has format ${version}, this program knows formats up to ${known}`, {
    hint: 'use the newest Holdfast that ever worked on this home; nothing was changed',
  })
}

export function requireVersion(database: StateDatabase, path: string, known: number): void {
  const version = pragma(database, 'user_version')
  if (version === known) return
  throw new StoreError(
    'STATE_OLDER',
    `${path} has format ${version}, and it takes one who may write there to bring it to ${known}`,
    {
      hint: 'run any command on this home once as its owner, while nothing else writes to it, such as `holdfast list`',
    },
  )
}

export function prepareForWriting(database: StateDatabase, versions: readonly string[]): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  // One large import must not leave a write-ahead log of its size behind: 64 MiB.
  database.exec('PRAGMA journal_size_limit = 67108864')
  // What a savepoint would take back is otherwise written to a temporary file: four times the bytes of a batch itself.
  // Queries over whole tables must then be answered in the order of an index, because sorting would be in memory too.
  database.exec('PRAGMA temp_store = MEMORY')
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  if (pragma(database, 'user_version') === versions.length) return
  transaction(database, () => {
    // Asked again inside: another process may have done it meanwhile.
    for (const migration of versions.slice(pragma(database, 'user_version'))) database.exec(migration)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${versions.length}`)
  })
}

/** An integer fact that SQLite keeps in the header of the file. */
export function pragma(database: StateDatabase, name: 'application_id' | 'schema_version' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

export function stateMissing(path: string): StoreError {
  return new StoreError('STATE_MISSING', `${path} is missing or empty, though its home is there`, {
    hint: RECOVER_HINT,
  })
}
