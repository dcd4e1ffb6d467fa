import { StoreError } from './errors.ts'

/** Hint of every `DISK_FULL`: what was finished stays, so the same command is the way on. */
export const DISK_FULL_HINT =
  'free some space (or raise the quota or the file size limit), then run the same command again: finished work is kept'

/** No space, over quota, over the process's file size limit: an operator does the same about each. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** The code of a Node file system error, such as `ENOENT`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && 'syscall' in error ? error.code : undefined
}

/** `DISK_FULL` or `STORE_UNWRITABLE` for a system error; any other error comes back as it is. */
export function writeError(error: unknown, path: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  if (FULL.has(code)) {
    return new StoreError('DISK_FULL', `no space to write ${path} (${code})`, { cause: error, hint: DISK_FULL_HINT })
  }
  return new StoreError('STORE_UNWRITABLE', `cannot write ${path} (${code})`, {
    cause: error,
    hint: 'check that the disk is healthy and mounted for writing, and that this user may write there',
  })
}

/** `STORE_UNREADABLE` for a system error; any other error comes back as it is. */
export function readError(error: unknown, path: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  return new StoreError('STORE_UNREADABLE', `cannot read ${path} (${code})`, {
    cause: error,
    hint: 'check that the disk is healthy and that this user may read the file',
  })
}
