import { readGovernance } from './governance.ts'
import { type BuiltIndex, changedShards, type IndexLog, nextBits } from './index-plan.ts'
import { allRows, rowsOfKeys, someRows } from './index-rows.ts'
import { shardPath } from './index-shard.ts'
import { leafHash, treeRoot } from './merkle.ts'
import type { Sha256 } from './primitives.ts'
import { openShardWriter, type ShardWriter } from './shard-writer.ts'
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
  const now: BuiltIndex = {
    size,
    ...nextBits(log.state, before),
    governing: readGovernance(log.state)?.governing ?? [],
  }
  const { bits } = now
  const changed = before === undefined ? undefined : changedShards(log, before, now, sha256)
  if (changed === undefined) {
    // Forgotten first: a run that is broken off must not leave an index that the next one would build upon.
    log.state.removeFacts(BUILT)
    log.state.removeFacts(SHARD)
  }
  const writer = openShardWriter(log, now, sha256)
  const shards = changed === undefined ? allShards(log, now, writer) : someShards(log, now, writer, changed, sha256)
  for (const [number, bytes] of shards) {
    const hash = leafHash(sha256, bytes)
    log.state.setFact(`${SHARD}${number}`, hexOf(hash))
    yield { path: shardPath(bits, number, hash), bytes }
  }
  const leaves = readLeaves(log.state, bits)
  for (const [path, bytes] of tilesOfTree(sha256, leaves)) yield { path: `index/${size}/${path}`, bytes }
  log.state.setFact(BUILT, JSON.stringify(now))
  return { size, bits, root: hexOf(treeRoot(sha256, leaves)) }
}

type MadeShards = Iterable<readonly [number: number, bytes: Uint8Array]>

function* allShards({ state }: IndexLog, { bits }: BuiltIndex, writer: ShardWriter): MadeShards {
  for (const [number, rows] of allRows(state, bits)) yield [number, writer.write(number, rows)]
}

/** Each from the file that it was where that can be read, else from its entries. */
function* someShards(
  log: IndexLog,
  { bits }: BuiltIndex,
  writer: ShardWriter,
  changed: ReadonlyMap<number, ReadonlyMap<string, Uint8Array>>,
  sha256: Sha256,
): MadeShards {
  const others = new Set<number>()
  for (const number of Uint32Array.from(changed.keys()).sort()) {
    const old = oldShard(log, bits, number, sha256)
    const keys = changed.get(number)
    if (old === undefined || keys === undefined) others.add(number)
    else yield [number, writer.patch(number, rowsOfKeys(log.state, keys), old)]
  }
  for (const [number, rows] of someRows(log.state, bits, others)) yield [number, writer.write(number, rows)]
}

function oldShard(
  { state, readShard }: IndexLog,
  bits: number,
  number: number,
  sha256: Sha256,
): Uint8Array | undefined {
  const hash = state.fact(`${SHARD}${number}`)
  const bytes = hash === undefined ? undefined : readShard?.(shardPath(bits, number, bytesOfHex(hash)))
  return bytes !== undefined && hexOf(leafHash(sha256, bytes)) === hash ? bytes : undefined
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
