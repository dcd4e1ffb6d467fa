import type { DatabaseSync } from 'node:sqlite'
import type { Access } from './decisions.ts'

/** One row of the catalogue, with what follows from the log. */
export interface CatalogueBundle {
  readonly id: string
  readonly layout: string
  readonly sourcePath: string
  /** Root of the newest version, published or not. */
  readonly root: string
  readonly access: Access
  readonly accessReason: string
  /** `source`, or the name of the person who decided. */
  readonly accessBy: string
  /** Fingerprints of lint findings that a person has accepted. */
  readonly acceptedFindings: readonly string[]
  readonly addedAt: string
  readonly withdrawnAt: string | undefined
  /** `bundle.json` of the newest version, canonical JSON text. */
  readonly document: string
  readonly filesSha256: string
  /** Bytes of the public files of the newest version. */
  readonly bytes: number
  /** Index of the statement of the newest version; undefined until it is sequenced. */
  readonly logIndex: number | undefined
  /** Index of the newest `bundle/1` statement of any version. */
  readonly newestIndex: number | undefined
  readonly state: BundleState
}

/** The states of docs/GLOSSARY.md; `published` only under a head that others see; `superseded` is a state of versions and appears in lookups by an older root. */
export type BundleState = 'added' | 'held' | 'published' | 'superseded' | 'withdrawn' | 'missing'

export interface VersionFile {
  readonly path: string
  readonly content: number
  readonly role: string
  readonly language?: string
  readonly mediaType: string
}

export interface NewVersion {
  readonly root: string
  readonly document: string
  readonly filesSha256: string
  readonly bytes: number
  readonly files: readonly VersionFile[]
  /** Multihashes of the blocks that are ours: documents and directory nodes. */
  readonly blocks: readonly Uint8Array[]
  readonly privateFiles: readonly { readonly path: string; readonly content: number; readonly role: string }[]
  /** Keys and alias keys under which the bundle can be selected. */
  readonly keys: readonly string[]
}

export interface NewBundle {
  readonly id: string
  readonly layout: string
  readonly sourcePath: string
  readonly access: Access
  readonly accessReason: string
  readonly accessBy: string
  readonly asGiven: string
}

const COLUMNS = `
  SELECT b.id, b.layout, b.source_path, b.root, b.access, b.access_reason, b.access_by, b.accepted_findings, b.added_at,
    b.withdrawn_at, v.document, v.files_sha256, v.bytes, v.log_index,
    (SELECT max(o.log_index) FROM version o WHERE o.id = b.id) AS newest_index,
    (SELECT min(o.log_index) FROM version o WHERE o.id = b.id) AS first_index,
    EXISTS (SELECT 1 FROM version_file f WHERE f.root = b.root AND NOT EXISTS (
      SELECT 1 FROM location l WHERE l.content = f.content AND l.state IN ('ok', 'changing'))) AS missing
  FROM bundle b JOIN version v ON v.root = b.root`

const MAIN_MEDIA = `
  SELECT n.id FROM version m JOIN version_file mine ON mine.root = m.root
    JOIN version_file other ON other.content = mine.content JOIN version n ON n.root = other.root
  WHERE m.id = :id AND mine.role IN ('video', 'audio', 'image') AND other.role IN ('video', 'audio', 'image')`

// What was withdrawn as a duplicate says itself that another bundle stays.
const WITHDRAWN_KIN = `
  SELECT id FROM bundle w
  WHERE withdrawn_at IS NOT NULL AND withdrawn_for IS NOT 'duplicate' AND id <> :id AND id IN (
    SELECT o.id FROM original o WHERE o.key IN (SELECT key FROM original WHERE id = :id) UNION ${MAIN_MEDIA})
  AND (SELECT max(seq) FROM decision d WHERE d.id = w.id AND what = 'withdraw') > coalesce((
    SELECT max(seq) FROM decision d JOIN bundle b ON b.id = d.id
    WHERE d.id = :id AND what = 'public' AND by <> 'source' AND b.access_by <> 'source'), 0)
  ORDER BY id LIMIT 1`
const LIVING_KIN = `SELECT id FROM bundle WHERE withdrawn_at IS NULL AND id <> :id AND id IN (${MAIN_MEDIA}) ORDER BY id`

