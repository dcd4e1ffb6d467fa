import type { CID } from 'multiformats/cid'
import { cidText, RAW_CODEC, rawCid } from '../model/content-id.ts'
import { AddressError } from './errors.ts'
import { chunkLength, chunksIn, PROFILE } from './profile.ts'
import { innerNodes } from './tree.ts'
import { invalid, linksOf } from './unixfs-node.ts'

/** One block of a tree, as it can be named without reading any file. */
export interface FileBlock {
  readonly cid: CID
  /** `leaf`: plain bytes. `inner`: a node of a file, or a directory. */
  readonly kind: 'leaf' | 'inner'
  /** Length of the block. */
  readonly bytes: number
}

/** What is known of blocks without opening the archive's files. */
export interface KnownBlocks {
  /** A file of the archive by its root. */
  find(cid: CID): { readonly bytes: number; readonly digests: Uint8Array } | undefined
  /** A block that can be had without a file, or the length of a leaf that cannot. */
  block(cid: CID): Uint8Array | number | undefined
}

/** Directories in directories; bundles have one level, a sharded directory a few. */
const MAX_DEPTH = 32

/** @see {@link ReferenceStore.blocksOf} */
export function* blocksBelow(root: CID, known: KnownBlocks, depth = 0): Generator<FileBlock, void, void> {
  const file = known.find(root)
  if (file !== undefined) return yield* blocksOfFile(file)
  const block = known.block(root)
  if (block === undefined) {
    throw new AddressError(depth === 0 ? 'CONTENT_UNKNOWN' : 'BLOCK_MISSING', `${cidText(root)} is not in this store`)
  }
  if (typeof block === 'number') return yield { cid: root, kind: 'leaf', bytes: block }
  const links = linksOf(root, block)
  if (links.length > 0 && depth === MAX_DEPTH) throw invalid(root, 'deeper than any bundle goes')
  yield { cid: root, kind: root.code === RAW_CODEC ? 'leaf' : 'inner', bytes: block.length }
  for (const link of links) yield* blocksBelow(link, known, depth + 1)
}

/** Depth first: each inner node stands before all that is below it. */
function* blocksOfFile({
  bytes,
  digests,
}: {
  readonly bytes: number
  readonly digests: Uint8Array
}): Generator<FileBlock, void, void> {
  const levels: FileBlock[][] = []
  for (const node of innerNodes(digests, bytes)) {
    levels[node.level] ??= []
    levels[node.level]?.push({ cid: node.cid, kind: 'inner', bytes: node.bytes.length })
  }
  for (let leaf = 0; leaf < chunksIn(bytes); leaf++) {
    // A node of level n starts where the number of its first leaf is a multiple of 1,024 to the n.
    for (let level = levels.length - 1; level > 0; level--) {
      const node =
        leaf % PROFILE.maxLinks ** level === 0 ? levels[level]?.[leaf / PROFILE.maxLinks ** level] : undefined
      if (node !== undefined) yield node
    }
    const digest = digests.subarray(leaf * PROFILE.digestBytes, (leaf + 1) * PROFILE.digestBytes)
    yield { cid: rawCid(digest), kind: 'leaf', bytes: chunkLength(bytes, leaf) }
  }
}
