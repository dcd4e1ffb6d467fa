import type { DatabaseSync } from 'node:sqlite'

/** How many bundles there are of each kind, and how many published files lie in no sound place. */
export interface Census {
  readonly bundles: {
    readonly published: number
    readonly held: number
    readonly waiting: number
    readonly withdrawn: number
  }
  readonly files: { readonly damaged: number; readonly changing: number; readonly missing: number }
  /** Published bundles whose newest version lacks a sound file; `failing` counts as unsound, too. */
  readonly notWhole: number
}

const PUBLISHED = `b.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM version o WHERE o.id = b.id AND o.log_index < :size)`
const BUNDLES = `
  SELECT count(*) FILTER (WHERE withdrawn_at IS NOT NULL) AS withdrawn, count(*) FILTER (WHERE ${PUBLISHED}) AS published,
    count(*) FILTER (WHERE withdrawn_at IS NULL AND NOT (${PUBLISHED}) AND access = 'hold') AS held, count(*) AS everything
  FROM bundle b`
// One row for each content without a sound place, worst of its places first; no row for what lies somewhere as it was.
const UNSOUND = `
  SELECT c.id, coalesce((SELECT CASE WHEN max(l.state = 'damaged') THEN 'damaged' WHEN max(l.state = 'changing') THEN 'changing' END
    FROM location l WHERE l.content = c.id), 'missing') AS state
  FROM content c WHERE NOT EXISTS (SELECT 1 FROM location l WHERE l.content = c.id AND l.state = 'ok')`
const FILES = `
  SELECT u.state, count(*) AS files FROM (${UNSOUND}) u
  WHERE EXISTS (SELECT 1 FROM version_file f JOIN version v ON v.root = f.root JOIN bundle b ON b.id = v.id
    WHERE f.content = u.id AND b.root = v.root AND ${PUBLISHED})
  GROUP BY u.state`
const NOT_WHOLE = `
  SELECT count(DISTINCT b.id) AS bundles FROM bundle b JOIN version_file f ON f.root = b.root
  WHERE f.content IN (SELECT id FROM (${UNSOUND}) UNION SELECT value FROM json_each(:failing)) AND ${PUBLISHED}`

/**
 * Counts the catalogue anew.
 *
 * @param size - statements under the head that others see.
 * @param failing - ids of contents that could not be read since, beyond what the catalogue knows.
 */
export function census(db: DatabaseSync, size: number, failing: readonly number[]): Census {
  const counted = db.prepare(BUNDLES).get({ size })
  const count = (name: string): number => Number(counted?.[name] ?? 0)
  const [published, held, withdrawn] = [count('published'), count('held'), count('withdrawn')]
  const unsound = new Map(
    db
      .prepare(FILES)
      .all({ size })
      .map((row) => [row['state'], Number(row['files'])]),
  )
  const notWhole = db.prepare(NOT_WHOLE).get({ size, failing: JSON.stringify(failing) })?.['bundles']
  return {
    bundles: { published, held, waiting: count('everything') - published - held - withdrawn, withdrawn },
    files: {
      damaged: unsound.get('damaged') ?? 0,
      changing: unsound.get('changing') ?? 0,
      missing: unsound.get('missing') ?? 0,
    },
    notWhole: Number(notWhole ?? 0),
  }
}