/** What this installation knows of its bundles: reading side, and the few writes of `add`. Synchronous, on the caller's transaction. */
export interface BundleTable {
  get(id: string): CatalogueBundle | undefined
  /** In order of id, so that a run that was cut off goes on in the same order. */
  all(): Iterable<CatalogueBundle>
  idsOfKey(key: string): readonly string[]
  idOfRoot(root: string): string | undefined
  /** Bundles with a public file of this content. @param cid - binary. */
  idsOfFile(cid: Uint8Array): readonly string[]
  /** The bundle whose newest version came from this file; one that is withdrawn only if there is no other. */
  idAtSource(sourcePath: string): string | undefined
  insert(bundle: NewBundle, version: NewVersion, at: string): void
  /** The bundle's files or words changed: the newest version is now this one. */
  addVersion(id: string, version: NewVersion, at: string): void
  relinkSource(id: string, sourcePath: string): void
  /** Words of the source as they came, for its owner alone. @returns JSON. */
  asGiven(id: string): string | undefined
  setAsGiven(id: string, asGiven: string): void
  setLogIndex(root: string, index: number): void
  /** Statements from `index` on were taken back: their versions are unpublished again. */
  forgetLogIndexes(index: number): void
  /** Another version of a bundle whose newest version stays what it is. */
  addOlderVersion(id: string, version: NewVersion, at: string): void
  hasVersion(root: string): boolean
  /** A withdrawn bundle that has an original or a main medium in common with this one, which nobody cleared since. */
  withdrawnKin(id: string): string | undefined
  /** Bundles that are not withdrawn and have a main medium in common with this one. */
  livingKin(id: string): readonly string[]
  /** All that were taken back here; `reason` is the word of the statement. */
  withdrawn(): readonly { readonly id: string; readonly reason: string }[]
  setNewest(id: string, root: string): void
  files(root: string): readonly VersionFile[]
  count(): number
}

