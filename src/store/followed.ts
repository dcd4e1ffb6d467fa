import type { DatabaseSync } from 'node:sqlite'
import { openRereads, type Rereads } from './rereads.ts'

/** A version of the log that is not here yet. */
export interface WantedVersion {
  /** Of its `bundle/1`. */
  readonly index: number
  readonly id: string
  readonly root: string
  /** Of all public files, by the publisher's word. */
  readonly bytes: number
  readonly tries: number
}

/** `kept`: the operator decided to go on serving what was withdrawn without approvals. */
export type Obedience = 'obeyed' | 'waiting' | 'kept'

/** What is known of a source. */
export interface SourceRecord {
  readonly name: string
  /** Faults that nothing good has outweighed yet. */
  readonly strikes: number
  /** Of the newest head that it showed. */
  readonly size: number
  /** Bytes of content that came from it. */
  readonly bytes: number
  /** Its last fault; empty for none. */
  readonly code: string
  readonly message: string
  /** When that was. */
  readonly at: string
}

/** A file that was taken out of the server's way. */
export interface QuarantinedFile {
  readonly path: string
  readonly content: number
  readonly bytes: number
  readonly at: string
}

/** A withdrawal that is not obeyed. */
export interface OpenWithdrawal {
  readonly id: string
  /** Of its statement. */
  readonly index: number
  readonly reason: string
  readonly state: 'waiting' | 'kept'
  readonly at: string
}

/** What a mirror remembers of one log beside what every home does. Synchronous, on the caller's transaction. */
export interface FollowedTables extends Rereads {
  want(version: Omit<WantedVersion, 'tries'>): void
  unwant(root: string): void
  unwantAll(): void
  /** What failed before comes last. */
  wanted(order: 'newest' | 'smallest'): readonly WantedVersion[]
  wantedTotals(): { readonly bundles: number; readonly bytes: number }
  noteTry(index: number, code: string): void
  obedience(index: number): Obedience | undefined
  setObedience(index: number, id: string, reason: string, approved: boolean, state: Obedience, at: string): void
  /** Writes down what a person decided about a withdrawal that is known already. */
  decideObedience(index: number, state: 'obeyed' | 'kept', by: string, at: string): void
  /** Bundles that were withdrawn without approvals since then, and obeyed by the rule alone. */
  obeyedSince(at: string): ReadonlySet<string>
  /** Withdrawals that wait, in the order of the log. */
  waiting(): readonly OpenWithdrawal[]
  /** The same with those that the operator does not obey. */
  notObeyed(): readonly OpenWithdrawal[]
  forgetObedience(id: string, inForce: readonly number[]): void
  /** Sets or lifts what stands against one bundle as a whole, and against one of its versions. */
  setWithdrawn(id: string, reason: string | undefined, at: string): void
  setVersionWithdrawn(root: string, reason: string | undefined): void
  /** Places, outside of the quarantine, of files that belong to withdrawn versions alone. */
  placesToQuarantine(): readonly { readonly path: string; readonly content: number }[]
  quarantine(from: string, to: string, content: number, at: string): void
  quarantined(): readonly QuarantinedFile[]
  /** Those that were there before a time and of which nothing is to be served. */
  restingSince(before: string): readonly QuarantinedFile[]
  release(path: string): void
  sources(): readonly SourceRecord[]
  noteSource(name: string, change: Partial<Omit<SourceRecord, 'name'>>): void
  /** Bundles that are served, files of them, and the bytes that all fetched files take. */
  held(publishedSize: number): { readonly bundles: number; readonly files: number; readonly bytes: number }
}

const STANDING_VERSIONS = `SELECT f.content FROM version_file f JOIN version v ON v.root = f.root JOIN bundle b ON b.id = v.id
  WHERE b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL AND v.log_index IS NOT NULL`
const GONE_VERSIONS = `SELECT f.content FROM version_file f JOIN version v ON v.root = f.root JOIN bundle b ON b.id = v.id
  WHERE b.withdrawn_at IS NOT NULL OR v.withdrawn_for IS NOT NULL`

type Tables<Part extends keyof FollowedTables> = Pick<FollowedTables, Part>

