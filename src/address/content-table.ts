import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CID } from 'multiformats/cid'
import { cidText, decodeCid } from '../model/content-id.ts'
import { atomically } from './atomically.ts'
import type { HashedFile } from './hash-file.ts'
import type { FileStat } from './open-file.ts'
import { chunksIn, PROFILE } from './profile.ts'
import { innerNodes } from './tree.ts'

/** `changing`: not as it was when it was hashed. `damaged`: as it was, says the disk, but with other bytes. `missing`: gone. */
export type LocationState = 'ok' | 'changing' | 'damaged' | 'missing'

/** A place where content lies, as it was when it was hashed. */
export interface Location {
  readonly path: string
  readonly stat: FileStat
  /** What the last look found. */
  readonly state: LocationState
}

/** One distinct file content. */
export interface Content {
  readonly id: number
  readonly cid: CID
  readonly bytes: number
  readonly sha256: Uint8Array
}

/** Where a block may be: `position` counts chunks from 0; -1 - n is the n-th inner node, bottom up. */
export interface BlockPlace {
  readonly content: number
  readonly position: number
}

/** Contents that are tried for one block. Blocks that more files share than this are found in the first of them. */
const MOST_PLACES = 64

/** The tables `content`, `location` and `block` of src/store/schema.ts. Synchronous; statements are prepared once. */
export class ContentTable {
  readonly #database: DatabaseSync
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = prepareAll(database)
  }

  /** Adds content and the place where it was found; both may be there already. */
  add(file: HashedFile): number {
    return atomically(this.#database, () => {
      const id = this.find(file.cid)?.id ?? this.#insert(file)
      const { dev, ino, size, mtimeNs, ctimeNs } = signed(file.stat)
      this.#statements.putLocation.run(file.path, id, dev, ino, size, mtimeNs, ctimeNs)
      return id
    })
  }

  /** The content of a file that is as it was when it was hashed, and that no read has found damaged since. */
  known(path: string, stat: FileStat): number | undefined {
    const { dev, ino, size, mtimeNs, ctimeNs } = signed(stat)
    const id = this.#statements.known.get(path, dev, ino, size, mtimeNs, ctimeNs)?.['content']
    return id === undefined ? undefined : Number(id)
  }

  find(cid: CID): Content | undefined {
    const row = this.#statements.byCid.get(cid.bytes)
    return row && contentOf(row)
  }

  get(id: number): Content | undefined {
    const row = this.#statements.byId.get(id)
    return row && contentOf(row)
  }

  *all(): Generator<Content, void, void> {
    // In pages, so that nothing is held open while the caller works.
    for (
      let last = -1, rows = this.#statements.page.all(last);
      rows.length > 0;
      rows = this.#statements.page.all(last)
    ) {
      for (const row of rows) yield contentOf(row)
      last = Number(rows.at(-1)?.['id'])
    }
  }

  digests(id: number): Uint8Array {
    return blobOf(this.#statements.digests.get(id)?.['digests'])
  }

  /** Sound places first. */
  locations(id: number): Location[] {
    return this.#statements.locations.all(id).map(locationOf)
  }

  places(digest: Uint8Array): BlockPlace[] {
    const rows = this.#statements.places.all(prefixOf(digest), MOST_PLACES)
    return rows.map((row) => ({ content: Number(row['content']), position: Number(row['position']) }))
  }

  setState(content: number, path: string, state: LocationState): void {
    this.#statements.setState.run(state, path, content)
  }

  #insert(file: HashedFile): number {
    const { cid, bytes, sha256, digests } = file
    if (sha256.length !== PROFILE.digestBytes) throw new TypeError(`${cidText(cid)} was hashed without its SHA-256`)
    const id = Number(this.#statements.putContent.get(cid.bytes, bytes, sha256, digests)?.['id'])
    this.#insertLeaves(id, bytes, digests)
    let root: CID | undefined
    for (const node of innerNodes(digests, bytes)) {
      root = node.cid
      this.#statements.putBlock.run(prefixOf(node.cid.multihash.digest), id, -1 - node.index)
    }
    if (root !== undefined && !root.equals(cid))
      throw new TypeError(`${cidText(cid)} is not the root of its own chunks`)
    return id
  }

  /** One row for each distinct chunk: a film with an hour of black frames must not fill the index with them. */
  #insertLeaves(id: number, bytes: number, digests: Uint8Array): void {
    const firsts = new Map<bigint, number>()
    const digestAt = (i: number): Uint8Array => digests.subarray(i * PROFILE.digestBytes, (i + 1) * PROFILE.digestBytes)
    for (let i = 0; i < chunksIn(bytes); i++) {
      const prefix = prefixOf(digestAt(i))
      const first = firsts.get(prefix)
      if (first !== undefined && Buffer.compare(digestAt(first), digestAt(i)) === 0) continue
      firsts.set(prefix, i)
      this.#statements.putBlock.run(prefix, id, i)
    }
  }
}

