import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { keptTouches, rowsOfLinks } from '../manifest/index-rows.ts'
import type { FoldState, Link } from '../manifest/state.ts'

/** Rows that are read before the next ones: links may be made between two of these steps, never within one. */
const PAGE = 4_096
/** One byte longer than a hash, and so greater than each. */
const AFTER_ALL_HASHES = new Uint8Array(33).fill(0xff)

/**
 * The state of the fold in the tables `log_meta`, `log_bundle`, `log_key` and `log_touch` of `state.sqlite`. Wrap a batch
 * of entries, and the head that they lead to, in one transaction.
 *
 * @param database - open, with the current schema; stays open. Its page cache is raised to 32 MiB: keys are hashes and are
 *   written all over their table, so that SQLite's default of 2 MB would spill on every batch.
 */
export function sqliteState(database: DatabaseSync): FoldState {
  database.exec('PRAGMA cache_size = -32768')
  const one = (sql: string): ((...values: SQLInputValue[]) => unknown) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return (...values) => asRow(statement.get(...values))?.[0]
  }
  const run = (sql: string): ((...values: SQLInputValue[]) => void) => {
    const statement = database.prepare(sql)
    return (...values) => void statement.run(...values)
  }
  const all = (sql: string): ((...values: SQLInputValue[]) => unknown[][]) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return (...values) => statement.all(...values).map((row) => asRow(row) ?? [])
  }
  const getFact = one('SELECT value FROM log_meta WHERE key = ?')
  const setFact = run('INSERT INTO log_meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  const getBundle = one('SELECT value FROM log_bundle WHERE id = ?')
  const setBundle = run('INSERT INTO log_bundle VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value')
  const link = linker(database)
  const touch = run('INSERT OR IGNORE INTO log_touch VALUES (?, ?)')
  const facts = all('SELECT key, value FROM log_meta WHERE substr(key, 1, length(?1)) = ?1')
  const removeFacts = run('DELETE FROM log_meta WHERE substr(key, 1, length(?1)) = ?1')
  const bundleIds = all(`SELECT id FROM log_bundle WHERE id > ? ORDER BY id LIMIT ${PAGE}`)
  const idsOf = all('SELECT id FROM log_key WHERE hash = ? ORDER BY id')
  const linksFrom = all(
    `SELECT hash, id FROM log_key WHERE (hash, id) > (?, ?) AND hash < ? ORDER BY hash, id LIMIT ${PAGE}`,
  )
  const touches = all('SELECT idx FROM log_touch WHERE id = ? ORDER BY idx')
  const touchesOf = (id: string): number[] => touches(id).map(([index]) => number(index))
  // In the order of the primary key: grouping by the first two bytes would sort every key of the log first.
  const keysAfter = all(`SELECT DISTINCT hash FROM log_key WHERE hash > ? ORDER BY hash LIMIT ${PAGE}`)
  return {
    fact: (name) => textOrNothing(getFact(name)),
    setFact,
    facts: (prefix) => facts(prefix).map(([name, value]) => [text(name), text(value)] as const),
    removeFacts,
    bundle: (id) => textOrNothing(getBundle(id)),
    setBundle,
    *bundleIds() {
      for (let rows = bundleIds(''); rows.length > 0; rows = bundleIds(text(rows.at(-1)?.[0]))) {
        for (const [id] of rows) yield text(id)
      }
    },
    link,
    idsOf: (hash) => idsOf(hash).map(([id]) => text(id)),
    links: (from, to) => pagedLinks(linksFrom, from, to),
    rows(from, to) {
      const kept = keptTouches(touchesOf)
      return rowsOfLinks(pagedLinks(linksFrom, from, to), ({ id }) => kept(id))
    },
    countKeys: () => keyCounts(keysAfter),
    touch,
    touches: touchesOf,
    clear: () =>
      database.exec('DELETE FROM log_meta; DELETE FROM log_bundle; DELETE FROM log_key; DELETE FROM log_touch'),
  }
}

type Page = (hash: Uint8Array, id: string, end: Uint8Array) => unknown[][]

function* pagedLinks(page: Page, from: Uint8Array, to: Uint8Array = AFTER_ALL_HASHES): Iterable<Link> {
  // No id is the empty text, so every link of `from` itself comes after this place.
  let [hash, id]: [Uint8Array, string] = [from, '']
  for (let rows = page(hash, id, to); rows.length > 0; rows = rows.length < PAGE ? [] : page(hash, id, to)) {
    for (const row of rows) {
      hash = blob(row[0])
      id = text(row[1])
      yield { hash, id }
    }
  }
}

/** One statement a number of keys: half of the time of a link is the call. A bundle has 2 + 16 + 32 keys at most. */
function linker(database: DatabaseSync): FoldState['link'] {
  const statements = new Map<number, StatementSync>()
  return (hashes, id) => {
    if (hashes.length === 0) return
    let statement = statements.get(hashes.length)
    if (statement === undefined) {
      statement = database.prepare(
        `INSERT OR IGNORE INTO log_key VALUES ${Array(hashes.length).fill('(?, ?)').join(', ')}`,
      )
      statements.set(hashes.length, statement)
    }
    statement.run(...hashes.flatMap((hash) => [hash, id]))
  }
}

function keyCounts(page: (after: Uint8Array) => unknown[][]): Uint32Array {
  const counts = new Uint32Array(65_536)
  let last: Uint8Array = new Uint8Array(0)
  for (let rows = page(last); rows.length > 0; rows = rows.length < PAGE ? [] : page(last)) {
    for (const row of rows) {
      last = blob(row[0])
      const prefix = (last[0] ?? 0) * 256 + (last[1] ?? 0)
      counts[prefix] = (counts[prefix] ?? 0) + 1
    }
  }
  return counts
}

function asRow(row: unknown): unknown[] | undefined {
  return Array.isArray(row) ? row : undefined
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('the database holds another kind of value than its schema says')
  return value
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('the database holds another kind of value than its schema says')
  return value
}

function blob(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TypeError('the database holds another kind of value than its schema says')
  return value
}
