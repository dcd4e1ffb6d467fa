import type { DatabaseSync } from 'node:sqlite'

/** A place that keeps copies, and when blocks were last read back from there. */
export interface LastAudit {
  /** Name of the engine. */
  readonly place: string
  /** RFC 3339. */
  readonly at: string
}

/** Places from which something was read back at least once, in order of their names. */
export function lastAudits(db: DatabaseSync): readonly LastAudit[] {
  const rows = db
    .prepare("SELECT engine, max(read_at) AS at FROM replica WHERE read_at <> '' GROUP BY engine ORDER BY engine")
    .all()
  return rows.map(({ engine, at }) => ({ place: String(engine), at: String(at) }))
}
