import { equals } from 'multiformats/bytes'
import { decodeEntryBundle } from './entry-bundle.ts'
import { readGovernance } from './governance.ts'
import { chooseBits } from './index-plan.ts'
import { allRows } from './index-rows.ts'
import { MAX_SHARD_BYTES, shardPath } from './index-shard.ts'
import { leafHash, treeRoot } from './merkle.ts'
import type { Sha256 } from './primitives.ts'
import { skeletonReader, skeletonWriter } from './shard-skeleton.ts'
import type { FoldState } from './state.ts'
import { parseStatement } from './statement.ts'
import { hexOf } from './statement-fields.ts'
import type { IndexStatement } from './statement-types.ts'
import { HASH_BYTES } from './tile-layout.ts'
import { entriesPath, splitHashes, type Tile, tilePath, tilesOf, tilesOfTree } from './tiles.ts'
import { openTreeHashes, type TreeHashes } from './tree-hashes.ts'

/** Limits of manifest-v1 §12. */
const TILE_BYTES = 8_192
const ENTRY_BUNDLE_BYTES = 4 * 1024 * 1024

/** An index as its files say it, with everything proven that follows from the log's tree alone. */
export interface IndexSkeletons {
  readonly size: number
  readonly bits: number
  /** SHA-256 of the skeleton of each shard, 32 bytes each, in one piece: this goes from thread to thread. */
  readonly digests: Uint8Array
}

/** Reads a file of a manifest directory; nothing when it is not there, is longer, or cannot be read. */
export type ReadFile = (path: string, maxBytes: number) => Uint8Array | undefined

/**
 * Reads all files of the newest index and checks them against the tree of the log: every path and every statement in every
 * shard, the hash in the name of every shard, the tiles over them, and the root that the index's statement commits to. What
 * needs the fold is left for {@link compareSkeletons}. Anything that is not as it must be yields nothing, and no reason.
 *
 * @param head - of a checkpoint that was verified.
 */
export function readSkeletons(
  read: ReadFile,
  head: { readonly size: number; readonly root: Uint8Array },
  sha256: Sha256,
): IndexSkeletons | undefined {
  const tree = readTree(read, head, sha256)
  const index = tree && readNewest(read, tree, head.size, sha256)
  const names = index && readNames(read, index, sha256)
  if (tree === undefined || index === undefined || names === undefined) return undefined
  const { size, bits } = index
  const skeletonOf = skeletonReader(tree, size, sha256)
  const digests = new Uint8Array(names.length * HASH_BYTES)
  for (const [number, name] of names.entries()) {
    const file = read(shardPath(bits, number, name), MAX_SHARD_BYTES)
    const digest = file !== undefined && equals(leafHash(sha256, file), name) ? skeletonOf(file) : undefined
    if (digest === undefined) return undefined
    digests.set(digest, number * HASH_BYTES)
  }
  return { size, bits, digests }
}

/**
 * Tells whether these are the skeletons of the one index that a log has. Yields after each shard, for whoever has other
 * things to do meanwhile.
 *
 * @param state - folded up to `size`.
 */
export function* compareSkeletons(
  state: FoldState,
  { size, bits, digests }: IndexSkeletons,
  sha256: Sha256,
): Generator<void, boolean, undefined> {
  if (digests.length !== 2 ** bits * HASH_BYTES) return false
  const write = skeletonWriter({ size, bits, governing: readGovernance(state)?.governing ?? [] }, sha256)
  const keys = new Uint32Array(65_536)
  for (const [number, rows] of allRows(state, bits)) {
    if (!equals(write(number, rows), digests.subarray(number * HASH_BYTES, (number + 1) * HASH_BYTES))) return false
    for (const { hash } of rows) {
      const prefix = ((hash[0] ?? 0) << 8) | (hash[1] ?? 0)
      keys[prefix] = (keys[prefix] ?? 0) + 1
    }
    yield
  }
  return chooseBits(keys) === bits
}

function readTree(
  read: ReadFile,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  sha256: Sha256,
): TreeHashes | undefined {
  const tree = openTreeHashes(size, sha256)
  for (const tile of leafTilesOf(size)) {
    const bytes = read(tilePath(0, tile.n, tile.width), TILE_BYTES)
    if (bytes?.length !== tile.width * HASH_BYTES) return undefined
    tree.add(bytes)
  }
  return equals(tree.root(), root) ? tree : undefined
}

function* leafTilesOf(size: number): Iterable<Tile> {
  for (const tile of tilesOf(size)) {
    if (tile.level > 0) return
    yield tile
  }
}

/** The last statement, if it is that of an index over all others. */
function readNewest(read: ReadFile, tree: TreeHashes, size: number, sha256: Sha256): IndexStatement | undefined {
  const last = [...leafTilesOf(size)].at(-1)
  const bytes = last && read(entriesPath(last.n, last.width), ENTRY_BUNDLE_BYTES)
  if (last === undefined || bytes === undefined) return undefined
  const entry = decodeEntryBundle(bytes, last.width).at(-1)
  if (entry === undefined || !tree.isLeaf(size - 1, leafHash(sha256, entry))) return undefined
  const parsed = parseStatement(entry)
  if (parsed.kind !== 'known' || parsed.statement.type !== 'index/1') return undefined
  return parsed.statement.size === size - 1 ? parsed.statement : undefined
}

/** The leaf hash of each shard, when the tiles over them are as they must be and make the root of the statement. */
function readNames(read: ReadFile, { size, bits, root }: IndexStatement, sha256: Sha256): Uint8Array[] | undefined {
  const names: Uint8Array[] = []
  for (const { n, width } of leafTilesOf(2 ** bits)) {
    const bytes = read(`index/${size}/${tilePath(0, n, width)}`, TILE_BYTES)
    if (bytes?.length !== width * HASH_BYTES) return undefined
    // A copy, because the next file may be read into the same memory.
    names.push(...splitHashes(bytes.slice()))
  }
  if (hexOf(treeRoot(sha256, names)) !== root) return undefined
  for (const [path, expected] of tilesOfTree(sha256, names)) {
    const bytes = read(`index/${size}/${path}`, TILE_BYTES)
    if (bytes === undefined || !equals(bytes, expected)) return undefined
  }
  return names
}
