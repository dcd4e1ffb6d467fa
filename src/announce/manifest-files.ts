import { shardPath } from '../manifest/index-shard.ts'
import { entriesPath, entryBundlesBetween, tilePath, tilesOf } from '../manifest/tile-layout.ts'

/** What decides which files a manifest directory has under one head (announced-root-v1 §2.1). */
export interface ManifestUnderHead {
  /** Statements under the head; the last one commits to the index of all before it. */
  readonly size: number
  /** Of that index: its shards are 2^bits. */
  readonly bits: number
  /** Leaf hash of each shard, in order: what stands in the index's tiles of level 0. */
  readonly shardHashes: Iterable<Uint8Array>
  /** Sizes of the heads that are kept, and numbers of the policies. */
  readonly checkpoints: readonly number[]
  readonly policies: readonly number[]
}

/** Names of all its files, relative to the directory. */
export function* manifestFiles(head: ManifestUnderHead): Generator<string, void, void> {
  const { size, bits, shardHashes, checkpoints, policies } = head
  yield 'checkpoint'
  for (const kept of checkpoints) if (kept <= size) yield `checkpoints/${kept}`
  for (const seq of policies) yield `policies/${seq}`
  for (const { n, width } of entryBundlesBetween(0, size)) yield entriesPath(n, width)
  for (const { level, n, width } of tilesOf(size)) yield tilePath(level, n, width)
  yield `index/${size - 1}/receipt`
  yield* indexTiles(size - 1, bits)
  let number = 0
  for (const hash of shardHashes) yield shardPath(bits, number++, hash)
}

/** Names of the index's own tiles. @param size - what the index covers. */
export function* indexTiles(size: number, bits: number): Generator<string, void, void> {
  for (const { level, n, width } of tilesOf(2 ** bits)) yield `index/${size}/${tilePath(level, n, width)}`
}

/** A file that holds a note, which may gain cosignatures; every other one is the same for ever under its name. */
export function isNoteFile(name: string): boolean {
  return name === 'checkpoint' || name.startsWith('checkpoints/') || /^index\/\d+\/receipt$/u.test(name)
}