const SQL = {
  putContent: 'INSERT INTO content (cid, bytes, sha256, digests) VALUES (?, ?, ?, ?) RETURNING id',
  putLocation: `INSERT INTO location (path, content, dev, ino, size, mtime_ns, ctime_ns, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'ok')
    ON CONFLICT (path) DO UPDATE SET content = excluded.content, dev = excluded.dev, ino = excluded.ino, size = excluded.size,
    mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, state = 'ok'`,
  putBlock: 'INSERT OR IGNORE INTO block (prefix, content, position) VALUES (?, ?, ?)',
  known: `SELECT content FROM location WHERE path = ? AND dev = ? AND ino = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ?
    AND state <> 'damaged'`,
  byCid: 'SELECT id, cid, bytes, sha256 FROM content WHERE cid = ?',
  byId: 'SELECT id, cid, bytes, sha256 FROM content WHERE id = ?',
  page: 'SELECT id, cid, bytes, sha256 FROM content WHERE id > ? ORDER BY id LIMIT 100',
  digests: 'SELECT digests FROM content WHERE id = ?',
  locations: `SELECT path, dev, ino, size, mtime_ns, ctime_ns, state FROM location WHERE content = ? ORDER BY state <> 'ok', path`,
  places: 'SELECT content, position FROM block WHERE prefix = ? LIMIT ?',
  setState: 'UPDATE location SET state = ? WHERE path = ? AND content = ?',
} as const

function prepareAll(database: DatabaseSync): Record<keyof typeof SQL, StatementSync> {
  const prepare = (name: keyof typeof SQL): StatementSync => {
    const statement = database.prepare(SQL[name])
    // Inodes and nanoseconds do not fit a number.
    statement.setReadBigInts(true)
    return statement
  }
  return {
    ...{ putContent: prepare('putContent'), putLocation: prepare('putLocation'), putBlock: prepare('putBlock') },
    ...{ known: prepare('known'), byCid: prepare('byCid'), byId: prepare('byId'), digests: prepare('digests') },
    ...{
      locations: prepare('locations'),
      places: prepare('places'),
      page: prepare('page'),
      setState: prepare('setState'),
    },
  }
}

/** The first 8 bytes as SQLite's signed integer. */
function prefixOf(digest: Uint8Array): bigint {
  return new DataView(digest.buffer, digest.byteOffset, digest.byteLength).getBigInt64(0)
}

/** Some file systems number inodes above 2^63; SQLite keeps the same 64 bits with a sign. */
function signed(stat: FileStat): FileStat {
  const { dev, ino, size, mtimeNs, ctimeNs } = stat
  const as = (value: bigint): bigint => BigInt.asIntN(64, value)
  return { dev: as(dev), ino: as(ino), size: as(size), mtimeNs: as(mtimeNs), ctimeNs: as(ctimeNs) }
}

type Row = Record<string, unknown>

function contentOf(row: Row): Content {
  return {
    id: Number(row['id']),
    cid: decodeCid(blobOf(row['cid'])),
    bytes: Number(row['bytes']),
    sha256: blobOf(row['sha256']),
  }
}

function locationOf(row: Row): Location {
  const [dev, ino] = [BigInt.asUintN(64, integerOf(row['dev'])), BigInt.asUintN(64, integerOf(row['ino']))]
  const [size, mtimeNs, ctimeNs] = [integerOf(row['size']), integerOf(row['mtime_ns']), integerOf(row['ctime_ns'])]
  return { path: String(row['path']), stat: { dev, ino, size, mtimeNs, ctimeNs }, state: stateOf(row['state']) }
}

function stateOf(value: unknown): LocationState {
  return value === 'changing' || value === 'damaged' || value === 'missing' ? value : 'ok'
}

function blobOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new TypeError('the database gave something else than bytes')
}

function integerOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  throw new TypeError('the database gave something else than an integer')
}
