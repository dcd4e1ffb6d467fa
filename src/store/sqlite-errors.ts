import { StoreError } from './errors.ts'
import { DISK_FULL_HINT } from './file-errors.ts'

/** Hint of every `STATE_CORRUPT` and `STATE_MISSING`: what the state holds can be rebuilt from the manifest and the archive. */
export const RECOVER_HINT =
  'move it aside (with its -wal and -shm files), run `holdfast manifest recover --from HOME/manifest`, then `holdfast add` again'

/** Primary and extended result codes, https://www.sqlite.org/rescode.html */
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26
/** A write or growth failed otherwise than with ENOSPC: SQLite says so for quotas and file size limits. */
const IOERR_WRITE = 778
const IOERR_SHMSIZE = 4874

/** The extended result code of an error of node:sqlite; undefined for anything else. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

/** True when somebody else holds the database. */
export function isBusy(error: unknown): boolean {
  const primary = (sqliteCode(error) ?? 0) & 0xff
  return primary === BUSY || primary === LOCKED
}

/**
 * Turns what SQLite says of its file into a {@link StoreError}; a constraint, a wrong statement or anything that is not
 * SQLite's comes back as it is, because it is a bug and no operator can act on it.
 */
export function translateSqlite(error: unknown, path: string): unknown {
  const code = sqliteCode(error)
  if (code === undefined) return error
  if (code === IOERR_WRITE || code === IOERR_SHMSIZE) {
    const message = `${path} cannot grow: no space, over quota, over a file size limit, or a failing disk`
    return new StoreError('DISK_FULL', message, { cause: error, hint: DISK_FULL_HINT })
  }
  switch (code & 0xff) {
    case FULL:
      return new StoreError('DISK_FULL', `no space to write ${path}`, { cause: error, hint: DISK_FULL_HINT })
    case CORRUPT:
    case NOTADB:
      return new StoreError('STATE_CORRUPT', `${path} is damaged`, { cause: error, hint: RECOVER_HINT })
    case BUSY:
    case LOCKED:
      return new StoreError('STATE_BUSY', `${path} is being written by another process`, {
        cause: error,
        hint: 'wait until that process is done, then run the same command again',
      })
    case READONLY:
      return new StoreError('STORE_UNWRITABLE', `${path} cannot be written`, {
        cause: error,
        hint: 'check that the disk is mounted for writing and that this user may write the file and its directory',
      })
    case CANTOPEN:
    case IOERR:
      return new StoreError('STORE_UNREADABLE', `${path} cannot be opened or read`, {
        cause: error,
        hint: 'check that the disk is healthy and that this user may read and write the file and its directory',
      })
    default:
      return error
  }
}
