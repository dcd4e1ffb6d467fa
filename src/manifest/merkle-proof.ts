import { equals } from 'multiformats/bytes'
import { nodeHash } from './merkle-tree.ts'
import type { Sha256 } from './primitives.ts'

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

function half(value: number): number {
  return Math.floor(value / 2)
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === 32
}
