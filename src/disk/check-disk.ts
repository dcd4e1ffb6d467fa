import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../store/file-errors.ts'
import { carSums, rootsOn } from './cars.ts'
import { sealLines } from './seal.ts'

export interface CheckedFile {
  /** Relative. */
  readonly path: string
  readonly bytes: number
  /** Why it is not as the seal says; nothing when it is. */
  readonly fault?: 'missing' | 'changed' | 'unreadable'
}

/**
 * Reads every file that the seal names, in its order, then CARs that only the checksums beside them name: those of a disk that is not
 * finished. Links are not followed.
 *
 * @throws {DiskError} `DISK_MALFORMED`.
 */
export async function* checkDisk(directory: string, signal: AbortSignal): AsyncGenerator<CheckedFile> {
  const sealed = new Set<string>()
  for await (const { path, sha256 } of sealLines(directory)) {
    signal.throwIfAborted()
    if (path.endsWith('.car')) sealed.add(path)
    yield await checkFile(directory, path, sha256, signal)
  }
  for (const root of await rootsOn(directory)) {
    for (const [path, sha256] of (await carSums(directory, root)) ?? [])
      if (!sealed.has(path)) yield await checkFile(directory, path, sha256, signal)
  }
}

async function checkFile(directory: string, path: string, sha256: string, signal: AbortSignal): Promise<CheckedFile> {
  try {
    const full = join(directory, path)
    const found = await lstat(full)
    if (!found.isFile()) return { path, bytes: 0, fault: 'changed' }
    const same = (await sha256Of(full, signal)) === sha256
    return { path, bytes: found.size, ...(same ? {} : { fault: 'changed' as const }) }
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return { path, bytes: 0, fault: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable' }
  }
}

/** Hex. */
export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  const stream = createReadStream(path, { fd: handle, highWaterMark: 1_048_576, signal })
  for await (const bytes of stream) hash.update(bytes)
  return hash.digest('hex')
}
