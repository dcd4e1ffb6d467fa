import type { DatabaseSync } from 'node:sqlite'

/** What one name of a directory of the announced root leads to. */
export interface AnnouncedEntry {
  readonly name: string
  /** Binary. */
  readonly cid: Uint8Array
  /** Bytes of all blocks below, as a link states them. */
  readonly tsize: number
}

/** A block that is announced and belongs to no bundle. */
export interface AnnouncedBlock {
  /** Binary. */
  readonly multihash: Uint8Array
  /** The file or directory of the root that it is a part of; a directory's ends with `/`, and the root's is `/`. */
  readonly path: string
  /** Where in that file it begins, and its length. */
  readonly at: number
  readonly length: number
  /** Where it is not read from the file. */
  readonly bytes?: Uint8Array
}

/** A root that was announced. */
export interface AnnouncedRoot {
  readonly seq: number
  readonly cid: Uint8Array
  /** Statements under its head. */
  readonly size: number
}

/** A name record that was made or taken, with what was found below its root. */
export interface KeptRecord {
  readonly bytes: Uint8Array
  /** Statements under the head in its root. */
  readonly size: number
}

/** The tables `announced_*` and `name_record`. Synchronous, on the caller's transaction. */
export interface Announced {
  newest(): AnnouncedRoot | undefined
  /** Begins a root: what is dropped from here on is gone from it, and stays served for those before. */
  begin(cid: Uint8Array, size: number, at: string): AnnouncedRoot
  /** Entries of one directory, without a trailing slash; the root is the empty text. */
  entries(directory: string): readonly AnnouncedEntry[]
  entry(directory: string, name: string): AnnouncedEntry | undefined
  /** Paths below a directory, with their CIDs; directories and files alike. */
  below(directory: string): Iterable<{ readonly path: string; readonly cid: Uint8Array }>
  putEntry(directory: string, entry: AnnouncedEntry): void
  removeEntry(directory: string, name: string): void
  putBlock(block: AnnouncedBlock): void
  /** Drops the blocks of a path that are not in `kept` (binary multihashes), as of the root `seq`. */
  dropBlocks(path: string, kept: readonly Uint8Array[], seq: number): void
  /** Places of a block in the roots that are still served. */
  blocks(multihash: Uint8Array): readonly AnnouncedBlock[]
  /** Forgets roots made before `at`, and all but the newest `most`, with the blocks that only they had. */
  prune(at: string, most: number): void
  /** Forgets everything, records apart. */
  clear(): void
  /** @param key - Ed25519 key of the name. */
  record(key: Uint8Array): KeptRecord | undefined
  putRecord(key: Uint8Array, record: KeptRecord): void
}

const LIVE = 'SELECT multihash, path, at, length, bytes FROM announced_block'

export function openAnnounced(db: DatabaseSync): Announced {
  return { ...rootTable(db), ...entryTable(db), ...blockTable(db), ...recordTable(db) }
}

function rootTable(db: DatabaseSync): Pick<Announced, 'newest' | 'begin' | 'prune' | 'clear'> {
  const last = db.prepare('SELECT seq, cid, size FROM announced_root ORDER BY seq DESC LIMIT 1')
  const add = db.prepare('INSERT INTO announced_root (cid, size, at) VALUES (?, ?, ?)')
  const oldRoots = db.prepare(
    `DELETE FROM announced_root WHERE seq < (SELECT max(seq) FROM announced_root)
     AND (at < ? OR seq <= (SELECT max(seq) FROM announced_root) - ?)`,
  )
  const oldBlocks = db.prepare('DELETE FROM announced_block WHERE dropped <= (SELECT min(seq) FROM announced_root)')
  const newest = (): AnnouncedRoot | undefined => {
    const row = last.get()
    return row && { seq: Number(row['seq']), cid: blobOf(row['cid']), size: Number(row['size']) }
  }
  return {
    newest,
    begin(cid, size, at) {
      add.run(cid, size, at)
      return newest() ?? { seq: 1, cid, size }
    },
    prune(at, most) {
      oldRoots.run(at, most)
      oldBlocks.run()
    },
    clear: () => db.exec('DELETE FROM announced_root; DELETE FROM announced_entry; DELETE FROM announced_block'),
  }
}

