import type { DatabaseSync } from 'node:sqlite'

/** A file as `lstat` shows it; all numbers as bigints, times in nanoseconds. */
export interface SeenStat {
  readonly path: string
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

export interface SeenFile extends SeenStat {
  /** `taken`, `ignored` or `failed`. */
  readonly outcome: string
  readonly bundle?: string
}

export interface UnchangedDirectory {
  /** Ids of the bundles whose files lie there. */
  readonly bundles: ReadonlySet<string>
  readonly ignored: number
}

/** What intake made of each file, so that an unchanged directory is known by its stats alone. */
export interface SeenFiles {
  /** Undefined unless every file is there with the same stat, none is new, none is gone, and none had failed. */
  unchanged(directory: string, files: readonly SeenStat[]): UnchangedDirectory | undefined
  remember(directory: string, files: Iterable<SeenFile>): void
  /** Their directories are looked at again by the next run. @param ending - of the path, with the dot. */
  forgetEnding(ending: string): void
}

export function openSeenFiles(db: DatabaseSync): SeenFiles {
  const list = db.prepare(
    'SELECT path, dev, ino, size, mtime_ns, ctime_ns, outcome, bundle FROM seen WHERE directory = ?',
  )
  list.setReadBigInts(true)
  const forget = db.prepare('DELETE FROM seen WHERE directory = ?')
  // Both sides fold ASCII alone, which is all that an ending has.
  const forgetFiles = db.prepare('DELETE FROM seen WHERE lower(substr(path, -length(:ending))) = lower(:ending)')
  const insert = db.prepare(
    'INSERT OR REPLACE INTO seen (path, directory, dev, ino, size, mtime_ns, ctime_ns, outcome, bundle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  return {
    unchanged(directory, files) {
      const now = new Map(files.map((file) => [file.path, file]))
      const bundles = new Set<string>()
      let rows = 0
      let ignored = 0
      for (const row of list.iterate(directory)) {
        rows += 1
        if (row['outcome'] === 'failed' || !sameStat(now.get(String(row['path'])), row)) return undefined
        if (row['outcome'] === 'ignored') ignored += 1
        if (typeof row['bundle'] === 'string') bundles.add(row['bundle'])
      }
      return rows === files.length && rows > 0 ? { bundles, ignored } : undefined
    },
    remember(directory, files) {
      forget.run(directory)
      for (const file of files) {
        insert.run(
          file.path,
          directory,
          signed(file.dev),
          signed(file.ino),
          file.size,
          file.mtimeNs,
          file.ctimeNs,
          file.outcome,
          file.bundle ?? null,
        )
      }
    },
    forgetEnding: (ending) => void forgetFiles.run({ ending }),
  }
}

function sameStat(file: SeenStat | undefined, row: Record<string, unknown>): boolean {
  return (
    file !== undefined &&
    signed(file.ino) === row['ino'] &&
    signed(file.dev) === row['dev'] &&
    file.size === row['size'] &&
    file.mtimeNs === row['mtime_ns'] &&
    file.ctimeNs === row['ctime_ns']
  )
}

/** Some file systems number inodes above 2^63; SQLite keeps the same 64 bits with a sign. */
function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}
