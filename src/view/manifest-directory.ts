import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { ManifestFiles } from './ports.ts'

/** Twice the largest file of a manifest, an entry bundle of 4 MiB and its lengths (docs/spec/manifest-v1.md, section 12). */
const MAX_FILE_BYTES = 8 * 2 ** 20
/** The longest list of holdings (docs/spec/holdings-v1.md §2.1). */
const MAX_HOLDINGS_BYTES = 16 * 2 ** 20
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
  return filesOf(directory, MAX_FILE_BYTES)
}

/** The same for the directory of what a mirror says that it holds. */
export function holdingsDirectory(directory: string): ManifestFiles {
  return filesOf(directory, MAX_HOLDINGS_BYTES)
}

function filesOf(directory: string, maxBytes: number): ManifestFiles {
  return {
    async read(name, { signal }) {
      signal.throwIfAborted()
      return await absentAsUndefined(async () => {
        const root = await realpath(directory)
        const path = join(root, ...name.split('/'))
        // The name holds no `..`, so any difference is a link on the way.
        if (!path.startsWith(root + sep) || (await realpath(path)) !== path) return undefined
        await using file = await open(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT)
        return await readRegular(file, maxBytes)
      })
    },
  }
}

async function readRegular(file: FileHandle, maxBytes: number): Promise<Uint8Array | undefined> {
  const stat = await file.stat()
  if (!stat.isFile() || stat.size > maxBytes) return undefined
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
