/**
 * The tables of `state.sqlite`, one statement list a version. A program only ever appends a version here.
 * Who writes what: `content location block small_block` the reference store (src/address), `bundle … seen` the
 * catalogue, `publication source_hash` the publications, `replica` the replicas at engines, `entry signed` the journal of the log, `log_*` the fold of the log; `wanted obedience
 * quarantined log_source` what follows somebody else's log; `announced_* name_record` the announced root and its name; `meta` single facts.
 */
export const SCHEMA_VERSIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- One row for each distinct file content; digests holds 32 bytes (SHA-256) a 1 MiB chunk.
  CREATE TABLE content (
    id INTEGER PRIMARY KEY, cid BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL, sha256 BLOB NOT NULL, digests BLOB NOT NULL);
  -- Where that content lies; the same content may lie in several places.
  CREATE TABLE location (
    path TEXT PRIMARY KEY, content INTEGER NOT NULL REFERENCES content(id),
    dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'changing', 'damaged', 'missing'))) WITHOUT ROWID;
  CREATE INDEX location_content ON location (content);
  -- First 8 bytes of a block's SHA-256 as a signed integer; position >= 0 is a leaf, -1-n the n-th inner node, bottom up.
  CREATE TABLE block (
    prefix INTEGER NOT NULL, content INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (prefix, content, position)) WITHOUT ROWID;
  -- Blocks that are ours: the documents of bundles and directory nodes.
  CREATE TABLE small_block (multihash BLOB PRIMARY KEY, bytes BLOB NOT NULL);

  CREATE TABLE bundle (
    id TEXT PRIMARY KEY, layout TEXT NOT NULL, source_path TEXT NOT NULL, root TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('public', 'hold')), access_reason TEXT NOT NULL,
    access_by TEXT NOT NULL, access_at TEXT NOT NULL, accepted_findings TEXT,
    as_given TEXT NOT NULL, added_at TEXT NOT NULL, withdrawn_at TEXT, withdrawn_for TEXT) WITHOUT ROWID;
  CREATE INDEX bundle_source ON bundle (source_path);
  -- Every root that a bundle ever had; log_index is set once its bundle/1 statement is sequenced.
  CREATE TABLE version (
    root TEXT PRIMARY KEY, id TEXT NOT NULL REFERENCES bundle(id), document TEXT NOT NULL, files_sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL, log_index INTEGER, added_at TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX version_id ON version (id);
  CREATE TABLE version_file (
    root TEXT NOT NULL, path TEXT NOT NULL, content INTEGER NOT NULL REFERENCES content(id), role TEXT NOT NULL,
    language TEXT, media_type TEXT NOT NULL, PRIMARY KEY (root, path)) WITHOUT ROWID;
  CREATE INDEX version_file_content ON version_file (content);
  CREATE TABLE version_block (
    multihash BLOB NOT NULL, root TEXT NOT NULL, PRIMARY KEY (multihash, root)) WITHOUT ROWID;
  CREATE TABLE private_file (
    id TEXT NOT NULL, path TEXT NOT NULL, content INTEGER NOT NULL REFERENCES content(id), role TEXT NOT NULL,
    PRIMARY KEY (id, path)) WITHOUT ROWID;
  CREATE TABLE original (
    key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
  CREATE INDEX original_id ON original (id);
  CREATE TABLE decision (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, id TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL);
  -- What intake made of each file, so that an unchanged directory is known by its stats alone.
  CREATE TABLE seen (
    path TEXT PRIMARY KEY, directory TEXT NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, outcome TEXT NOT NULL, bundle TEXT) WITHOUT ROWID;
  CREATE INDEX seen_directory ON seen (directory);

  CREATE INDEX decision_id ON decision (id);

  -- Every statement, exactly as it was sequenced; what stands here has its index for ever. The files in manifest/ are made
  -- from it, and it lets one statement be read without its entry bundle of 256.
  CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  -- The newest head that was, or is about to be, signed.
  CREATE TABLE signed (
    one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB, at TEXT NOT NULL);

  CREATE TABLE log_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  -- With a rowid: values are about 1 kB, which would spill from the nodes of a table without one.
  CREATE TABLE log_bundle (id TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE log_key (hash BLOB NOT NULL, id TEXT NOT NULL, PRIMARY KEY (hash, id)) WITHOUT ROWID;
  CREATE TABLE log_touch (id TEXT NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (id, idx)) WITHOUT ROWID;
  `,
  `
  -- What went to a target, and how far it is. evidence is JSON of the target (src/publish/target.ts); statement is the index
  -- of its newest copy/1, copied the evidence members that stand there.
  CREATE TABLE publication (
    target TEXT NOT NULL, id TEXT NOT NULL REFERENCES bundle(id), root TEXT NOT NULL, file TEXT NOT NULL, content INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'published', 'waiting', 'refused', 'taken-back')),
    evidence TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, statement INTEGER, copied TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL,
    PRIMARY KEY (target, id)) WITHOUT ROWID;
  CREATE INDEX publication_id ON publication (id);
  -- SHA-384 of a content, which LBRY names a file by; taken in the same read that made sure of its SHA-256.
  CREATE TABLE source_hash (content INTEGER PRIMARY KEY REFERENCES content(id), sha384 BLOB NOT NULL);
  `,
  `
  -- Only where the log is somebody else's. One version alone may be withdrawn.
  ALTER TABLE version ADD COLUMN withdrawn_for TEXT;
  -- Versions of the log that are not here yet; idx is that of their bundle/1. code says why the last try failed.
  CREATE TABLE wanted (
    idx INTEGER PRIMARY KEY, id TEXT NOT NULL, root TEXT NOT NULL, bytes INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, code TEXT NOT NULL DEFAULT '');
  -- What became of withdrawals of bundles that were here: few without approvals are obeyed, others wait for a person.
  CREATE TABLE obedience (
    idx INTEGER PRIMARY KEY, id TEXT NOT NULL, reason TEXT NOT NULL, approved INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('obeyed', 'waiting')), at TEXT NOT NULL);
  -- Files that were moved out of the way of the server, and when; path is where they lie now.
  CREATE TABLE quarantined (path TEXT PRIMARY KEY, content INTEGER NOT NULL REFERENCES content(id), at TEXT NOT NULL) WITHOUT ROWID;
  -- What is known of each source: strikes make it be asked later, the rest is for people.
  CREATE TABLE log_source (
    name TEXT PRIMARY KEY, strikes INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '', at TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
  `,
  `
  -- What an engine has, or is to have, of one version; removed: unpinned after a withdrawal. read_at is when blocks of it were last
  -- read back, proven_at when all that were read were right, and proven_blocks how many those were; empty and 0 for never.
  CREATE TABLE replica (
    engine TEXT NOT NULL, root TEXT NOT NULL REFERENCES version(root), id TEXT NOT NULL REFERENCES bundle(id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'pinned', 'broken', 'removed')),
    code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL,
    read_at TEXT NOT NULL DEFAULT '', proven_at TEXT NOT NULL DEFAULT '', proven_blocks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (engine, root)) WITHOUT ROWID;
  CREATE INDEX replica_id ON replica (id);
  `,
  `
  -- When all bytes of the file were last read again and were right; empty for never, and always where the archive is one's own.
  ALTER TABLE location ADD COLUMN read_at TEXT NOT NULL DEFAULT '';
  -- kept: the operator goes on serving it. by: who decided; empty for the rule alone.
  CREATE TABLE obedience_new (
    idx INTEGER PRIMARY KEY, id TEXT NOT NULL, reason TEXT NOT NULL, approved INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('obeyed', 'waiting', 'kept')), at TEXT NOT NULL, by TEXT NOT NULL DEFAULT '');
  INSERT INTO obedience_new (idx, id, reason, approved, state, at) SELECT idx, id, reason, approved, state, at FROM obedience;
  DROP TABLE obedience;
  ALTER TABLE obedience_new RENAME TO obedience;
  `,
  `
  -- Roots that were announced (docs/spec/announced-root-v1.md), newest last; older ones stay served for a while.
  CREATE TABLE announced_root (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, cid BLOB NOT NULL, size INTEGER NOT NULL, at TEXT NOT NULL);
  -- The names in the newest one; directory without a slash at its end, the root is ''.
  CREATE TABLE announced_entry (
    directory TEXT NOT NULL, name TEXT NOT NULL, cid BLOB NOT NULL, tsize INTEGER NOT NULL,
    PRIMARY KEY (directory, name)) WITHOUT ROWID;
  -- Blocks of roots that belong to no bundle: directory nodes and notes with their bytes, files of manifest/ by where they lie
  -- there. dropped: the first root that does not have it.
  CREATE TABLE announced_block (
    multihash BLOB NOT NULL, path TEXT NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL, bytes BLOB, dropped INTEGER,
    PRIMARY KEY (multihash, path));
  CREATE INDEX announced_block_path ON announced_block (path) WHERE dropped IS NULL;
  CREATE INDEX announced_block_dropped ON announced_block (dropped) WHERE dropped IS NOT NULL;
  -- The best record of a name, by its key; size is of the head in the root that it names.
  CREATE TABLE name_record (key BLOB PRIMARY KEY, bytes BLOB NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;
  `,
]
