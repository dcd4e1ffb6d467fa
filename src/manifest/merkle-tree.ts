import type { Sha256 } from './primitives.ts'

/**
 * Hash of the complete subtree of 2^`level` leaves that starts at leaf `index` × 2^`level`; 32 bytes. Level 0 is leaf
 * hashes. Callers ask only for subtrees that lie wholly inside the tree.
 */
export type HashAt = (level: number, index: number) => Uint8Array

/** The right edge of a tree that only grows; memory is logarithmic in its size. */
export interface Frontier {
  /** Number of leaves, at most 2^53-1. */
  readonly size: number
  append(leafHash: Uint8Array): void
  root(): Uint8Array
  /** Roots of the complete subtrees that the tree consists of, left to right, one for each 1 bit of `size`. */
  peaks(): Uint8Array[]
}

/** Entries of up to this size are hashed in memory that is used again: a long log would leave gigabytes to the collector. */
const COMMON_ENTRY_BYTES = 16_384
const leafInput = new Uint8Array(1 + COMMON_ENTRY_BYTES)
const nodeInput = new Uint8Array(65)
nodeInput[0] = 1

/** Hashes one entry into a leaf. @see RFC 6962, 2.1 */
export function leafHash(sha256: Sha256, entry: Uint8Array): Uint8Array {
  const input = entry.length > COMMON_ENTRY_BYTES ? new Uint8Array(1 + entry.length) : leafInput
  input.set(entry, 1)
  return sha256(input.subarray(0, 1 + entry.length))
}

/** Hashes two siblings of 32 bytes each into their parent. @see RFC 6962, 2.1 */
export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  // What is shorter would leave a piece of the pair before in its place.
  if (left.length !== 32 || right.length !== 32) throw new RangeError('a hash has 32 bytes')
  nodeInput.set(left, 1)
  nodeInput.set(right, 33)
  return sha256(nodeInput)
}

/**
 * Opens the right edge of a tree, either an empty one or one that was saved as `size` and `peaks`.
 *
 * @throws {RangeError} when there are not exactly as many peaks as 1 bits in `size`.
 */
export function openFrontier(sha256: Sha256, size: number = 0, peaks: readonly Uint8Array[] = []): Frontier {
  assertSize(size)
  if (peaks.length !== subtreesOf(size).length)
    throw new RangeError(`${peaks.length} peaks do not make a tree of ${size}`)
  const stack = [...peaks]
  let count = size
  return {
    get size() {
      return count
    },
    append(leaf) {
      assertSize(count + 1)
      let hash = leaf
      for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) {
        const left = stack.pop()
        if (left !== undefined) hash = nodeHash(sha256, left, hash)
      }
      stack.push(hash)
      count += 1
    },
    root: () => joinPeaks(sha256, stack),
    peaks: () => [...stack],
  }
}

/** Root of a tree given as its leaf hashes; the empty tree has the hash of no bytes. */
export function treeRoot(sha256: Sha256, leafHashes: Iterable<Uint8Array>): Uint8Array {
  const frontier = openFrontier(sha256)
  for (const leaf of leafHashes) frontier.append(leaf)
  return frontier.root()
}

/** Root of a tree of `size` leaves from the complete subtrees it consists of. */
export function rootFromHashes(sha256: Sha256, size: number, hashAt: HashAt): Uint8Array {
  assertSize(size)
  return rangeHash(sha256, 0, size, hashAt)
}

/**
 * Audit path of leaf `index`, from its sibling up to the child of the root.
 *
 * @throws {RangeError} when the tree has no such leaf.
 * @see RFC 6962, 2.1.1
 */
export function inclusionPath(sha256: Sha256, index: number, size: number, hashAt: HashAt): Uint8Array[] {
  assertSize(size)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`no leaf ${index} in a tree of ${size}`)
  const path: Uint8Array[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      path.push(rangeHash(sha256, middle, end, hashAt))
      end = middle
    } else {
      path.push(rangeHash(sha256, start, middle, hashAt))
      start = middle
    }
  }
  return path.reverse()
}

/**
 * Proof that the tree of `oldSize` is a prefix of the tree of `size`; empty for an old size of 0 or of `size`.
 *
 * @throws {RangeError} when the old tree is the larger one.
 * @see RFC 6962, 2.1.2
 */
export function consistencyPath(sha256: Sha256, oldSize: number, size: number, hashAt: HashAt): Uint8Array[] {
  assertSize(oldSize)
  assertSize(size)
  if (oldSize > size) throw new RangeError(`a tree of ${oldSize} is not a prefix of a tree of ${size}`)
  if (oldSize === 0) return []
  const path: Uint8Array[] = []
  let start = 0
  let end = size
  while (end !== oldSize) {
    const middle = start + splitOf(end - start)
    if (oldSize <= middle) {
      path.push(rangeHash(sha256, middle, end, hashAt))
      end = middle
    } else {
      path.push(rangeHash(sha256, start, middle, hashAt))
      start = middle
    }
  }
  // From leaf 0 on, the subtree is the old tree itself, whose root the verifier has.
  if (start > 0) path.push(rangeHash(sha256, start, end, hashAt))
  return path.reverse()
}

/**
 * Hash of leaves `start` to `end` (exclusive), for ranges that RFC 6962 splits a tree into, so that every complete subtree
 * inside them is aligned.
 */
function rangeHash(sha256: Sha256, start: number, end: number, hashAt: HashAt): Uint8Array {
  let at = start
  const peaks = subtreesOf(end - start).map((level) => {
    const width = 2 ** level
    const hash = hashAt(level, at / width)
    at += width
    return hash
  })
  return joinPeaks(sha256, peaks)
}

/** Sizes are numbers, so a tree has at most 2^53-1 leaves. */
export function assertSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not a tree size`)
}

/** Levels of the complete subtrees that a tree of this size consists of, left (largest) to right. */
function subtreesOf(size: number): number[] {
  const levels: number[] = []
  for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / 2), level += 1) {
    if (rest % 2 === 1) levels.unshift(level)
  }
  return levels
}

function joinPeaks(sha256: Sha256, peaks: readonly Uint8Array[]): Uint8Array {
  const last = peaks.at(-1)
  if (last === undefined) return sha256(new Uint8Array(0))
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(sha256, left, right), last)
}

/** Largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}