/** @param publishedSize - statements under the head that others see; asked for each row. */
export function openBundleTable(db: DatabaseSync, publishedSize: () => number): BundleTable {
  const byId = db.prepare(`${COLUMNS} WHERE b.id = ?`)
  const everything = db.prepare(`${COLUMNS} ORDER BY b.id`)
  const byKey = db.prepare('SELECT id FROM original WHERE key = ? ORDER BY id')
  const byRoot = db.prepare('SELECT id FROM version WHERE root = ?')
  const byFile = db.prepare(
    `SELECT DISTINCT v.id FROM content c JOIN version_file f ON f.content = c.id JOIN version v ON v.root = f.root
     WHERE c.cid = ? ORDER BY v.id`,
  )
  const bySource = db.prepare(
    'SELECT id FROM bundle WHERE source_path = ? ORDER BY withdrawn_at IS NOT NULL, added_at DESC, id LIMIT 1',
  )
  const insertBundle = db.prepare(
    `INSERT INTO bundle (id, layout, source_path, root, access, access_reason, access_by, access_at, as_given, added_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const setRoot = db.prepare('UPDATE bundle SET root = ? WHERE id = ?')
  const setSource = db.prepare('UPDATE bundle SET source_path = ? WHERE id = ?')
  const given = db.prepare('SELECT as_given FROM bundle WHERE id = ?')
  const setGiven = db.prepare('UPDATE bundle SET as_given = :given WHERE id = :id AND as_given <> :given')
  const setIndex = db.prepare('UPDATE version SET log_index = ? WHERE root = ?')
  const forget = db.prepare('UPDATE version SET log_index = NULL WHERE log_index >= ?')
  const filesOf = db.prepare(
    'SELECT path, content, role, language, media_type FROM version_file WHERE root = ? ORDER BY path',
  )
  const counted = db.prepare('SELECT count(*) AS n FROM bundle')
  const kin = db.prepare(WITHDRAWN_KIN)
  const living = db.prepare(LIVING_KIN)
  const gone = db.prepare('SELECT id, withdrawn_for FROM bundle WHERE withdrawn_at IS NOT NULL ORDER BY id')
  const insertVersion = versionInserter(db)
  return {
    get: (id) => rowOf(byId.get(id), publishedSize),
    *all() {
      for (const row of everything.iterate()) {
        const bundle = rowOf(row, publishedSize)
        if (bundle !== undefined) yield bundle
      }
    },
    idsOfKey: (key) => byKey.all(key).map((row) => String(row['id'])),
    idOfRoot: (root) => textOf(byRoot.get(root)?.['id']),
    idsOfFile: (cid) => byFile.all(cid).map((row) => String(row['id'])),
    idAtSource: (path) => textOf(bySource.get(path)?.['id']),
    insert(bundle, version, at) {
      insertBundle.run(
        bundle.id,
        bundle.layout,
        bundle.sourcePath,
        version.root,
        bundle.access,
        bundle.accessReason,
        bundle.accessBy,
        at,
        bundle.asGiven,
        at,
      )
      insertVersion(bundle.id, version, at)
    },
    addVersion(id, version, at) {
      insertVersion(id, version, at)
      setRoot.run(version.root, id)
    },
    relinkSource: (id, path) => void setSource.run(path, id),
    asGiven: (id) => textOf(given.get(id)?.['as_given']),
    setAsGiven: (id, text) => void setGiven.run({ id, given: text }),
    forgetLogIndexes: (index) => void forget.run(index),
    addOlderVersion: (id, version, at) => insertVersion(id, version, at),
    setNewest: (id, root) => void setRoot.run(root, id),
    hasVersion: (root) => byRoot.get(root) !== undefined,
    withdrawnKin: (id) => textOf(kin.get({ id })?.['id']),
    withdrawn: () => gone.all().map((row) => ({ id: String(row['id']), reason: String(row['withdrawn_for']) })),
    livingKin: (id) => living.all({ id }).map((row) => String(row['id'])),
    setLogIndex: (root, index) => void setIndex.run(index, root),
    files: (root) => filesOf.all(root).map(fileOf),
    count: () => Number(counted.get()?.['n'] ?? 0),
  }
}

function versionInserter(db: DatabaseSync): (id: string, version: NewVersion, at: string) => void {
  const version$ = db.prepare(
    'INSERT INTO version (root, id, document, files_sha256, bytes, added_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const file$ = db.prepare(
    'INSERT INTO version_file (root, path, content, role, language, media_type) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const block$ = db.prepare('INSERT OR IGNORE INTO version_block (multihash, root) VALUES (?, ?)')
  const private$ = db.prepare('INSERT OR REPLACE INTO private_file (id, path, content, role) VALUES (?, ?, ?, ?)')
  const key$ = db.prepare('INSERT OR IGNORE INTO original (key, id) VALUES (?, ?)')
  return (id, version, at) => {
    version$.run(version.root, id, version.document, version.filesSha256, version.bytes, at)
    for (const file of version.files)
      file$.run(version.root, file.path, file.content, file.role, file.language ?? null, file.mediaType)
    for (const multihash of version.blocks) block$.run(multihash, version.root)
    for (const file of version.privateFiles) private$.run(id, file.path, file.content, file.role)
    for (const key of version.keys) key$.run(key, id)
  }
}

type Row = Record<string, unknown>

function rowOf(row: Row | undefined, publishedSize: () => number): CatalogueBundle | undefined {
  if (row === undefined) return undefined
  const withdrawnAt = textOf(row['withdrawn_at'])
  const newestIndex = numberOf(row['newest_index'])
  const access: Access = row['access'] === 'public' ? 'public' : 'hold'
  return {
    id: String(row['id']),
    layout: String(row['layout']),
    sourcePath: String(row['source_path']),
    root: String(row['root']),
    access,
    accessReason: String(row['access_reason']),
    accessBy: String(row['access_by']),
    acceptedFindings: fingerprintsOf(row['accepted_findings']),
    addedAt: String(row['added_at']),
    withdrawnAt,
    document: String(row['document']),
    filesSha256: String(row['files_sha256']),
    bytes: Number(row['bytes']),
    logIndex: numberOf(row['log_index']),
    newestIndex,
    state: stateOf(
      withdrawnAt,
      Number(row['missing']) === 1,
      Number(row['first_index'] ?? Infinity) < publishedSize(),
      access,
    ),
  }
}

function stateOf(withdrawnAt: string | undefined, missing: boolean, published: boolean, access: Access): BundleState {
  if (withdrawnAt !== undefined) return 'withdrawn'
  if (missing) return 'missing'
  if (published) return 'published'
  return access === 'hold' ? 'held' : 'added'
}

function fileOf(row: Row): VersionFile {
  const language = textOf(row['language'])
  return {
    path: String(row['path']),
    content: Number(row['content']),
    role: String(row['role']),
    mediaType: String(row['media_type']),
    ...(language === undefined ? {} : { language }),
  }
}

function fingerprintsOf(value: unknown): readonly string[] {
  if (typeof value !== 'string') return []
  const parsed: unknown = JSON.parse(value)
  return Array.isArray(parsed) ? parsed.filter((item) => typeof item === 'string') : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}
