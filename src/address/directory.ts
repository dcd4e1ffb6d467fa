import { importer, type MultipleBlockImportResult } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { AddressError } from './errors.ts'
import { PROFILE } from './profile.ts'

/** A file that has its CID already. */
export interface DirectoryEntry {
  /** `/`-separated, relative: `video.mp4`, `a/b.vtt`. */
  readonly path: string
  readonly cid: CID
  /** Bytes of all blocks of the file, tree included. */
  readonly tsize: number
}

/** A directory, by what a directory above it would state. */
export interface ImportedDirectory {
  readonly root: CID
  readonly tsize: number
}

const MAX_NAME_BYTES = 255

/**
 * Makes the nodes of a directory and those below it, sharded where the profile says so, without reading any file.
 * The order of the entries does not matter. The same entries give the same root again.
 *
 * @param put - gets every directory node; called before this resolves.
 * @throws {AddressError} `DIRECTORY_INVALID` for a path that is not plain, stands twice, or is a file and a directory.
 */
export async function importDirectory(
  entries: readonly DirectoryEntry[],
  put: (cid: CID, bytes: Uint8Array) => void,
): Promise<ImportedDirectory> {
  checkPaths(entries.map(({ path }) => path))
  const store = {
    put: async (cid: CID, block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
      if (!(block instanceof Uint8Array)) throw new TypeError('the importer gave a block in pieces')
      put(cid, block)
      return cid
    },
  }
  // The importer asks this for each file's node; ours are made already, so it only arranges them.
  async function* dagBuilder(): AsyncGenerator<() => Promise<MultipleBlockImportResult>> {
    for (const entry of entries) yield async () => nodeOf(entry)
  }
  const options = { profile: PROFILE.name, dagBuilder, wrapWithDirectory: true }
  let last: ImportedDirectory | undefined
  for await (const { cid, size, path } of importer([], store, options)) {
    // Directories come after what is in them; the one without a path holds all.
    if (path === '' || path === undefined) last = { root: cid, tsize: Number(size) }
  }
  if (last === undefined) throw new TypeError('the importer made no directory')
  return last
}

/** Without `unixfs`: the importer looks into it only to tell directories from files. */
function nodeOf({ path, cid, tsize }: DirectoryEntry): MultipleBlockImportResult {
  return { cid, path, originalPath: path, size: BigInt(tsize) }
}

function checkPaths(paths: readonly string[]): void {
  const files = new Set(paths)
  if (files.size !== paths.length) throw new AddressError('DIRECTORY_INVALID', 'a path stands twice in a directory')
  for (const path of paths) {
    const names = path.split('/')
    if (!names.every(isPlainName)) {
      throw new AddressError('DIRECTORY_INVALID', `${JSON.stringify(path)} is not a plain relative path`)
    }
    for (let n = 1; n < names.length; n++) {
      const above = names.slice(0, n).join('/')
      if (files.has(above))
        throw new AddressError('DIRECTORY_INVALID', `${JSON.stringify(above)} is a file and a directory`)
    }
  }
}

/** Without a backslash, which the importer takes for an escape. Lone surrogates would all become the same character. */
function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > MAX_NAME_BYTES) return false
  return !/[\\\0]/u.test(name) && name.isWellFormed()
}
