import type { DatabaseSync } from 'node:sqlite'

/** A file that lies here, and when it was last read whole. */
export interface HeldFile {
  readonly path: string
  readonly content: number
  readonly bytes: number
  /** RFC 3339; empty for never. */
  readonly readAt: string
}

/** Which files are asked for. */
export interface UnreadQuery {
  /** The last one of the page before; absent for the first page. */
  readonly after?: Pick<HeldFile, 'readAt' | 'path'>
  /** Files that were last read before this time, RFC 3339. */
  readonly before: string
  /** What is dated later, by a clock that was wrong, counts as never read. */
  readonly latest: string
  readonly limit: number
}

/** A version that is served. */
export interface ServedVersion {
  /** Of its `bundle/1`. */
  readonly index: number
  readonly id: string
  readonly root: string
}

/** A version that is served, all of whose files are sound and were read again. */
export interface WholeVersion extends ServedVersion {
  /** As its statement says. */
  readonly bytes: number
  /** The oldest reading of its files, RFC 3339. */
  readonly readAt: string
}

/** What a mirror has of what it serves, and when that was last read again. Synchronous, on the caller's transaction. */
export interface Rereads {
  /** Notes that all bytes of a file were read at that time, and were right. */
  noteRead(path: string, at: string): void
  /** The next files that are to be read, those first that were not for longest; what is known to be damaged is not among them. */
  longestUnread(query: UnreadQuery): readonly HeldFile[]
  /**
   * Since when everything that lies here has been read whole: the oldest date of all files.
   *
   * @returns empty when some file never was; undefined when there is no file.
   */
  readSince(latest: string): string | undefined
  heldFileBytes(): number
  /** The served versions that a content belongs to. */
  servedVersionsOf(content: number): readonly ServedVersion[]
  /** Multihashes of the documents and directories of a version. */
  documentsOf(root: string): readonly Uint8Array[]
  /** Versions that are to be served and have a file that was found damaged or gone. */
  unsoundVersions(): readonly ServedVersion[]
  /** Whether a file of that version is nowhere sound, or nowhere at all. */
  isUnsound(root: string): boolean
  /** The same of all versions that are to be served; costs a look at each of their files. */
  lacksFiles(): boolean
  isServed(root: string): boolean
  /**
   * All versions that are whole, ascending by root.
   *
   * @param since - none of whose files was last read before this time, RFC 3339.
   */
  wholeVersions(query: { readonly since: string; readonly latest: string }): readonly WholeVersion[]
}

const STANDING = 'b.withdrawn_at IS NULL AND v.withdrawn_for IS NULL AND v.log_index IS NOT NULL'
const NOWHERE_SOUND = "NOT EXISTS (SELECT 1 FROM location l WHERE l.content = f.content AND l.state = 'ok')"
const DATED = "CASE WHEN l.read_at > ? THEN '' ELSE l.read_at END"

export function openRereads(db: DatabaseSync): Rereads {
  const note = db.prepare('UPDATE location SET read_at = ? WHERE path = ?')
  const unread = db.prepare(`SELECT path, content, size AS bytes, dated AS read_at
    FROM (SELECT l.*, ${DATED} AS dated FROM location l WHERE l.state = 'ok')
    WHERE dated < ? AND (dated, path) > (?, ?) ORDER BY dated, path LIMIT ?`)
  const since = db.prepare(`SELECT min(${DATED}) AS at FROM location l`)
  const bytes = db.prepare('SELECT coalesce(sum(size), 0) AS n FROM location')
  const versions =
    db.prepare(`SELECT DISTINCT v.log_index, v.id, v.root FROM version_file f JOIN version v ON v.root = f.root
    JOIN bundle b ON b.id = v.id WHERE f.content = ? AND ${STANDING}`)
  const documents = db.prepare('SELECT multihash FROM version_block WHERE root = ?')
  const unsound =
    db.prepare(`SELECT DISTINCT v.log_index, v.id, v.root FROM version_file f JOIN version v ON v.root = f.root
    JOIN bundle b ON b.id = v.id WHERE ${STANDING} AND ${NOWHERE_SOUND}`)
  const one = db.prepare(`SELECT 1 FROM version_file f WHERE f.root = ? AND ${NOWHERE_SOUND} LIMIT 1`)
  const any = db.prepare(`SELECT 1 FROM version_file f JOIN version v ON v.root = f.root JOIN bundle b ON b.id = v.id
    WHERE ${STANDING} AND ${NOWHERE_SOUND} LIMIT 1`)
  const served = db.prepare(`SELECT 1 FROM version v JOIN bundle b ON b.id = v.id WHERE v.root = ? AND ${STANDING}`)
  const whole = db.prepare(`SELECT v.log_index, v.id, v.root, v.bytes, min(${DATED}) AS oldest
    FROM version v JOIN bundle b ON b.id = v.id JOIN version_file f ON f.root = v.root
    LEFT JOIN location l ON l.content = f.content AND l.state = 'ok'
    WHERE ${STANDING} AND v.root NOT IN (SELECT root FROM wanted)
    GROUP BY v.root HAVING count(*) = count(l.path) AND oldest >= ? ORDER BY v.root`)
  return {
    noteRead: (path, at) => void note.run(at, path),
    longestUnread: ({ after = { readAt: '', path: '' }, before, latest, limit }) =>
      unread.all(latest, before, after.readAt, after.path, limit).map(heldFileOf),
    readSince(latest) {
      const at = since.get(latest)?.['at']
      return typeof at === 'string' ? at : undefined
    },
    heldFileBytes: () => Number(bytes.get()?.['n']),
    servedVersionsOf: (content) => versions.all(content).map(versionOf),
    documentsOf: (root) =>
      documents.all(root).flatMap(({ multihash }) => (multihash instanceof Uint8Array ? [multihash] : [])),
    unsoundVersions: () => unsound.all().map(versionOf),
    isUnsound: (root) => one.get(root) !== undefined,
    lacksFiles: () => any.get() !== undefined,
    isServed: (root) => served.get(root) !== undefined,
    wholeVersions: ({ since: from, latest }) =>
      whole.all(latest, from).map((row) => ({
        ...versionOf(row),
        ...{ bytes: Number(row['bytes']), readAt: String(row['oldest']) },
      })),
  }
}

function versionOf(row: Readonly<Record<string, unknown>>): ServedVersion {
  return { index: Number(row['log_index']), id: String(row['id']), root: String(row['root']) }
}

function heldFileOf(row: Readonly<Record<string, unknown>>): HeldFile {
  return {
    ...{ path: String(row['path']), content: Number(row['content']) },
    ...{ bytes: Number(row['bytes']), readAt: String(row['read_at']) },
  }
}
