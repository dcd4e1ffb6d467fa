import type { DatabaseSync } from 'node:sqlite'

/**
 * Runs `action` in one immediate transaction: all of it is committed, or, when it throws, none. Synchronous, because
 * other work of this process would slip into a transaction that waits. Never nests.
 */
export function transaction<T>(database: DatabaseSync, action: () => T): T {
  if (database.isTransaction) throw new Error('a transaction is already open on this connection')
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = action()
    if (result instanceof Promise) throw new TypeError('a transaction cannot wait for a promise')
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has rolled back by itself after some failures, such as a full disk.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
