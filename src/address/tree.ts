import { hash } from 'node:crypto'
import { encode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { dagPbCid, rawCid } from '../model/content-id.ts'
import { encodeFileData } from './file-data.ts'
import { chunkLength, chunksIn, PROFILE } from './profile.ts'

/** A node of a file's tree that is not a leaf; it can be made again from the chunk digests whenever it is wanted. */
export interface InnerNode {
  /** Counted bottom up and, within a level, from the start of the file: the last one is the root. */
  readonly index: number
  /** 1 for a node above leaves. */
  readonly level: number
  readonly cid: CID
  readonly bytes: Uint8Array
  /** Length of the part of the file below it. */
  readonly fileBytes: number
  /** Bytes of all blocks below and including it, as a link to it states. */
  readonly tsize: number
}

/** What a file's tree comes to. */
export interface FileTree {
  readonly root: CID
  /** Bytes of all its blocks; what a directory states as `Tsize`. */
  readonly tsize: number
  readonly innerNodes: number
}

/** The nodes of one level, as the level above needs them: 40 bytes each. */
interface Level {
  readonly count: number
  readonly digests: Uint8Array
  readonly tsizeOf: (index: number) => number
}

/**
 * Builds the balanced tree of IPIP-0499 over a file's chunks.
 *
 * @param digests - SHA-256 of each chunk, 32 bytes each, in order.
 * @param bytes - length of the file.
 */
export function buildTree(digests: Uint8Array, bytes: number): FileTree {
  let root: InnerNode | undefined
  for (const node of innerNodes(digests, bytes)) root = node
  if (root === undefined) return { root: rawCid(digests), tsize: bytes, innerNodes: 0 }
  return { root: root.cid, tsize: root.tsize, innerNodes: root.index + 1 }
}

/** Makes all inner nodes, bottom up; none for a file of one chunk. Holds one level's digests, never all nodes. */
export function* innerNodes(digests: Uint8Array, bytes: number): Generator<InnerNode, void, void> {
  let below = leaves(digests, bytes)
  let index = 0
  for (let level = 1; below.count > 1; level++) {
    const count = Math.ceil(below.count / PROFILE.maxLinks)
    const next = { count, digests: new Uint8Array(count * PROFILE.digestBytes), tsizes: new Float64Array(count) }
    for (let i = 0; i < count; i++) {
      const node = nodeOver(below, level, i, bytes, index++)
      next.digests.set(node.cid.multihash.digest, i * PROFILE.digestBytes)
      next.tsizes[i] = node.tsize
      yield node
    }
    below = { count, digests: next.digests, tsizeOf: (i) => next.tsizes[i] ?? 0 }
  }
}

/**
 * Makes one inner node again. A node above leaves costs a millisecond; one higher up costs that for each node below it
 * (1.4 ms a GiB), so callers keep what they asked for. Nothing when the tree has no such node.
 */
export function innerNodeAt(digests: Uint8Array, bytes: number, index: number): InnerNode | undefined {
  const below = leaves(digests, bytes)
  if (below.count === 1 || index < 0) return undefined
  if (index < Math.ceil(below.count / PROFILE.maxLinks)) return nodeOver(below, 1, index, bytes, index)
  for (const node of innerNodes(digests, bytes)) if (node.index === index) return node
  return undefined
}

/** Number of inner nodes over a file of `bytes` bytes. */
export function innerNodesIn(bytes: number): number {
  let total = 0
  for (let count = chunksIn(bytes); count > 1; ) {
    count = Math.ceil(count / PROFILE.maxLinks)
    total += count
  }
  return total
}

function leaves(digests: Uint8Array, bytes: number): Level {
  const count = chunksIn(bytes)
  if (digests.length !== count * PROFILE.digestBytes) {
    throw new RangeError(
      `a file of ${bytes} bytes has ${count} chunks, but ${digests.length} bytes of digests were given`,
    )
  }
  return { count, digests, tsizeOf: (index) => chunkLength(bytes, index) }
}

function nodeOver(below: Level, level: number, position: number, bytes: number, index: number): InnerNode {
  const span = PROFILE.chunkBytes * PROFILE.maxLinks ** (level - 1)
  const first = position * PROFILE.maxLinks
  const last = Math.min(first + PROFILE.maxLinks, below.count)
  const blockSizes: number[] = []
  const Links = []
  let tsize = 0
  for (let i = first; i < last; i++) {
    const digest = below.digests.subarray(i * PROFILE.digestBytes, (i + 1) * PROFILE.digestBytes)
    const Tsize = below.tsizeOf(i)
    blockSizes.push(Math.min(span, bytes - i * span))
    Links.push({ Name: '', Tsize, Hash: level === 1 ? rawCid(digest) : dagPbCid(digest) })
    tsize += Tsize
  }
  const fileBytes = Math.min(last * span, bytes) - first * span
  const block = encode({ Data: encodeFileData(fileBytes, blockSizes), Links })
  return {
    index,
    level,
    cid: dagPbCid(hash('sha256', block, 'buffer')),
    bytes: block,
    fileBytes,
    tsize: tsize + block.length,
  }
}
