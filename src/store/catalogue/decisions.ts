import type { DatabaseSync } from 'node:sqlite'

/** `public` may be published once the lint is clean; `hold` never is. */
export type Access = 'public' | 'hold'

export interface Decision {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly what: string
  readonly reason: string
}

/** People's decisions about bundles: the newest one stands in the bundle's row, all of them are kept. */
export interface Decisions {
  setAccess(id: string, access: Access, by: string, reason: string, at: string): void
  /** A person looked at these lint findings and lets them go out; other findings still hold the bundle. */
  acceptFindings(id: string, fingerprints: readonly string[], by: string, at: string): void
  /** From this instant on nothing of the bundle is served, whatever the log says. @param reason - the word of the statement. */
  withdraw(id: string, by: string, reason: string, note: string, at: string): void
  /** Keeps what was decided elsewhere, such as about a withdrawal of somebody else's log. */
  record(id: string, by: string, what: string, reason: string, at: string): void
  of(id: string): readonly Decision[]
}

export function openDecisions(db: DatabaseSync): Decisions {
  const record = db.prepare('INSERT INTO decision (at, by, id, what, reason) VALUES (?, ?, ?, ?, ?)')
  const access = db.prepare(
    'UPDATE bundle SET access = ?, access_by = ?, access_reason = ?, access_at = ? WHERE id = ?',
  )
  const findings = db.prepare('UPDATE bundle SET accepted_findings = ? WHERE id = ?')
  const withdrawn = db.prepare(
    'UPDATE bundle SET withdrawn_at = coalesce(withdrawn_at, ?), withdrawn_for = ? WHERE id = ?',
  )
  const list = db.prepare('SELECT at, by, id, what, reason FROM decision WHERE id = ? ORDER BY seq')
  return {
    setAccess(id, value, by, reason, at) {
      access.run(value, by, reason, at, id)
      record.run(at, by, id, value, reason)
    },
    acceptFindings(id, fingerprints, by, at) {
      findings.run(JSON.stringify(fingerprints), id)
      record.run(at, by, id, 'accept-findings', fingerprints.join(' '))
    },
    withdraw(id, by, reason, note, at) {
      withdrawn.run(at, reason, id)
      record.run(at, by, id, 'withdraw', note === '' ? reason : `${reason}: ${note}`)
    },
    record: (id, by, what, reason, at) => void record.run(at, by, id, what, reason),
    of: (id) =>
      list.all(id).map((row) => ({
        id: String(row['id']),
        at: String(row['at']),
        by: String(row['by']),
        what: String(row['what']),
        reason: String(row['reason']),
      })),
  }
}
