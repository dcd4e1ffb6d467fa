import type { DatabaseSync } from 'node:sqlite'

/**
 * `asked`: something may have been sent; with a code, it failed and is tried again. `accepted`: the engine will have it.
 * `pinned`: the engine says that it has it. `broken`: what was read back was wrong or gone. `removed`: unpinned.
 */
export type ReplicaState = 'asked' | 'accepted' | 'pinned' | 'broken' | 'removed'

/** What one engine has, or is to have, of one version of a bundle. */
export interface Replica {
  readonly engine: string
  readonly root: string
  readonly id: string
  readonly state: ReplicaState
  /** Why it failed or is broken; empty otherwise. */
  readonly code: string
  readonly reason: string
  readonly tries: number
  readonly at: string
  /** When blocks were last read back; empty for never. */
  readonly readAt: string
  /** When all that were read were right, and how many those were. */
  readonly provenAt: string
  readonly provenBlocks: number
}

export interface DueReplica {
  readonly id: string
  readonly root: string
  readonly before: Replica | undefined
}

export interface WhichToRead {
  /** Everything that is published, and not only what the engine says that it has. */
  readonly everything: boolean
  /** RFC 3339; what was proven at that time or later is left out. @default nothing is */
  readonly since?: string | undefined
}

/** What is known of the newest published version of one bundle. */
export interface Whereabouts {
  readonly id: string
  readonly root: string
  /** Of its statement. */
  readonly index: number
  /**
   * Words `ENGINE:MARK`, in order of engine. Marks: `p` there and proven since, `c` there by its word, `b` broken, `d` not
   * there when a place that keeps what it chooses was last asked. Few texts stand for
   * many bundles.
   */
  readonly marks: string
}

/** The notes about engines. Synchronous, on the caller's transaction. */
export interface Replicas {
  get(engine: string, root: string): Replica | undefined
  /** Of one bundle, in order of engine; those that were removed too. */
  of(id: string): readonly Replica[]
  put(replica: Replica): void
  /**
   * The newest published version of each bundle that the engine does not have and should: those that never failed there
   * first, so that some that always fail keep nobody waiting.
   */
  due(engine: string): Iterable<DueReplica>
  countDue(engine: string): number
  /** What is still at the engine of bundles and versions that were withdrawn. */
  leaving(engine: string): readonly Replica[]
  /** What is to be read back, those first that never were, then longest unread first. Rows may be written meanwhile. */
  toRead(engine: string, which: WhichToRead): Iterable<DueReplica>
  /** Newest published versions that are `pinned` at any of these engines. */
  countPinned(engines: readonly string[]): number
  /** Bytes of the public files of what {@link due} gives, without these bundles. */
  dueSize(engine: string, without: ReadonlySet<string>): { readonly bundles: number; readonly bytes: number }
  /** Where each published bundle is, or one of them, in order of id; those that no engine has a row of, too. */
  whereabouts(since: string, id?: string): Iterable<Whereabouts>
  /** How many there are of each state. */
  count(engine: string): Readonly<Partial<Record<ReplicaState, number>>>
}

const WHICH = `
  WHERE b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL AND v.log_index = (
    SELECT max(o.log_index) FROM version o WHERE o.id = v.id AND o.log_index < :size)`
const NEWEST = `FROM version v JOIN bundle b ON b.id = v.id ${WHICH}`
const NEWEST_PUBLISHED = `
  FROM version v JOIN bundle b ON b.id = v.id LEFT JOIN replica r ON r.engine = :engine AND r.root = v.root ${WHICH}`
const THERE = `
  SELECT r.id, r.root, r.read_at FROM replica r
  WHERE r.engine = :engine AND r.proven_at < :since
    AND ${wasThere('r')}`
const EVERYTHING_KNOWN = `
  SELECT r.id, r.root, r.read_at FROM replica r JOIN version v ON v.root = r.root JOIN bundle b ON b.id = v.id ${WHICH}
    AND r.engine = :engine AND r.proven_at < :since`
