import { lstat, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ReplicateError } from '../replicate/errors.ts'
import { flushDirectory } from '../store/durable-directory.ts'
import { StoreError } from '../store/errors.ts'
import { systemCode, writeError } from '../store/file-errors.ts'
import { DiskError } from './errors.ts'
import { MARKER, SEAL } from './layout.ts'

/** A disk that is being written to. */
export interface WritableDisk {
  readonly directory: string
  /** Makes a directory below it. @throws {DiskError} `DISK_FOREIGN` for a link. */
  make(relative: string): Promise<string>
  /** Removes the seal, for good before it returns: from here on the disk is not finished. Safe to repeat. */
  unseal(): Promise<void>
  /** Runs what touches the disk, and tells its faults as the disk's. */
  run<T>(action: () => Promise<T>): Promise<T>
}

/**
 * Keeps to one disk: once it is pulled out, its directory may be an empty mount point of another one, and nothing must be
 * written there.
 *
 * @param directory - with its marker.
 */
export async function writableDisk(directory: string): Promise<WritableDisk> {
  const { dev } = await lstat(join(directory, MARKER))
  const isThere = async (): Promise<boolean> =>
    (await lstat(join(directory, MARKER)).catch(() => undefined))?.dev === dev
  const made = new Set<string>()
  let isUnsealed = false
  return {
    directory,
    async make(relative) {
      if (!(await isThere())) throw gone(directory)
      let path = directory
      for (const part of relative.split('/').filter((each) => each !== '')) {
        path = join(path, part)
        if (made.has(path)) continue
        await mkdir(path).catch((error: unknown) => {
          if (systemCode(error) !== 'EEXIST') throw error
        })
        if (!(await lstat(path)).isDirectory()) throw link(path)
        made.add(path)
      }
      return path
    },
    async unseal() {
      if (isUnsealed) return
      if (!(await isThere())) throw gone(directory)
      await rm(join(directory, SEAL), { force: true })
      await flushDirectory(directory)
      isUnsealed = true
    },
    async run(action) {
      try {
        return await action()
      } catch (error) {
        const fault = faultOf(error)
        if (fault === undefined) throw error
        if (!(await isThere())) throw gone(directory, error)
        throw fault
      }
    },
  }
}

/** A fault of the disk as ours; nothing for what is none of it. */
function faultOf(error: unknown): unknown {
  if (error instanceof StoreError && ['STORE_UNWRITABLE', 'STORE_UNREADABLE'].includes(error.code)) return error
  if (error instanceof ReplicateError && error.code === 'ENGINE_BYTES_DIFFER') {
    return new DiskError('DISK_DAMAGED', 'the disk does not give back what was written to it', {
      hint: 'it is failing, or smaller than it says: take another one',
      cause: error,
    })
  }
  return systemCode(error) === undefined ? undefined : writeError(error, pathOf(error))
}

function pathOf(error: unknown): string {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : 'to the disk'
}

function gone(directory: string, cause?: unknown): DiskError {
  return new DiskError('DISK_GONE', `the disk at ${directory} is no longer there`, {
    hint: 'plug it in again and run the same command: what is whole on it is not written again',
    cause,
  })
}

function link(path: string): DiskError {
  return new DiskError('DISK_FOREIGN', `${path} is no directory, and may lead elsewhere`, {
    hint: 'take it away, or name another directory',
  })
}
