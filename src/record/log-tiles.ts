import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { leafHash, rootFromHashes } from '../manifest/merkle.ts'
import type { Sha256 } from '../manifest/primitives.ts'
import {
  encodeEntryBundle,
  entriesPath,
  entryBundlesBetween,
  fullTileHash,
  hashAtFromTiles,
  joinHashes,
  TILE_WIDTH,
  type TileSource,
  tileAt,
  tilePath,
  tilesBetween,
} from '../manifest/tiles.ts'
import type { TreeHead } from '../model/tree-head.ts'
import type { DurableFile } from '../store/durable-file.ts'
import type { Journal } from '../store/journal.ts'
import { RecordError } from './errors.ts'

/** Files are handed on in groups, so that a first head over a million statements does not sit in memory. */
const FILES_AT_ONCE = 256
/** Tiles kept between computing them and hashing them upward. */
const KEPT_TILES = 1024

/** What the log's directory has, and what it lacks up to a new size. */
export interface LogTiles {
  /** One tile of a tree of this size. */
  tile(size: number, level: number, n: number): Uint8Array
  /** Root of any size up to the journal's, from the directory's tiles and the journal. */
  root(size: number): Uint8Array
  /** The files that a head of `size` needs beyond one of `oldSize`: entry bundles first, then tiles from low to high. */
  files(oldSize: number, size: number): Iterable<readonly DurableFile[]>
}

/**
 * @param directory - the manifest directory.
 * @param have - the head whose tiles the directory holds; they are trusted only after `checkOwnTiles`.
 */
export function openLogTiles(
  directory: string,
  journal: Journal,
  sha256: Sha256,
  have: TreeHead | undefined,
): LogTiles {
  const kept = new Map<string, Uint8Array>()
  const haveSize = have?.size ?? 0

  function tile(size: number, level: number, n: number): Uint8Array {
    const width = tileAt(size, level, n)?.width ?? 0
    const key = `${level}/${n}/${width}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const bytes = fromDisk(level, n, width) ?? (level === 0 ? leaves(n, width) : parents(size, level, n, width))
    const [oldest] = kept.keys()
    if (kept.size >= KEPT_TILES && oldest !== undefined) kept.delete(oldest)
    kept.set(key, bytes)
    return bytes
  }

  /** Only full tiles are taken from the disk: they never change, and a full one under the old head was checked with it. */
  function fromDisk(level: number, n: number, width: number): Uint8Array | undefined {
    if (width !== TILE_WIDTH || tileAt(haveSize, level, n)?.width !== TILE_WIDTH) return undefined
    return readFileSync(join(directory, tilePath(level, n)))
  }

  function leaves(n: number, width: number): Uint8Array {
    const hashes: Uint8Array[] = []
    for (const { bytes } of journal.entries(n * TILE_WIDTH, n * TILE_WIDTH + width))
      hashes.push(leafHash(sha256, bytes))
    return joinHashes(hashes)
  }

  function parents(size: number, level: number, n: number, width: number): Uint8Array {
    return joinHashes(
      Array.from({ length: width }, (_, i) => fullTileHash(sha256, tile(size, level - 1, n * TILE_WIDTH + i))),
    )
  }

  function* bundleFiles(oldSize: number, size: number): Iterable<DurableFile> {
    for (const { n, width } of entryBundlesBetween(oldSize, size)) {
      const entries = Array.from(journal.entries(n * TILE_WIDTH, n * TILE_WIDTH + width), ({ bytes }) => bytes)
      yield { path: join(directory, entriesPath(n, width)), bytes: encodeEntryBundle(entries) }
    }
  }

  function* tileFiles(oldSize: number, size: number): Iterable<DurableFile> {
    for (const { level, n, width } of tilesBetween(oldSize, size)) {
      yield { path: join(directory, tilePath(level, n, width)), bytes: tile(size, level, n) }
    }
  }

  return {
    tile,
    root(size) {
      const source: TileSource = (level, n) => tile(size, level, n)
      return rootFromHashes(sha256, size, hashAtFromTiles(sha256, size, source))
    },
    *files(oldSize, size) {
      yield* inGroups(bundleFiles(oldSize, size))
      yield* inGroups(tileFiles(oldSize, size))
    },
  }
}

/**
 * Checks that the directory's tiles still make the newest signed root, before anything is built on them.
 *
 * @throws {RecordError} `LOG_DAMAGED`.
 */
export function checkOwnTiles(directory: string, journal: Journal, sha256: Sha256, signed: TreeHead): void {
  const hint = `run \`holdfast manifest recover --from ${directory}\`, or name another copy of the manifest there; then find out what changed it`
  let root: Uint8Array
  try {
    root = openLogTiles(directory, journal, sha256, signed).root(signed.size)
  } catch (error) {
    throw new RecordError('LOG_DAMAGED', 'a tile of the own log is missing or damaged', { hint, cause: error })
  }
  if (Buffer.compare(root, signed.root) !== 0) {
    throw new RecordError(
      'LOG_DAMAGED',
      `the own log no longer hashes to the head of size ${signed.size} that was signed`,
      { hint },
    )
  }
}

function* inGroups<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let group: T[] = []
  for (const item of items) {
    group.push(item)
    if (group.length === FILES_AT_ONCE) {
      yield group
      group = []
    }
  }
  if (group.length > 0) yield group
}
