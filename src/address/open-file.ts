import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AddressError } from './errors.ts'

/** What the file system says of a file; equal before and after a read means that the read saw one state of it. */
export interface FileStat {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** Never through a link that replaced the file, and never waiting for the other end of a FIFO. */
export const OPEN_FLAGS: number = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export function statOf(stats: BigIntStats): FileStat {
  return { dev: stats.dev, ino: stats.ino, size: stats.size, mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs }
}

export function sameFile(a: FileStat, b: FileStat): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

export function sameStat(a: FileStat, b: FileStat): boolean {
  return sameFile(a, b) && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs
}

/**
 * Opens a regular file for reading; the caller closes it.
 *
 * @throws {AddressError} `NOT_A_FILE` for a link, a directory, a FIFO, a device; `FILE_UNREADABLE`.
 */
export async function openRegular(path: string): Promise<{ readonly handle: FileHandle; readonly stat: FileStat }> {
  const handle = await open(path, OPEN_FLAGS).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw notAFile(path)
    return { handle, stat: statOf(stats) }
  } catch (cause) {
    await handle.close()
    throw unreadable(path, cause)
  }
}

export function notAFile(path: string): AddressError {
  return new AddressError('NOT_A_FILE', `${path} is not a regular file`, {
    hint: 'links, devices and pipes are never read; give the file itself',
  })
}

export function fileChanged(path: string): AddressError {
  return new AddressError('FILE_CHANGED', `${path} changed while it was read`, {
    hint: 'wait until nothing writes to the file any more, then run the same command again',
  })
}

/** Turns a fault of the operating system into ours; what is ours already stays as it is, anything else is a bug. */
export function unreadable(path: string, cause: unknown): AddressError {
  if (cause instanceof AddressError) return cause
  const errno = errnoOf(cause)
  if (errno === undefined) throw cause
  if (errno === 'ELOOP' || errno === 'ENXIO') return notAFile(path)
  return new AddressError('FILE_UNREADABLE', `${path} cannot be read (${errno})`, { cause, hint: hintFor(errno) })
}

/** The name of an operating system's error, such as `ENOENT`; nothing for any other value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('errno' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function hintFor(errno: string): string {
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return 'the file is gone: connect its disk or give its new place'
  if (errno === 'EACCES' || errno === 'EPERM') return 'give the user who runs holdfast the right to read it'
  if (errno === 'EMFILE' || errno === 'ENFILE')
    return 'too many files are open: raise the limit (ulimit -n) and run again'
  return 'the disk may be failing: copy what can be read to another one before anything else'
}
