import type { DatabaseSync } from 'node:sqlite'

/**
 * `begun`: something may have been sent. `published`: the claim is there. `waiting`: not now. `refused`: a person must
 * look. `taken-back`: its claim is abandoned.
 */
export type PublicationState = 'begun' | 'published' | 'waiting' | 'refused' | 'taken-back'

/** What one target has, or is to have, of one bundle. */
export interface Publication {
  readonly target: string
  readonly id: string
  /** Root and file of the version whose bytes it is about. */
  readonly root: string
  readonly file: string
  readonly content: number
  readonly state: PublicationState
  /** JSON text that the target made. */
  readonly evidence: string
  /** Why it waits or is refused; empty otherwise. */
  readonly code: string
  readonly reason: string
  /** Index of its newest `copy/1`. */
  readonly statement: number | undefined
  /** JSON text of what that statement says, to see when it has to be said again. */
  readonly copied: string
  /** True when nothing more is to be learnt about it. */
  readonly isSettled: boolean
  /** Runs that tried it. */
  readonly tries: number
  readonly at: string
}

/** The notes about copies at targets. Synchronous, on the caller's transaction. */
export interface Publications {
  get(target: string, id: string): Publication | undefined
  /** Of one bundle, at all targets, in order of target. */
  of(id: string): readonly Publication[]
  /** In order of id. */
  at(target: string): Iterable<Publication>
  put(publication: Publication): void
  remove(target: string, id: string): void
  sourceHash(content: number): string | undefined
  /** @param sha384 - lower-case hex. */
  setSourceHash(content: number, sha384: string): void
}

export function openPublications(db: DatabaseSync): Publications {
  const one = db.prepare('SELECT * FROM publication WHERE target = ? AND id = ?')
  const ofBundle = db.prepare('SELECT * FROM publication WHERE id = ? ORDER BY target')
  const put = db.prepare(
    `INSERT OR REPLACE INTO publication
      (target, id, root, file, content, state, evidence, code, reason, statement, copied, settled, tries, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = db.prepare('DELETE FROM publication WHERE target = ? AND id = ?')
  const hash = db.prepare('SELECT sha384 FROM source_hash WHERE content = ?')
  const setHash = db.prepare('INSERT OR REPLACE INTO source_hash (content, sha384) VALUES (?, ?)')
  return {
    get(target, id) {
      const row = one.get(target, id)
      return row === undefined ? undefined : publicationOf(row)
    },
    of: (id) => ofBundle.all(id).map(publicationOf),
    *at(target) {
      // Prepared anew, because rows are written while it is read.
      const page = db.prepare('SELECT * FROM publication WHERE target = ? AND id > ? ORDER BY id LIMIT 256')
      for (let last = ''; ; ) {
        const rows = page.all(target, last).map(publicationOf)
        yield* rows
        const next = rows.at(-1)?.id
        if (next === undefined) return
        last = next
      }
    },
    put(row) {
      put.run(
        ...[row.target, row.id, row.root, row.file, row.content, row.state, row.evidence, row.code, row.reason],
        ...[row.statement ?? null, row.copied, row.isSettled ? 1 : 0, row.tries, row.at],
      )
    },
    remove: (target, id) => void remove.run(target, id),
    sourceHash(content) {
      const sha384 = hash.get(content)?.['sha384']
      return sha384 instanceof Uint8Array ? Buffer.from(sha384).toString('hex') : undefined
    },
    setSourceHash: (content, sha384) => void setHash.run(content, Buffer.from(sha384, 'hex')),
  }
}

function publicationOf(row: Record<string, unknown>): Publication {
  const text = (name: string): string => String(row[name])
  return {
    target: text('target'),
    id: text('id'),
    root: text('root'),
    file: text('file'),
    content: Number(row['content']),
    state: text('state') as PublicationState,
    evidence: text('evidence'),
    code: text('code'),
    reason: text('reason'),
    statement: typeof row['statement'] === 'number' ? row['statement'] : undefined,
    copied: text('copied'),
    isSettled: row['settled'] === 1,
    tries: Number(row['tries']),
    at: text('at'),
  }
}
