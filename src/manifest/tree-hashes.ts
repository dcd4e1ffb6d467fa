import { HASH_TEXT } from './index-shard.ts'
import { openFrontier } from './merkle-tree.ts'
import type { Sha256 } from './primitives.ts'
import { HASH_BYTES, TILE_HEIGHT, TILE_WIDTH } from './tile-layout.ts'

/** Hashes of a full tile with those above them, its root included: level 0 first, each level from left to right. */
const TILE_NODES = TILE_WIDTH * 2 - 1
const BASE64: Uint8Array = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const PAD = '='.charCodeAt(0)

/** The leaf hashes of a whole log, and what is above them within their tiles: 64 bytes a statement. */
export interface TreeHashes {
  /** Takes tiles of level 0 from left to right; only the last may hold less than 256 hashes. */
  add(tile: Uint8Array): void
  /** Root of the tree that was added. */
  root(): Uint8Array
  /** Tells whether a leaf stands there. */
  isLeaf(index: number, hash: Uint8Array): boolean
  /** Tells whether the text at that place is the path of an entry of a full tile, as manifest-v1 §5.6 writes it. */
  isPath(index: number, text: Uint8Array, at: number): boolean
}

/** @param size - leaves that will be added; the memory for them is taken at once. */
export function openTreeHashes(size: number, sha256: Sha256): TreeHashes {
  const nodes = new Uint8Array(Math.ceil(size / TILE_WIDTH) * TILE_NODES * HASH_BYTES)
  let leaves = 0
  return {
    add(tile) {
      if (leaves % TILE_WIDTH !== 0 || leaves + tile.length / HASH_BYTES > size)
        throw new RangeError(`a tile came behind leaf ${leaves} of ${size}`)
      const start = nodeAt(leaves)
      nodes.set(tile, start)
      leaves += tile.length / HASH_BYTES
      if (leaves % TILE_WIDTH === 0) fillTile(nodes.subarray(start, start + TILE_NODES * HASH_BYTES), sha256)
    },
    root: () => rootOf(nodes, leaves, sha256),
    isLeaf(index, hash) {
      if (index >= leaves || hash.length !== HASH_BYTES) return false
      const start = nodeAt(index)
      for (let i = 0; i < HASH_BYTES; i++) if (nodes[start + i] !== hash[i]) return false
      return true
    },
    isPath(index, text, at) {
      if (index >= leaves - (leaves % TILE_WIDTH)) return false
      let place = index % TILE_WIDTH
      let level = nodeAt(index - place)
      for (let i = 0, width = TILE_WIDTH; i < TILE_HEIGHT; i++, width /= 2) {
        if (!isBase64(text, at + i * HASH_TEXT, nodes, level + (place ^ 1) * HASH_BYTES)) return false
        level += width * HASH_BYTES
        place >>>= 1
      }
      return true
    },
  }
}

/** Where the leaf hash of an entry stands. */
function nodeAt(index: number): number {
  return (Math.floor(index / TILE_WIDTH) * TILE_NODES + (index % TILE_WIDTH)) * HASH_BYTES
}

/** Computes what is above the leaf hashes of a full tile. Siblings lie side by side, and their parent behind all of them. */
function fillTile(nodes: Uint8Array, sha256: Sha256): void {
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = 1
  for (let left = 0, parent = TILE_WIDTH; parent < TILE_NODES; left += 2, parent++) {
    for (let i = 0; i < 2 * HASH_BYTES; i++) pair[1 + i] = nodes[left * HASH_BYTES + i] ?? 0
    nodes.set(sha256(pair), parent * HASH_BYTES)
  }
}

/** Roots of full tiles are the leaves of a tree whose edge is that of the whole one. */
function rootOf(nodes: Uint8Array, leaves: number, sha256: Sha256): Uint8Array {
  const tiles = Math.floor(leaves / TILE_WIDTH)
  const hashAt = (node: number): Uint8Array => nodes.slice(node, node + HASH_BYTES)
  const full = openFrontier(sha256)
  for (let n = 0; n < tiles; n++) full.append(hashAt(nodeAt(n * TILE_WIDTH) + (TILE_NODES - 1) * HASH_BYTES))
  const edge = openFrontier(sha256, tiles * TILE_WIDTH, full.peaks())
  for (let index = tiles * TILE_WIDTH; index < leaves; index++) edge.append(hashAt(nodeAt(index)))
  return edge.root()
}

/** Compares 44 characters with a hash without making a text of it: five million entries of an index have eight each. */
function isBase64(text: Uint8Array, at: number, hashes: Uint8Array, start: number): boolean {
  let from = start
  let to = at
  for (; to < at + HASH_TEXT - 4; from += 3, to += 4) {
    const bits = ((hashes[from] ?? 0) << 16) | ((hashes[from + 1] ?? 0) << 8) | (hashes[from + 2] ?? 0)
    if (text[to] !== BASE64[bits >>> 18] || text[to + 1] !== BASE64[(bits >>> 12) & 63]) return false
    if (text[to + 2] !== BASE64[(bits >>> 6) & 63] || text[to + 3] !== BASE64[bits & 63]) return false
  }
  const bits = ((hashes[from] ?? 0) << 10) | ((hashes[from + 1] ?? 0) << 2)
  if (text[to] !== BASE64[bits >>> 12] || text[to + 1] !== BASE64[(bits >>> 6) & 63]) return false
  return text[to + 2] === BASE64[bits & 63] && text[to + 3] === PAD
}
