import type { DatabaseSync } from 'node:sqlite'

/** Where a block stands in the closed set that this home serves (docs/ARCHITECTURE.md). */
export type Standing = 'served' | 'withdrawn' | 'withdrawn-legal' | 'unknown'

export interface Standings {
  /** Of a block that is ours: a document or a directory node. @param multihash - binary. */
  ofSmallBlock(multihash: Uint8Array): Standing
  /** Of a file's content and so of all its blocks. */
  ofContent(content: number): Standing
  mediaType(root: string, path: string): string | undefined
  /** The media type that some served bundle gives this content. */
  mediaTypeOfContent(content: number): string | undefined
}

// A version is served from the head that others see its statement under until its bundle is withdrawn. `replaces` never
// releases content, so older versions stay.
const STANDING = `
  SELECT b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL AS served,
    coalesce(b.withdrawn_for, v.withdrawn_for) = 'legal' AS legal
  FROM version v JOIN bundle b ON b.id = v.id WHERE v.log_index < ? AND v.root IN`

/** @param publishedSize - statements under the head that others see. */
export function openStandings(db: DatabaseSync, publishedSize: () => number): Standings {
  const ofBlock = db.prepare(`${STANDING} (SELECT root FROM version_block WHERE multihash = ?)`)
  const ofContent = db.prepare(`${STANDING} (SELECT root FROM version_file WHERE content = ?)`)
  const type = db.prepare('SELECT media_type FROM version_file WHERE root = ? AND path = ?')
  const anyType = db.prepare('SELECT media_type FROM version_file WHERE content = ? ORDER BY root LIMIT 1')
  return {
    ofSmallBlock: (multihash) => standingOf(ofBlock.all(publishedSize(), multihash)),
    ofContent: (content) => standingOf(ofContent.all(publishedSize(), content)),
    mediaType: (root, path) => textOf(type.get(root, path)?.['media_type']),
    mediaTypeOfContent: (content) => textOf(anyType.get(content)?.['media_type']),
  }
}

/** Content that also belongs to a bundle that is still served goes on being served. */
function standingOf(rows: readonly Record<string, unknown>[]): Standing {
  if (rows.length === 0) return 'unknown'
  if (rows.some((row) => Number(row['served']) === 1)) return 'served'
  return rows.every((row) => Number(row['legal']) === 1) ? 'withdrawn-legal' : 'withdrawn'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
