import { equals } from 'multiformats/bytes'
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

/** That a leaf stands at an index of a tree, with the evidence. */
export interface InclusionClaim {
  readonly index: number
  readonly size: number
  /** Leaf hash, 32 bytes. */
  readonly leaf: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** That one tree is a prefix of another, with the evidence. */
export interface ConsistencyClaim {
  readonly oldSize: number
  readonly oldRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** Hashes one entry into a leaf. @see RFC 6962, 2.1 */
export function leafHash(sha256: Sha256, entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length)
  input.set(entry, 1)
  return sha256(input)
}

/** Hashes two siblings of 32 bytes each into their parent. @see RFC 6962, 2.1 */
export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(65)
  input[0] = 1
  input.set(left, 1)
  input.set(right, 33)
  return sha256(input)
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

/** Root that an audit path leads to, or nothing when the path cannot belong to that index and size. Never throws. */
export function rootOfInclusion(sha256: Sha256, claim: InclusionClaim): Uint8Array | undefined {
  const { index, size, leaf, path } = claim
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined
  if (![leaf, ...path].every(isHash)) return undefined
  let position = index
  let last = size - 1
  let hash = leaf
  for (const sibling of path) {
    if (last === 0) return undefined
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sha256, sibling, hash)
      // A node without a right sibling stands unchanged on the levels above.
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = half(last)
      }
    } else hash = nodeHash(sha256, hash, sibling)
    position = half(position)
    last = half(last)
  }
  return last === 0 ? hash : undefined
}

/** Tells whether the leaf stands at that index of the tree with that size and root. Never throws. */
export function verifyInclusion(sha256: Sha256, claim: InclusionClaim & { readonly root: Uint8Array }): boolean {
  const root = rootOfInclusion(sha256, claim)
  return root !== undefined && equals(root, claim.root)
}

/**
 * Tells whether the old tree is a prefix of the new one. An old size of 0 needs the root of the empty tree. Never throws.
 *
 * @see RFC 9162, 2.1.4.2
 */
export function verifyConsistency(sha256: Sha256, claim: ConsistencyClaim): boolean {
  const { oldSize, oldRoot, size, root, path } = claim
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(size) || oldSize < 0 || oldSize > size) return false
  if (![oldRoot, root, ...path].every(isHash)) return false
  const empty = sha256(new Uint8Array(0))
  if (size === 0) return path.length === 0 && equals(oldRoot, empty) && equals(root, empty)
  if (oldSize === 0) return path.length === 0 && equals(oldRoot, empty)
  if (oldSize === size) return path.length === 0 && equals(oldRoot, root)
  let position = oldSize - 1
  let last = size - 1
  while (position % 2 === 1) {
    position = half(position)
    last = half(last)
  }
  // All ones: the old size is a power of two, so that the old root is itself the first node.
  const [first, ...rest] = position === 0 ? [oldRoot, ...path] : path
  if (first === undefined) return false
  return climb(sha256, { first, rest, position, last }, oldRoot, root)
}

/** Climbs to the old and to the new root at once; both must be met and the path used up. */
function climb(
  sha256: Sha256,
  from: { first: Uint8Array; rest: readonly Uint8Array[]; position: number; last: number },
  oldRoot: Uint8Array,
  root: Uint8Array,
): boolean {
  let { position, last, first: oldHash, first: hash } = from
  for (const sibling of from.rest) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      oldHash = nodeHash(sha256, sibling, oldHash)
      hash = nodeHash(sha256, sibling, hash)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = half(last)
      }
    } else hash = nodeHash(sha256, hash, sibling)
    position = half(position)
    last = half(last)
  }
  return last === 0 && equals(oldHash, oldRoot) && equals(hash, root)
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

function half(value: number): number {
  return Math.floor(value / 2)
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === 32
}