function entryTable(db: DatabaseSync): Pick<Announced, 'entries' | 'entry' | 'below' | 'putEntry' | 'removeEntry'> {
  const all = db.prepare('SELECT name, cid, tsize FROM announced_entry WHERE directory = ?')
  const one = db.prepare('SELECT name, cid, tsize FROM announced_entry WHERE directory = ? AND name = ?')
  // '0' follows '/', so this is the directory and everything below it.
  const under = db.prepare(
    `SELECT directory, name, cid FROM announced_entry WHERE directory = ? OR (directory >= ? AND directory < ?)`,
  )
  const put = db.prepare('INSERT OR REPLACE INTO announced_entry (directory, name, cid, tsize) VALUES (?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM announced_entry WHERE directory = ? AND name = ?')
  return {
    entries: (directory) => all.all(directory).map(entryOf),
    entry(directory, name) {
      const row = one.get(directory, name)
      return row && entryOf(row)
    },
    *below(directory) {
      for (const row of under.iterate(directory, `${directory}/`, `${directory}0`))
        yield { path: `${String(row['directory'])}/${String(row['name'])}`, cid: blobOf(row['cid']) }
    },
    putEntry: (directory, { name, cid, tsize }) => void put.run(directory, name, cid, tsize),
    removeEntry: (directory, name) => void remove.run(directory, name),
  }
}

function blockTable(db: DatabaseSync): Pick<Announced, 'putBlock' | 'dropBlocks' | 'blocks'> {
  const put = db.prepare(
    'INSERT OR REPLACE INTO announced_block (multihash, path, at, length, bytes, dropped) VALUES (?, ?, ?, ?, ?, NULL)',
  )
  const ofPath = db.prepare('SELECT multihash FROM announced_block WHERE path = ? AND dropped IS NULL')
  const drop = db.prepare('UPDATE announced_block SET dropped = ? WHERE multihash = ? AND path = ?')
  const places = db.prepare(`${LIVE} WHERE multihash = ?`)
  return {
    putBlock: ({ multihash, path, at, length, bytes }) => void put.run(multihash, path, at, length, bytes ?? null),
    dropBlocks(path, kept, seq) {
      for (const row of ofPath.all(path)) {
        const multihash = blobOf(row['multihash'])
        if (!kept.some((one) => Buffer.compare(one, multihash) === 0)) drop.run(seq, multihash, path)
      }
    },
    blocks: (multihash) => places.all(multihash).map(blockOf),
  }
}

function recordTable(db: DatabaseSync): Pick<Announced, 'record' | 'putRecord'> {
  const get = db.prepare('SELECT bytes, size FROM name_record WHERE key = ?')
  const put = db.prepare('INSERT OR REPLACE INTO name_record (key, bytes, size) VALUES (?, ?, ?)')
  return {
    record(key) {
      const row = get.get(key)
      return row && { bytes: blobOf(row['bytes']), size: Number(row['size']) }
    },
    putRecord: (key, { bytes, size }) => void put.run(key, bytes, size),
  }
}

type Row = Readonly<Record<string, unknown>>

function entryOf(row: Row): AnnouncedEntry {
  return { name: String(row['name']), cid: blobOf(row['cid']), tsize: Number(row['tsize']) }
}

function blockOf(row: Row): AnnouncedBlock {
  const bytes = row['bytes']
  return {
    ...{ multihash: blobOf(row['multihash']), path: String(row['path']) },
    ...{ at: Number(row['at']), length: Number(row['length']) },
    ...(bytes instanceof Uint8Array ? { bytes } : {}),
  }
}

function blobOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new TypeError('the database gave something else than bytes')
}
