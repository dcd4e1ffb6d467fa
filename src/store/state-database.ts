import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { translateSqlite } from './sqlite-errors.ts'

/** Prepared statements kept; the program has fewer texts, the bound is for those that are built (`IN (?, ?, …)`). */
const CACHED_STATEMENTS = 256

/**
 * A database whose every failure that an operator can act on is a `StoreError`, also in statements prepared long before
 * and in rows read one at a time. Everything else is as in node:sqlite, so it is handed to whoever wants a `DatabaseSync`.
 */
export class StateDatabase extends DatabaseSync {
  readonly #path: string
  readonly #statements = new Map<string, StatementSync>()

  /** @param location - `path`, or a `file:` URL of it with SQLite's parameters. */
  constructor(path: string, location: string | URL, options: { readonly readOnly: boolean; readonly timeout: number }) {
    try {
      // Off until migrations are done: they may rebuild tables in an order that the constraints would forbid.
      super(location, { ...options, enableForeignKeyConstraints: false })
    } catch (error) {
      throw translateSqlite(error, path)
    }
    this.#path = path
  }

  override exec(sql: string): void {
    this.#guard(() => super.exec(sql))
  }

  override prepare(sql: string): StatementSync {
    const statement = this.#guard(() => super.prepare(sql))
    for (const name of ['all', 'get', 'run'] as const) {
      const method = statement[name]
      const value = (...parameters: unknown[]) => this.#guard(() => Reflect.apply(method, statement, parameters))
      Object.defineProperty(statement, name, { value })
    }
    const { iterate } = statement
    const value = (...parameters: unknown[]) => this.#rows(() => Reflect.apply(iterate, statement, parameters))
    return Object.defineProperty(statement, 'iterate', { value })
  }

  /**
   * A statement that is prepared once a connection. Not for two overlapping iterations of one text: the second would
   * reset the first, use `prepare` there.
   */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const [oldest] = this.#statements.keys()
    if (oldest !== undefined && this.#statements.size >= CACHED_STATEMENTS) this.#statements.delete(oldest)
    const statement = this.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  override close(): void {
    this.#statements.clear()
    super.close()
  }

  *#rows<T>(open: () => Iterable<T>): Generator<T, void, undefined> {
    try {
      yield* open()
    } catch (error) {
      throw translateSqlite(error, this.#path)
    }
  }

  #guard<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw translateSqlite(error, this.#path)
    }
  }
}
