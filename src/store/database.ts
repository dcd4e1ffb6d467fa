import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import {
  checkOwner,
  checkVersion,
  pragma,
  prepareForWriting,
  requireVersion,
  stateMissing,
} from './database-version.ts'
import { flushDirectory } from './durable-directory.ts'
import { StoreError } from './errors.ts'
import { writeError } from './file-errors.ts'
import { homePaths, requireHome } from './home.ts'
import { SCHEMA_VERSIONS } from './schema.ts'
import { translateSqlite } from './sqlite-errors.ts'
import { StateDatabase } from './state-database.ts'

export interface DatabaseOptions {
  /** Reads what is committed, also while another process writes. @default false */
  readonly readOnly?: boolean
  /**
   * Makes the database where there is none; for `init` and `manifest recover` alone. Anybody else who met a home
   * without its state and began an empty one would number statements from 0 again, and so fork the log. @default false
   */
  readonly create?: boolean
  /** The migrations to know; tests hand in their own. @default SCHEMA_VERSIONS */
  readonly versions?: readonly string[]
}

/** Time that a statement waits for the writer of another process; a transaction of ours lasts far less. */
const BUSY_TIMEOUT_MS = 10_000

/**
 * Opens `state.sqlite` of a home: write-ahead log, so that readers and the one writer never wait for each other;
 * `synchronous=FULL`, so that what was committed survives a power failure (the journal of the log depends on it).
 * Older tables are brought up to date in one transaction. The file is not searched for damage here, because that reads
 * all of it ({@link checkDatabase} does); damage that a query meets surfaces there as `STATE_CORRUPT`.
 *
 * Writers hold the home's lock first.
 *
 * @throws {StoreError} `HOME_MISSING`, `HOME_UNFINISHED`, `STATE_MISSING`, `STATE_CORRUPT`, `STATE_NEWER`, `STATE_OLDER`
 * (read-only alone), `STATE_BUSY`, `DISK_FULL`, `STORE_UNREADABLE` or `STORE_UNWRITABLE`.
 */
export async function openDatabase(home: string, options: DatabaseOptions = {}): Promise<StateDatabase> {
  const { readOnly = false, create = false, versions = SCHEMA_VERSIONS } = options
  const path = homePaths(home).state
  if (create) await createFile(path)
  else await requireState(home, path)
  const database = connect(path, readOnly)
  try {
    checkOwner(database, path, create)
    checkVersion(database, path, versions.length)
    if (readOnly) requireVersion(database, path, versions.length)
    else prepareForWriting(database, versions)
    database.exec('PRAGMA foreign_keys = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Reads the whole database for damage; empty when it is sound. Minutes for a large one: for `doctor`, not for every start. */
export function checkDatabase(database: DatabaseSync): readonly string[] {
  try {
    const checks = ['PRAGMA integrity_check', 'PRAGMA foreign_key_check']
    const rows = checks.flatMap((check) => database.prepare(check).all())
    return rows.map((row) => Object.values(row).join(' ')).filter((text) => text !== 'ok')
  } catch (error) {
    const fault = translateSqlite(error, 'the database')
    // Some damage stops the check itself.
    if (fault instanceof StoreError && fault.code === 'STATE_CORRUPT') return [fault.message]
    throw fault
  }
}

async function createFile(path: string): Promise<void> {
  try {
    // SQLite would make it readable for everybody; -wal and -shm take their permissions from it.
    await using _file = await open(path, 'a', 0o600)
  } catch (error) {
    throw writeError(error, path)
  }
  await flushDirectory(dirname(path))
}

async function requireState(home: string, path: string): Promise<void> {
  await requireHome(home)
  if (!existsSync(path)) throw stateMissing(path)
}

function connect(path: string, readOnly: boolean): StateDatabase {
  const options = { readOnly, timeout: BUSY_TIMEOUT_MS }
  const database = new StateDatabase(path, path, options)
  try {
    pragma(database, 'schema_version')
    return database
  } catch (error) {
    database.close()
    const unopened =
      error instanceof StoreError && (error.code === 'STORE_UNREADABLE' || error.code === 'STORE_UNWRITABLE')
    if (!readOnly || !unopened || existsSync(`${path}-wal`)) throw error
    // A directory where we may not even make the -shm file, such as a backup on a read-only disk. Without a -wal file
    // nobody has it open, and SQLite may be told that the file does not change.
    const location = pathToFileURL(path)
    location.searchParams.set('immutable', '1')
    return new StateDatabase(path, location, options)
  }
}