const MARKS = `
  SELECT v.id, v.root, v.log_index, (
    SELECT group_concat(m.engine || CASE WHEN m.state = 'broken' THEN ':b' WHEN m.state = 'asked' THEN ':d' WHEN m.proven_at >= :since THEN ':p' ELSE ':c' END, ' ')
    FROM replica m WHERE m.id = v.id AND m.root = v.root
      AND (${wasThere('m')} OR (m.state = 'asked' AND m.read_at <> ''))) AS marks ${NEWEST}`
/** Rows that are sorted at a time: of a million replicas each page costs a walk over them all, and no memory. */
const PAGE = 32_768
/** Later than every time. */
const EVER = '~'
const DUE = `${NEWEST_PUBLISHED} AND coalesce(r.state, 'asked') <> 'pinned'`

/** @param publishedSize - statements under the head that others see. */
export function openReplicas(db: DatabaseSync, publishedSize: () => number): Replicas {
  const one = db.prepare('SELECT * FROM replica WHERE engine = ? AND root = ?')
  const ofBundle = db.prepare('SELECT * FROM replica WHERE id = ? ORDER BY engine, root')
  const put = db.prepare(
    `INSERT OR REPLACE INTO replica
      (engine, root, id, state, code, reason, tries, at, read_at, proven_at, proven_blocks)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const leaving = db.prepare(
    `SELECT r.* FROM replica r JOIN version v ON v.root = r.root JOIN bundle b ON b.id = r.id
     WHERE r.engine = ? AND r.state <> 'removed' AND (b.withdrawn_at IS NOT NULL OR v.withdrawn_for IS NOT NULL)
     ORDER BY r.root`,
  )
  const counted = db.prepare('SELECT state, count(*) AS n FROM replica WHERE engine = ? GROUP BY state')
  const dueCount = db.prepare(`SELECT count(*) AS n ${DUE}`)
  const lastRead = db.prepare('SELECT max(read_at) AS newest FROM replica WHERE engine = ?')
  const pinnedCount = db.prepare(
    `SELECT count(*) AS n ${NEWEST} AND EXISTS (SELECT 1 FROM replica m WHERE m.id = v.id AND m.root = v.root
      AND m.state = 'pinned' AND m.engine IN (SELECT value FROM json_each(:engines)))`,
  )
  const dueSum = db.prepare(
    `SELECT count(*) AS n, coalesce(sum(v.bytes), 0) AS bytes ${DUE} AND v.id NOT IN (SELECT value FROM json_each(:without))`,
  )
  const whereOne = db.prepare(`${MARKS} AND v.id = :id`)
  const get = (engine: string, root: string): Replica | undefined => {
    const row = one.get(engine, root)
    return row === undefined ? undefined : replicaOf(row)
  }
  const withRow = (engine: string, { id, root }: Record<string, unknown>): DueReplica => ({
    ...{ id: String(id), root: String(root), before: get(engine, String(root)) },
  })
  function* known(rows: string, which: Readonly<Record<string, string | number>>): Iterable<DueReplica> {
    const engine = String(which['engine'])
    const now = (): string => new Date().toISOString().replace(/\.\d+Z$/u, 'Z')
    const newest = String(lastRead.get(engine)?.['newest'] ?? '')
    const until = [now(), newest].toSorted().at(-1) ?? ''
    // What this very run notes stands behind the rest from then on; within its first second, or after the clock was set back,
    // that is still before its end.
    const given = new Set<string>()
    const page = db.prepare(`${rows} AND (r.read_at, r.root) > (:readAt, :root) AND r.read_at <= :until
      ORDER BY r.read_at, r.root LIMIT ${PAGE}`)
    for (let last = { readAt: '', root: '' }; ; ) {
      const found = page.all({ ...which, ...last, until })
      for (const { id, root, read_at: readAt } of found) {
        last = { readAt: String(readAt), root: String(root) }
        if (given.has(last.root)) continue
        if (now() <= until) given.add(last.root)
        yield withRow(engine, { id, root })
      }
      if (found.length === 0) return
    }
  }
  return {
    get,
    of: (id) => ofBundle.all(id).map(replicaOf),
    put(row) {
      put.run(
        ...[row.engine, row.root, row.id, row.state, row.code, row.reason, row.tries, row.at],
        ...[row.readAt, row.provenAt, row.provenBlocks],
      )
    },
    *due(engine) {
      for (const failed of [0, 1]) {
        // Prepared anew, because rows are written while it is read.
        const page = db.prepare(
          `SELECT v.id, v.root ${DUE} AND (coalesce(r.code, '') <> '') = :failed AND v.id > :last ORDER BY v.id LIMIT 256`,
        )
        for (let last = ''; ; ) {
          const rows = page.all({ engine, size: publishedSize(), failed, last }).map((row) => withRow(engine, row))
          yield* rows
          const next = rows.at(-1)?.id
          if (next === undefined) break
          last = next
        }
      }
    },
    countDue: (engine) => Number(dueCount.get({ engine, size: publishedSize() })?.['n'] ?? 0),
    leaving: (engine) => leaving.all(engine).map(replicaOf),
    *toRead(engine, { everything, since = EVER }) {
      if (everything) {
        const unread = db.prepare(
          `SELECT v.id, v.root ${NEWEST_PUBLISHED} AND r.root IS NULL AND v.id > :last ORDER BY v.id LIMIT 256`,
        )
        for (let last = ''; ; ) {
          const rows = unread.all({ engine, size: publishedSize(), last }).map((row) => withRow(engine, row))
          yield* rows
          const next = rows.at(-1)?.id
          if (next === undefined) break
          last = next
        }
      }
      const size = everything ? { size: publishedSize() } : {}
      yield* known(everything ? EVERYTHING_KNOWN : THERE, { engine, since, ...size })
    },
    countPinned: (engines) =>
      Number(pinnedCount.get({ engines: JSON.stringify(engines), size: publishedSize() })?.['n'] ?? 0),
    dueSize(engine, without) {
      const row = dueSum.get({ engine, size: publishedSize(), without: JSON.stringify([...without]) })
      return { bundles: Number(row?.['n'] ?? 0), bytes: Number(row?.['bytes'] ?? 0) }
    },
    *whereabouts(since, id) {
      if (id !== undefined) yield* whereOne.all({ since, size: publishedSize(), id }).map(whereaboutsOf)
      else {
        // Prepared anew, because two may be read at a time.
        const page = db.prepare(`${MARKS} AND v.id > :id ORDER BY v.id LIMIT 1024`)
        for (let last = ''; ; ) {
          const rows = page.all({ since, size: publishedSize(), id: last }).map(whereaboutsOf)
          yield* rows
          const next = rows.at(-1)?.id
          if (next === undefined) break
          last = next
        }
      }
    },
    count: (engine) => Object.fromEntries(counted.all(engine).map(({ state, n }) => [String(state), Number(n)])),
  }
}

/** What a place said once that it has; in fewer copies than it was asked for is there, too. @param r - name of the table. */
function wasThere(r: string): string {
  return `(${r}.state IN ('pinned', 'broken') OR (${r}.state = 'accepted' AND ${r}.code = 'AUDIT_BELOW'))`
}

function whereaboutsOf(row: Record<string, unknown>): Whereabouts {
  const [id, root] = [String(row['id']), String(row['root'])]
  return { id, root, index: Number(row['log_index']), marks: String(row['marks'] ?? '') }
}

function replicaOf(row: Record<string, unknown>): Replica {
  const text = (name: string): string => String(row[name])
  return {
    engine: text('engine'),
    root: text('root'),
    id: text('id'),
    // The table checks it.
    state: text('state') as ReplicaState,
    code: text('code'),
    reason: text('reason'),
    tries: Number(row['tries']),
    at: text('at'),
    readAt: text('read_at'),
    provenAt: text('proven_at'),
    provenBlocks: Number(row['proven_blocks']),
  }
}
