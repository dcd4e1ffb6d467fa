import type { CID } from 'multiformats/cid'
import { importDirectory } from '../../address/directory.ts'
import { decodeCid } from '../../model/content-id.ts'
import type { Announced, AnnouncedBlock, AnnouncedRoot } from '../../store/announced.ts'

/** What one path of the root leads to, with the blocks that are not a bundle's own. */
export interface Announcing {
  readonly cid: CID
  readonly tsize: number
  readonly blocks: readonly Omit<AnnouncedBlock, 'path'>[]
}

/** Changes the announced root. Work is in proportion to the directories on the way to what changed. */
export interface RootWriter {
  put(path: string, what: Announcing): void
  remove(path: string): void
  /**
   * Makes the nodes of all directories that changed, bottom up, and lets the older root keep what only it has.
   *
   * @param size - statements under the head in it.
   */
  finish(size: number, at: string): Promise<AnnouncedRoot>
}

/** Roots that stay served beside the newest, and for how long: somebody may be in the middle of pinning one. */
const MOST_ROOTS = 64
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000

/** Everything happens inside of the caller's transaction. */
export function openRootWriter(announced: Announced): RootWriter {
  const dirty = openDirty()
  /** Blocks by the path that they are of; none for a path that is gone. */
  const changed = new Map<string, readonly Omit<AnnouncedBlock, 'path'>[]>()

  /** Rewrites one directory. @returns its CID; undefined for one that is empty, and so is in no other. */
  async function write(directory: string): Promise<Announcing | undefined> {
    const entries = announced.entries(directory)
    if (entries.length === 0) return undefined
    const blocks: Omit<AnnouncedBlock, 'path'>[] = []
    const { root, tsize } = await importDirectory(
      entries.map(({ name, cid, tsize: below }) => ({ path: name, cid: decodeCid(cid), tsize: below })),
      (cid, bytes) => blocks.push({ multihash: cid.multihash.bytes, at: 0, length: bytes.length, bytes }),
    )
    return { cid: root, tsize, blocks }
  }

  function set(path: string, { cid, tsize }: Announcing): void {
    const [directory, name] = splitPath(path)
    announced.putEntry(directory, { name, cid: cid.bytes, tsize })
    dirty.add(directory)
  }

  function unset(path: string): void {
    const [directory, name] = splitPath(path)
    announced.removeEntry(directory, name)
    dirty.add(directory)
  }

  async function rewriteDirectories(): Promise<CID> {
    while (true) {
      const deepest = dirty.takeDeepest()
      const written = await write(deepest)
      changed.set(`${deepest}/`, written?.blocks ?? [])
      if (deepest === '') {
        if (written === undefined) throw new TypeError('an announced root holds at least a checkpoint')
        return written.cid
      }
      if (written === undefined) unset(deepest)
      else set(deepest, written)
    }
  }

  return {
    put(path, what) {
      if (what.blocks.length > 0) changed.set(path, what.blocks)
      set(path, what)
    },
    remove(path) {
      changed.set(path, [])
      unset(path)
    },
    async finish(size, at) {
      const cid = await rewriteDirectories()
      const root = announced.begin(cid.bytes, size, at)
      for (const [path, blocks] of changed) {
        announced.dropBlocks(
          path,
          blocks.map(({ multihash }) => multihash),
          root.seq,
        )
        for (const block of blocks) announced.putBlock({ ...block, path })
      }
      pruneRoots(announced, at)
      return root
    },
  }
}

/** Forgets roots that nobody is in the middle of pinning any more. @param now - RFC 3339 */
export function pruneRoots(announced: Announced, now: string): void {
  announced.prune(new Date(Date.parse(now) - KEPT_MS).toISOString(), MOST_ROOTS)
}

/** The root is the empty text, and so is the directory of what lies in it. */
export function splitPath(path: string): readonly [directory: string, name: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)]
}

/** Directories that are to be written again; the root is always the last of them. */
function openDirty(): { add(directory: string): void; takeDeepest(): string } {
  const levels: Set<string>[] = []
  return {
    add(directory) {
      const depth = directory === '' ? 0 : directory.split('/').length
      while (levels.length <= depth) levels.push(new Set())
      levels[depth]?.add(directory)
    },
    takeDeepest() {
      while (levels.length > 1) {
        const deepest = levels.at(-1)
        const [directory] = deepest ?? []
        if (directory !== undefined) {
          deepest?.delete(directory)
          return directory
        }
        levels.pop()
      }
      return ''
    },
  }
}
