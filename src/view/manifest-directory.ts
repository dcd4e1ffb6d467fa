import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { ManifestFiles } from './ports.ts'

/** Twice the largest file of a manifest, an entry bundle of 4 MiB and its lengths (docs/spec/manifest-v1.md, section 12). */
const MAX_FILE_BYTES = 8 * 2 ** 20
/** Absent on Windows, where links need rights that nobody has by default. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
/** Opening a FIFO would otherwise wait for a writer. */
const NO_WAIT = constants.O_NONBLOCK ?? 0

/**
 * The manifest directory on this disk. A file that is reached through a link, is no regular file, or is larger than
 * any file of a manifest is treated as absent. The directory may appear later.
 *
 * @param directory - absolute path; it may itself be a link.
 */
export function manifestDirectory(directory: string): ManifestFiles {
  return {
    async read(name, { signal }) {
      signal.throwIfAborted()
      return await absentAsUndefined(async () => {
        const root = await realpath(directory)
        const path = join(root, ...name.split('/'))
        // The name holds no `..`, so any difference is a link on the way.
        if (!path.startsWith(root + sep) || (await realpath(path)) !== path) return undefined
        await using file = await open(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT)
        return await readRegular(file)
      })
    },
  }
}

async function readRegular(file: FileHandle): Promise<Uint8Array | undefined> {
  const stat = await file.stat()
  if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return undefined
  return await file.readFile()
}

async function absentAsUndefined<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return undefined
    throw error
  }
}
