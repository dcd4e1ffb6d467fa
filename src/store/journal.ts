import type { DatabaseSync } from 'node:sqlite'
import type { TreeHead } from '../model/tree-head.ts'

export interface SignedHead extends TreeHead {
  /** The signed note; undefined between the decision to sign this head and its signature. */
  readonly note: Uint8Array | undefined
  /** When the head was decided, RFC 3339 UTC. */
  readonly at: string
}

/**
 * The log as this home wrote it: what has an index keeps it for ever, and at most one head of a size is ever signed
 * (manifest-v1, writing order). Synchronous; the caller opens the transaction.
 */
export interface Journal {
  /** Number of statements that have an index. */
  size(): number
  append(bytes: Uint8Array): number
  /** @throws {RangeError} for an index that was never given out. */
  entry(index: number): Uint8Array
  entries(from: number, to: number): Iterable<{ readonly index: number; readonly bytes: Uint8Array }>
  /** Takes back what is sequenced from `size` on; only `manifest recover` may, and never below a signed size. */
  truncate(size: number): void
  signed(): SignedHead | undefined
  /** Compare-and-swap of the newest signed head; false when another head than `expected` stands there. */
  swapSigned(expected: TreeHead | undefined, next: TreeHead, at: string): boolean
  attachNote(size: number, note: Uint8Array): void
}

export function openJournal(db: DatabaseSync): Journal {
  const last = db.prepare('SELECT max(idx) AS last FROM entry')
  const insert = db.prepare('INSERT INTO entry (idx, bytes) SELECT coalesce(max(idx) + 1, 0), ? FROM entry')
  const one = db.prepare('SELECT bytes FROM entry WHERE idx = ?')
  const range = db.prepare('SELECT idx, bytes FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx')
  const cut = db.prepare('DELETE FROM entry WHERE idx >= ?')
  const head = db.prepare('SELECT size, root, note, at FROM signed')
  const replace = db.prepare('INSERT OR REPLACE INTO signed (one, size, root, note, at) VALUES (1, ?, ?, NULL, ?)')
  const note = db.prepare('UPDATE signed SET note = ? WHERE size = ?')
  const journal: Journal = {
    size() {
      const value = last.get()?.['last']
      return value === null || value === undefined ? 0 : Number(value) + 1
    },
    append(bytes) {
      // `idx` is the rowid.
      return Number(insert.run(bytes).lastInsertRowid)
    },
    entry(index) {
      const bytes = one.get(index)?.['bytes']
      if (!(bytes instanceof Uint8Array)) throw new RangeError(`no statement ${index} in the journal`)
      return bytes
    },
    *entries(from, to) {
      for (const row of range.iterate(from, to)) {
        const bytes = row['bytes']
        if (bytes instanceof Uint8Array) yield { index: Number(row['idx']), bytes }
      }
    },
    truncate(size) {
      if (size < (journal.signed()?.note === undefined ? 0 : (journal.signed()?.size ?? 0)))
        throw new RangeError('what is signed cannot be taken back')
      cut.run(size)
    },
    signed() {
      const row = head.get()
      if (row === undefined || !(row['root'] instanceof Uint8Array)) return undefined
      return {
        size: Number(row['size']),
        root: row['root'],
        note: row['note'] instanceof Uint8Array ? row['note'] : undefined,
        at: String(row['at']),
      }
    },
    swapSigned(expected, next, at) {
      const current = journal.signed()
      if (!sameHead(current, expected)) return false
      replace.run(next.size, next.root, at)
      return true
    },
    attachNote: (size, bytes) => void note.run(bytes, size),
  }
  return journal
}

function sameHead(a: TreeHead | undefined, b: TreeHead | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.size === b.size && Buffer.compare(a.root, b.root) === 0
}
