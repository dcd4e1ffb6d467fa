import type { DatabaseSync } from 'node:sqlite'

/**
 * Runs `action` so that all of its writes happen or none: in a transaction of its own, or as a part of the one that the
 * caller has open. Many small additions in one transaction of the caller cost one flush to disk instead of one each.
 */
export function atomically<T>(database: DatabaseSync, action: () => T): T {
  const [begin, end, undo] = database.isTransaction
    ? ['SAVEPOINT address', 'RELEASE address', 'ROLLBACK TO address; RELEASE address']
    : ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
  database.exec(begin)
  try {
    const result = action()
    database.exec(end)
    return result
  } catch (error) {
    // SQLite has rolled everything back by itself after some failures, such as a full disk.
    if (database.isTransaction) database.exec(undo)
    throw error
  }
}
