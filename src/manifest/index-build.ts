import { readGovernance } from './governance.ts'
import { type BuiltIndex, changedShards, chooseBits, type IndexLog } from './index-plan.ts'
import { allRows, someRows } from './index-rows.ts'
import { shardPath } from './index-shard.ts'
import { leafHash, treeRoot } from './merkle.ts'
import type { Sha256 } from './primitives.ts'
import { openShardWriter } from './shard-writer.ts'
import type { FoldState } from './state.ts'
import { bytesOfHex, hexOf } from './statement-fields.ts'
import { tilesOfTree } from './tiles.ts'

/** A file of the index, relative to the manifest directory. */
export interface IndexFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** What the next `index/1` statement says. */
export interface IndexHead {
  readonly size: number
  readonly bits: number
  /** Hex. */
  readonly root: string
}

/** The state remembers the last index it was built for, and the leaf hash of each of its shards. */
const BUILT = 'built'
const SHARD = 'shard/'

/**
 * Builds the index over the entries [0, size), from the one before it where there is one: only shards that changed are
 * made, one at a time, so memory stays the same however long the log is. Everything that is yielded must be durable before the
 * checkpoint is signed; writing the same file again is no fault. Run it to its end, within the transaction of the fold:
 * it remembers in the state what it built.
 *
 * @param size - the index of the `index/1` statement that will be appended; the state must be folded up to it.
 * @returns (when the generator ends) what that statement says.
 * @throws {ManifestError} `INDEX_SHARD_TOO_LARGE`.
 * @see manifest-v1 §5
 */
export function* buildIndex(log: IndexLog, size: number, sha256: Sha256): Generator<IndexFile, IndexHead, undefined> {
  const before = readBuilt(log.state)
  const bits = chooseBits(log.state.countKeys())
  const now: BuiltIndex = { size, bits, governing: readGovernance(log.state)?.governing ?? [] }
  const changed = before === undefined ? undefined : changedShards(log, before, now, sha256)
  if (changed === undefined) {
    // Forgotten first: a run that is broken off must not leave an index that the next one would build upon.
    log.state.removeFacts(BUILT)
    log.state.removeFacts(SHARD)
  }
  const writer = openShardWriter(log, now, sha256)
  const shards = changed === undefined ? allRows(log.state, bits) : someRows(log.state, bits, changed)
  for (const [number, rows] of shards) {
    const bytes = writer.write(number, rows)
    const hash = leafHash(sha256, bytes)
    log.state.setFact(`${SHARD}${number}`, hexOf(hash))
    yield { path: shardPath(bits, number, hash), bytes }
  }
  const leaves = readLeaves(log.state, bits)
  for (const [path, bytes] of tilesOfTree(sha256, leaves)) yield { path: `index/${size}/${path}`, bytes }
  log.state.setFact(BUILT, JSON.stringify(now))
  return { size, bits, root: hexOf(treeRoot(sha256, leaves)) }
}

/** Where the proof of an `index/1` statement lies. @param size - what it covers. @see manifest-v1 §9 */
export function indexReceiptPath(size: number): string {
  return `index/${size}/receipt`
}

function readLeaves(state: FoldState, bits: number): Uint8Array[] {
  const hashes = new Map(state.facts(SHARD))
  return Array.from({ length: 2 ** bits }, (_, number) => {
    const hash = hashes.get(`${SHARD}${number}`)
    if (hash === undefined) throw new TypeError(`the state knows no hash of shard ${number}`)
    return bytesOfHex(hash)
  })
}

function readBuilt(state: FoldState): BuiltIndex | undefined {
  const text = state.fact(BUILT)
  return text === undefined ? undefined : JSON.parse(text)
}
