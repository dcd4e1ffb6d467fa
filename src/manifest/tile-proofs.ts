import { equals } from 'multiformats/bytes'
import { ManifestError } from './errors.ts'
import { type HashAt, rootFromHashes } from './merkle-tree.ts'
import type { Sha256 } from './primitives.ts'
import {
  fullTileHash,
  HASH_BYTES,
  parentsOf,
  splitHashes,
  TILE_HEIGHT,
  TILE_WIDTH,
  type Tile,
  tileAt,
} from './tile-layout.ts'

/** Bytes of the tile at that place if it is at hand; a fuller tile than the tree needs will do. */
export type TileSource = (level: number, n: number) => Uint8Array | undefined

/** Taken-apart tiles that one HashAt keeps; a proof touches at most a dozen. */
const KEPT_TILES = 64

/** The tiles that the root of a tree of `size` is computed from: the partial one of each tile level. */
export function tilesForRoot(size: number): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    const tile = tileAt(size, level, Math.floor(count / TILE_WIDTH))
    if (tile !== undefined) tiles.push(tile)
  }
  return tiles
}

/** The tiles for an audit path of leaf `index`, and for checking these tiles against the signed root. */
export function tilesForInclusion(index: number, size: number): Tile[] {
  const edge = tilesForRoot(size)
  const known = new Set(edge.map(tileKey))
  const own: Tile[] = []
  for (
    let level = 0, n = Math.floor(index / TILE_WIDTH);
    TILE_WIDTH ** level <= size;
    level += 1, n = Math.floor(n / TILE_WIDTH)
  ) {
    const tile = tileAt(size, level, n)
    if (tile !== undefined && !known.has(tileKey(tile))) own.push(tile)
  }
  return [...own, ...edge]
}

/** The tiles for a consistency proof, and for checking these tiles against the signed root of the larger tree. */
export function tilesForConsistency(oldSize: number, size: number): Tile[] {
  return oldSize === 0 ? tilesForRoot(size) : tilesForInclusion(oldSize - 1, size)
}

/**
 * Answers from tiles at hand. Nothing is checked against a root: for one's own tiles, or after `verifyTilesAgainstRoot`.
 *
 * @throws {ManifestError} `TILE_MISSING` or `TILE_MALFORMED`, when asked for what is not at hand or too short.
 */
export function hashAtFromTiles(sha256: Sha256, size: number, get: TileSource): HashAt {
  const kept = new Map<string, Uint8Array[][]>()
  function heightsOf(tile: Tile): Uint8Array[][] {
    const key = tileKey(tile)
    const heights = kept.get(key) ?? [hashesOf(tile, get)]
    if (!kept.has(key)) {
      const [oldest] = kept.keys()
      if (kept.size >= KEPT_TILES && oldest !== undefined) kept.delete(oldest)
      kept.set(key, heights)
    }
    return heights
  }
  return (level, index) => {
    const height = level % TILE_HEIGHT
    const first = index * 2 ** height
    const tile = tileAt(size, Math.floor(level / TILE_HEIGHT), Math.floor(first / TILE_WIDTH))
    const heights = tile === undefined ? [] : heightsOf(tile)
    for (let h = heights.length; tile !== undefined && h <= height; h += 1)
      heights.push(parentsOf(sha256, heights[h - 1] ?? []))
    const hash = heights[height]?.[(first % TILE_WIDTH) / 2 ** height]
    if (hash === undefined) throw new RangeError(`a tree of ${size} has no complete subtree ${index} at level ${level}`)
    return hash
  }
}

/**
 * Checks tiles against a signed root: those of the right edge must produce it, every other one must produce its hash in
 * the tile above, which must be among `tiles` too (the `tilesFor…` functions name them so).
 *
 * @throws {ManifestError} `TILE_MISMATCH`, `TILE_MISSING` or `TILE_MALFORMED`.
 */
export function verifyTilesAgainstRoot(
  sha256: Sha256,
  head: { readonly size: number; readonly root: Uint8Array },
  tiles: Iterable<Pick<Tile, 'level' | 'n'>>,
  get: TileSource,
): void {
  if (!equals(rootFromHashes(sha256, head.size, hashAtFromTiles(sha256, head.size, get)), head.root)) {
    throw new ManifestError('TILE_MISMATCH', `the tiles at the right edge do not hash to the root of size ${head.size}`)
  }
  const checked = new Set(tilesForRoot(head.size).map(tileKey))
  for (const { level, n } of tiles) {
    const wanted = tileAt(head.size, level, n)
    if (wanted === undefined)
      throw new ManifestError('TILE_MISMATCH', `a tree of ${head.size} has no tile ${level}/${n}`)
    // Each step proves one more tile with the tile above it, and ends at the right edge at the latest.
    for (
      let tile: Tile | undefined = wanted;
      tile !== undefined && !checked.has(tileKey(tile));
      tile = parentOf(tile, head.size)
    ) {
      verifyAgainstParent(sha256, tile, head.size, get)
      checked.add(tileKey(tile))
    }
  }
}

function verifyAgainstParent(sha256: Sha256, tile: Tile, size: number, get: TileSource): void {
  const parent = parentOf(tile, size)
  const expected = parent === undefined ? undefined : hashesOf(parent, get)[tile.n % TILE_WIDTH]
  const bytes = get(tile.level, tile.n)
  if (bytes === undefined) throw missing(tile)
  if (bytes.length !== TILE_WIDTH * HASH_BYTES) {
    throw new ManifestError('TILE_MALFORMED', `tile ${tileKey(tile)} must be full and has ${bytes.length} bytes`)
  }
  if (expected === undefined || !equals(fullTileHash(sha256, bytes), expected)) {
    throw new ManifestError('TILE_MISMATCH', `tile ${tileKey(tile)} does not hash to what the tile above it says`)
  }
}

/** The tile's hashes, cut to the width that it has in this tree: what is beyond is not covered by the tree's root. */
function hashesOf(tile: Tile, get: TileSource): Uint8Array[] {
  const bytes = get(tile.level, tile.n)
  if (bytes === undefined) throw missing(tile)
  const hashes = splitHashes(bytes)
  if (hashes.length < tile.width) {
    throw new ManifestError(
      'TILE_MALFORMED',
      `tile ${tileKey(tile)} has ${hashes.length} hashes instead of ${tile.width}`,
    )
  }
  return hashes.slice(0, tile.width)
}

function parentOf(tile: Tile, size: number): Tile | undefined {
  return tileAt(size, tile.level + 1, Math.floor(tile.n / TILE_WIDTH))
}

function tileKey(tile: Pick<Tile, 'level' | 'n'>): string {
  return `${tile.level}/${tile.n}`
}

function missing(tile: Tile): ManifestError {
  return new ManifestError('TILE_MISSING', `tile ${tileKey(tile)} is needed and not at hand`)
}
