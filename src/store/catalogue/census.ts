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

const PUBLISHED = 'b.withdrawn_at IS NULL AND (SELECT min(o.log_index) FROM version o WHERE o.id = b.id) < :size'
const BUNDLES = `
  SELECT b.withdrawn_at IS NOT NULL AS withdrawn, b.access = 'hold' AS held, coalesce(${PUBLISHED}, 0) AS published,
    count(*) AS bundles
  FROM bundle b GROUP BY 1, 2, 3`
// Contents without a sound place. Begun from the places that are not sound and from contents that have none at all: the
// catalogue of a large archive is read through while readers wait.
const UNSOUND = `
  SELECT u.content, coalesce((SELECT CASE WHEN max(l.state = 'damaged') THEN 'damaged'
    WHEN max(l.state = 'changing') THEN 'changing' END FROM location l WHERE l.content = u.content), 'missing') AS state
  FROM (SELECT content FROM location WHERE state <> 'ok'
    UNION SELECT id FROM content c WHERE NOT EXISTS (SELECT 1 FROM location l WHERE l.content = c.id)) u
  WHERE NOT EXISTS (SELECT 1 FROM location l WHERE l.content = u.content AND l.state = 'ok')`
const OF_PUBLISHED = `
  SELECT DISTINCT b.id FROM version_file f JOIN version v ON v.root = f.root
    JOIN bundle b ON b.id = v.id AND b.root = v.root
  WHERE f.content = :content AND ${PUBLISHED}`

/**
 * Counts the catalogue anew.
 *
 * @param size - statements under the head that others see.
 * @param failing - ids of contents that could not be read since, beyond what the catalogue knows.
 */
export function census(db: DatabaseSync, size: number, failing: readonly number[]): Census {
  const bundles = { published: 0, held: 0, waiting: 0, withdrawn: 0 }
  for (const row of db.prepare(BUNDLES).all({ size })) bundles[kindOf(row)] += Number(row['bundles'])
  const { files, notWhole } = unsound(db, size, failing)
  return { bundles, files, notWhole: notWhole.size }
}

/** Ids of published bundles whose newest version lacks a sound file, and how many such files there are. Parameters as {@link census}. */
export function unsound(
  db: DatabaseSync,
  size: number,
  failing: readonly number[],
): { readonly files: Census['files']; readonly notWhole: ReadonlySet<string> } {
  const files = { damaged: 0, changing: 0, missing: 0 }
  const notWhole = new Set<string>()
  const ofPublished = db.prepare(OF_PUBLISHED)
  for (const { content, state } of db.prepare(UNSOUND).iterate()) {
    const found = ofPublished.all({ size, content: content ?? null })
    for (const { id } of found) notWhole.add(String(id))
    if (found.length > 0) files[state === 'damaged' || state === 'changing' ? state : 'missing'] += 1
  }
  for (const content of failing) for (const { id } of ofPublished.all({ size, content })) notWhole.add(String(id))
  return { files, notWhole }
}

function kindOf(row: Readonly<Record<string, unknown>>): keyof Census['bundles'] {
  if (Number(row['withdrawn']) === 1) return 'withdrawn'
  if (Number(row['published']) === 1) return 'published'
  return Number(row['held']) === 1 ? 'held' : 'waiting'
}
