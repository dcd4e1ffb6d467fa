import type { DatabaseSync } from 'node:sqlite'

/** A version that is published and not withdrawn. */
export interface PublishedVersion {
  readonly id: string
  readonly root: string
  /** Of its `bundle/1`. */
  readonly index: number
  /** Of its public files. */
  readonly bytes: number
  /** Of its documents and directories. */
  readonly smallBytes: number
  /** Whether a newer version of the same bundle is published. */
  readonly isSuperseded: boolean
}

const STANDING = `FROM version v JOIN bundle b ON b.id = v.id
  WHERE v.log_index < :size AND b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL`

/** All versions that may be given away, in the order of the log. @param size - statements under the head that others see. */
export function publishedVersions(db: DatabaseSync, size: number): readonly PublishedVersion[] {
  const rows = db
    .prepare(
      `WITH small AS MATERIALIZED (SELECT k.root, sum(length(s.bytes)) AS bytes
        FROM version_block k JOIN small_block s ON s.multihash = k.multihash GROUP BY k.root)
       SELECT v.id, v.root, v.log_index, v.bytes, coalesce((SELECT bytes FROM small WHERE root = v.root), 0) AS small,
        v.log_index < (SELECT max(o.log_index) FROM version o WHERE o.id = v.id AND o.log_index < :size) AS superseded
       ${STANDING} ORDER BY v.log_index`,
    )
    .all({ size })
  return rows.map((row) => ({
    ...{ id: String(row['id']), root: String(row['root']), index: Number(row['log_index']) },
    ...{ bytes: Number(row['bytes']), smallBytes: Number(row['small']), isSuperseded: Number(row['superseded']) === 1 },
  }))
}

/** Whether one version still may be; asked right before it is given, because a withdrawal may have come meanwhile. */
export function mayBeGiven(db: DatabaseSync, root: string, size: number): boolean {
  return db.prepare(`SELECT 1 ${STANDING} AND v.root = :root`).get({ size, root }) !== undefined
}
