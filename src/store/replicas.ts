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
  /** What is to be read back, longest unread first. @param limit - most of them; -1 for all. */
  toRead(engine: string, limit: number): readonly DueReplica[]
  /** The same for the files where they lie, which are everything that is published. */
  toReadHere(engine: string, limit: number): readonly DueReplica[]
  /** How many there are of each state. */
  count(engine: string): Readonly<Partial<Record<ReplicaState, number>>>
}

const NEWEST_PUBLISHED = `
  FROM version v JOIN bundle b ON b.id = v.id LEFT JOIN replica r ON r.engine = :engine AND r.root = v.root
  WHERE b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL AND v.log_index = (
    SELECT max(o.log_index) FROM version o WHERE o.id = v.id AND o.log_index < :size)`
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
  const there = db.prepare(
    `SELECT id, root FROM replica WHERE engine = ? AND state IN ('pinned', 'broken') ORDER BY read_at, root LIMIT ?`,
  )
  const here = db.prepare(
    `SELECT v.id, v.root ${NEWEST_PUBLISHED} ORDER BY coalesce(r.read_at, ''), v.root LIMIT :limit`,
  )
  const get = (engine: string, root: string): Replica | undefined => {
    const row = one.get(engine, root)
    return row === undefined ? undefined : replicaOf(row)
  }
  const withRow = (engine: string, { id, root }: Record<string, unknown>): DueReplica => ({
    ...{ id: String(id), root: String(root), before: get(engine, String(root)) },
  })
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
    toRead: (engine, limit) => there.all(engine, limit).map((row) => withRow(engine, row)),
    toReadHere: (engine, limit) =>
      here.all({ engine, size: publishedSize(), limit }).map((row) => withRow(engine, row)),
    count: (engine) => Object.fromEntries(counted.all(engine).map(({ state, n }) => [String(state), Number(n)])),
  }
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
