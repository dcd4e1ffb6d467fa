import { ManifestError } from './errors.ts'
import { assertSize, nodeHash } from './merkle-tree.ts'
import type { Sha256 } from './primitives.ts'

/** Hashes in a full tile, and levels of the tree that a tile stands for (2^8). @see C2SP tlog-tiles */
export const TILE_WIDTH = 256
export const TILE_HEIGHT = 8
export const HASH_BYTES = 32

/** One hash tile of a tree, or, at level 0, the entry bundle that lies beside it. */
export interface Tile {
  /** Level of the tile, not of the tree: 8 levels of the tree each. */
  readonly level: number
  /** Place of the tile within its level. */
  readonly n: number
  /** Hashes in it: 256, or 1 to 255 at the right edge. */
  readonly width: number
}

/** Path of a hash tile below the manifest's directory; @default a full tile. */
export function tilePath(level: number, n: number, width: number = TILE_WIDTH): string {
  return `tile/${level}/${numberPath(n, width)}`
}

/** Path of an entry bundle below the manifest's directory; @default a full one. */
export function entriesPath(n: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${numberPath(n, width)}`
}

/** Every tile of a tree of `size`, low levels first, each level from left to right. */
export function tilesOf(size: number): Iterable<Tile> {
  return tilesBetween(0, size)
}

/** The tiles of a tree of `size` that a tree of `oldSize` does not have with the same width, in the order to write them. */
export function* tilesBetween(oldSize: number, size: number): Iterable<Tile> {
  assertSize(oldSize)
  assertSize(size)
  for (let level = 0, before = oldSize, now = size; now > 0; level += 1, before = above(before), now = above(now)) {
    if (before >= now) continue
    for (let n = above(before); n * TILE_WIDTH < now; n += 1)
      yield { level, n, width: Math.min(TILE_WIDTH, now - n * TILE_WIDTH) }
  }
}

/** The entry bundles that hold what `size` has more than `oldSize`; the first one may begin with older entries. */
export function* entryBundlesBetween(oldSize: number, size: number): Iterable<Pick<Tile, 'n' | 'width'>> {
  for (const { level, n, width } of tilesBetween(oldSize, size)) {
    if (level > 0) return
    yield { n, width }
  }
}

/** The tile of a tree of `size` at that place, with the width that it has there; nothing where the tree has none. */
export function tileAt(size: number, level: number, n: number): Tile | undefined {
  const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - n * TILE_WIDTH)
  return width > 0 ? { level, n, width } : undefined
}

/** Tiles (path → bytes) of a whole small tree, such as that of an index's shards; all of it is in memory at once. */
export function tilesOfTree(sha256: Sha256, leafHashes: readonly Uint8Array[]): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>()
  let hashes = leafHashes
  for (let level = 0; hashes.length > 0; level += 1) {
    const parents: Uint8Array[] = []
    for (let n = 0; n * TILE_WIDTH < hashes.length; n += 1) {
      const tile = joinHashes(hashes.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH))
      const width = tile.length / HASH_BYTES
      tiles.set(tilePath(level, n, width), tile)
      if (width === TILE_WIDTH) parents.push(fullTileHash(sha256, tile))
    }
    hashes = parents
  }
  return tiles
}

/** Root of the 256 hashes of a full tile: what stands for it one tile level higher. */
export function fullTileHash(sha256: Sha256, tile: Uint8Array): Uint8Array {
  let hashes = splitHashes(tile)
  if (hashes.length !== TILE_WIDTH) throw new RangeError('only a full tile is hashed upward')
  while (hashes.length > 1) hashes = parentsOf(sha256, hashes)
  const [root] = hashes
  return root ?? tile
}

/** The complete pairs among sibling hashes, hashed; an odd last one has no parent yet. */
export function parentsOf(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = []
  for (let i = 0; i + 1 < hashes.length; i += 2) {
    const [left, right] = [hashes[i], hashes[i + 1]]
    if (left !== undefined && right !== undefined) parents.push(nodeHash(sha256, left, right))
  }
  return parents
}

/**
 * Takes a tile's bytes apart into views of 32 bytes.
 *
 * @throws {ManifestError} `TILE_MALFORMED` when the bytes are not 1 to 256 whole hashes.
 */
export function splitHashes(tile: Uint8Array): Uint8Array[] {
  const width = tile.length / HASH_BYTES
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw new ManifestError('TILE_MALFORMED', `a tile of ${tile.length} bytes is not 1 to ${TILE_WIDTH} hashes`)
  }
  return Array.from({ length: width }, (_, i) => tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

/** Joins hashes into the bytes of a tile. */
export function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const tile = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [i, hash] of hashes.entries()) tile.set(hash, i * HASH_BYTES)
  return tile
}

/** Three digits a path element, an `x` before all but the last: 1234067 is `x001/x234/067`. @see C2SP tlog-tiles */
function numberPath(n: number, width: number): string {
  assertSize(n)
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH)
    throw new RangeError(`${width} is not the width of a tile`)
  const digits = String(n)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

function above(count: number): number {
  return Math.floor(count / TILE_WIDTH)
}