export function openFollowed(db: DatabaseSync): FollowedTables {
  return {
    ...wantedTables(db),
    ...obedienceTables(db),
    ...quarantineTables(db),
    ...sourceTables(db),
    ...openRereads(db),
  }
}

function wantedTables(
  db: DatabaseSync,
): Tables<'want' | 'unwant' | 'unwantAll' | 'wanted' | 'wantedTotals' | 'noteTry' | 'held'> {
  const insert = db.prepare('INSERT OR IGNORE INTO wanted (idx, id, root, bytes) VALUES (?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM wanted WHERE root = ?')
  const tried = db.prepare('UPDATE wanted SET tries = tries + 1, code = ? WHERE idx = ?')
  const totals = db.prepare('SELECT count(*) AS bundles, coalesce(sum(bytes), 0) AS bytes FROM wanted')
  const listed = {
    newest: db.prepare('SELECT * FROM wanted ORDER BY tries, idx DESC'),
    smallest: db.prepare('SELECT * FROM wanted ORDER BY tries, bytes, idx'),
  }
  const bundles = db.prepare(`SELECT count(DISTINCT v.id) AS n FROM version v JOIN bundle b ON b.id = v.id
    WHERE b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL AND v.log_index < ?`)
  const files = db.prepare(`SELECT count(*) AS n FROM (SELECT DISTINCT content FROM (${STANDING_VERSIONS}))`)
  const bytes = db.prepare(
    'SELECT coalesce(sum(c.bytes), 0) AS n FROM content c WHERE c.id IN (SELECT content FROM location UNION SELECT content FROM quarantined)',
  )
  return {
    want: ({ index, id, root, bytes: size }) => void insert.run(index, id, root, size),
    unwant: (root) => void remove.run(root),
    unwantAll: () => db.exec('DELETE FROM wanted'),
    wanted: (order) => listed[order].all().map(wantedOf),
    wantedTotals() {
      const row = totals.get()
      return { bundles: Number(row?.['bundles']), bytes: Number(row?.['bytes']) }
    },
    noteTry: (index, code) => void tried.run(code, index),
    held: (size) => ({
      bundles: Number(bundles.get(size)?.['n']),
      files: Number(files.get()?.['n']),
      bytes: Number(bytes.get()?.['n']),
    }),
  }
}

function obedienceTables(
  db: DatabaseSync,
): Tables<
  | 'obedience'
  | 'setObedience'
  | 'decideObedience'
  | 'obeyedSince'
  | 'waiting'
  | 'notObeyed'
  | 'forgetObedience'
  | 'setWithdrawn'
  | 'setVersionWithdrawn'
