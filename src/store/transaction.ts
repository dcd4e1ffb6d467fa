import type { DatabaseSync } from 'node:sqlite'

/**
 * Runs `action` in one immediate transaction: all of it is committed, or, when it throws, none. Synchronous, because
 * other work of this process would slip into a transaction that waits. Never nests.
 */
export function transaction<T>(database: DatabaseSync, action: () => T): T {
  begin(database)
  try {
    const result = action()
    if (result instanceof Promise) throw new TypeError('a transaction cannot wait for a promise')
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/**
 * The same for an action that waits, such as for files to be flushed. Only where this process does nothing else on the
 * connection meanwhile, and the lock of the home keeps every other process from writing.
 */
export async function waitingTransaction<T>(database: DatabaseSync, action: () => Promise<T>): Promise<T> {
  begin(database)
  try {
    const result = await action()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

function begin(database: DatabaseSync): void {
  if (database.isTransaction) throw new Error('a transaction is already open on this connection')
  database.exec('BEGIN IMMEDIATE')
}

function rollBack(database: DatabaseSync): void {
  // SQLite has rolled back by itself after some failures, such as a full disk.
  if (database.isTransaction) database.exec('ROLLBACK')
}