> {
  const one = db.prepare('SELECT state FROM obedience WHERE idx = ?')
  const put = db.prepare(
    'INSERT OR REPLACE INTO obedience (idx, id, reason, approved, state, at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const decided = db.prepare('UPDATE obedience SET state = ?, by = ?, at = ? WHERE idx = ?')
  const since = db.prepare(
    "SELECT DISTINCT id FROM obedience WHERE state = 'obeyed' AND approved = 0 AND by = '' AND at > ?",
  )
  const open = db.prepare("SELECT id, idx, reason, state, at FROM obedience WHERE state <> 'obeyed' ORDER BY idx")
  const notObeyed = (): OpenWithdrawal[] => open.all().map(openWithdrawalOf)
  const lapsed = db.prepare(
    "DELETE FROM obedience WHERE id = ? AND state <> 'obeyed' AND idx NOT IN (SELECT value FROM json_each(?))",
  )
  const bundle = db.prepare(
    'UPDATE bundle SET withdrawn_at = coalesce(withdrawn_at, ?), withdrawn_for = ? WHERE id = ?',
  )
  const back = db.prepare('UPDATE bundle SET withdrawn_at = NULL, withdrawn_for = NULL WHERE id = ?')
  const version = db.prepare('UPDATE version SET withdrawn_for = ? WHERE root = ?')
  return {
    obedience(index) {
      const state = one.get(index)?.['state']
      return state === 'obeyed' || state === 'waiting' || state === 'kept' ? state : undefined
    },
    setObedience: (index, id, reason, approved, state, at) =>
      void put.run(index, id, reason, approved ? 1 : 0, state, at),
    decideObedience: (index, state, by, at) => void decided.run(state, by, at, index),
    obeyedSince: (at) => new Set(since.all(at).map((row) => String(row['id']))),
    waiting: () => notObeyed().filter(({ state }) => state === 'waiting'),
    notObeyed,
    forgetObedience: (id, inForce) => void lapsed.run(id, JSON.stringify(inForce)),
    setWithdrawn: (id, reason, at) => void (reason === undefined ? back.run(id) : bundle.run(at, reason, id)),
    setVersionWithdrawn: (root, reason) => void version.run(reason ?? null, root),
  }
}

function quarantineTables(
  db: DatabaseSync,
): Tables<'placesToQuarantine' | 'quarantine' | 'quarantined' | 'restingSince' | 'release'> {
  const places = db.prepare(
    `SELECT path, content FROM location WHERE content IN (${GONE_VERSIONS} EXCEPT ${STANDING_VERSIONS}) ORDER BY path`,
  )
  const leave = db.prepare('DELETE FROM location WHERE path = ?')
  const put = db.prepare('INSERT OR REPLACE INTO quarantined (path, content, at) VALUES (?, ?, ?)')
  const all = db.prepare(
    'SELECT q.path, q.content, q.at, c.bytes FROM quarantined q JOIN content c ON c.id = q.content ORDER BY q.path',
  )
  const resting =
    db.prepare(`SELECT q.path, q.content, q.at, c.bytes FROM quarantined q JOIN content c ON c.id = q.content
    WHERE q.at <= ? AND q.content NOT IN (${STANDING_VERSIONS}) ORDER BY q.path`)
  const remove = db.prepare('DELETE FROM quarantined WHERE path = ?')
  return {
    placesToQuarantine: () =>
      places.all().map((row) => ({ path: String(row['path']), content: Number(row['content']) })),
    quarantine(from, to, content, at) {
      leave.run(from)
      put.run(to, content, at)
    },
    quarantined: () => all.all().map(quarantinedOf),
    restingSince: (before) => resting.all(before).map(quarantinedOf),
    release: (path) => void remove.run(path),
  }
}

function sourceTables(db: DatabaseSync): Tables<'sources' | 'noteSource'> {
  const all = db.prepare('SELECT * FROM log_source ORDER BY name')
  const one = db.prepare('SELECT * FROM log_source WHERE name = ?')
  const put = db.prepare(
    'INSERT OR REPLACE INTO log_source (name, strikes, size, bytes, code, message, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  return {
    sources: () => all.all().map(sourceOf),
    noteSource(name, change) {
      const row = one.get(name)
      const before =
        row === undefined ? { strikes: 0, size: 0, bytes: 0, code: '', message: '', at: '' } : sourceOf(row)
      const { strikes, size, bytes, code, message, at } = { ...before, ...change }
      put.run(name, strikes, size, bytes, code, message, at)
    },
  }
}

type Row = Readonly<Record<string, unknown>>

function wantedOf(row: Row): WantedVersion {
  return {
    ...{ index: Number(row['idx']), id: String(row['id']), root: String(row['root']) },
    ...{ bytes: Number(row['bytes']), tries: Number(row['tries']) },
  }
}

function openWithdrawalOf(row: Row): OpenWithdrawal {
  return {
    ...{ id: String(row['id']), index: Number(row['idx']), reason: String(row['reason']) },
    ...{ state: row['state'] === 'kept' ? 'kept' : 'waiting', at: String(row['at']) },
  }
}

function quarantinedOf(row: Row): QuarantinedFile {
  return {
    ...{ path: String(row['path']), content: Number(row['content']) },
    ...{ bytes: Number(row['bytes']), at: String(row['at']) },
  }
}

function sourceOf(row: Row): SourceRecord {
  return {
    ...{ name: String(row['name']), strikes: Number(row['strikes']), size: Number(row['size']) },
    ...{
      bytes: Number(row['bytes']),
      code: String(row['code']),
      message: String(row['message']),
      at: String(row['at']),
    },
  }
}
