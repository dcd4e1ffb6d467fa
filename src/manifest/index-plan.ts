import { keysOfStatement, rowKey } from './index-key.ts'
import { firstKey } from './index-rows.ts'
import { MAX_SHARD_BITS, shardOfKey } from './index-shard.ts'
import type { Sha256 } from './primitives.ts'
import type { FoldState } from './state.ts'
import { parseStatement } from './statement.ts'
import { hexOf } from './statement-fields.ts'
import type { BundleFact } from './statement-types.ts'
import { TILE_WIDTH } from './tile-layout.ts'

/** The group in which a lookup hides. Source: manifest-v1 §5.5. */
const MIN_KEYS = 32

/** The log as the index reads it. Each must answer for every index below the size that is indexed. */
export interface IndexLog {
  /** Folded up to exactly that size. */
  readonly state: FoldState
  /** Bytes of an entry; asked for in any order. */
  entryBytes(index: number): Uint8Array
  /** Its leaf hash: what stands in the tiles of level 0. */
  leafHashAt(index: number): Uint8Array
  /**
   * A shard file of the index before, by its path; what is not what it should be does no harm. Without it every shard that
   * changed is made from its entries.
   */
  readShard?(path: string): Uint8Array | undefined
}

/** What an index covers, as the state remembers it. */
export interface BuiltIndex {
  /** Entries [0, size) are covered. */
  readonly size: number
  readonly bits: number
  /** The governing entries. */
  readonly governing: readonly number[]
  /** A shard of the next larger number of bits that has not enough keys; absent when it is not known. */
  readonly sparse?: number
}

/**
 * Into how many shards the keys are divided: the largest power of two with at least 32 keys in each.
 *
 * @param counts - keys for each value of the first 16 bits; see `FoldState.countKeys`.
 * @returns the exponent, 0 to 16.
 */
export function chooseBits(counts: Uint32Array): number {
  let level = counts
  for (let bits = MAX_SHARD_BITS; bits > 0; bits--) {
    if (level.every((count) => count >= MIN_KEYS)) return bits
    const halves = level
    level = Uint32Array.from({ length: halves.length / 2 }, (_, i) => (halves[2 * i] ?? 0) + (halves[2 * i + 1] ?? 0))
  }
  return 0
}

/**
 * The same without counting all keys again: keys never go, so the number of bits never falls, and it does not rise while that
 * one shard is too small which was the smallest.
 */
export function nextBits(state: FoldState, before: BuiltIndex | undefined): Pick<BuiltIndex, 'bits' | 'sparse'> {
  if (before?.bits === MAX_SHARD_BITS) return { bits: MAX_SHARD_BITS }
  if (before?.sparse !== undefined && hasFewKeys(state, before.sparse, before.bits + 1))
    return { bits: before.bits, sparse: before.sparse }
  const counts = state.countKeys()
  const bits = chooseBits(counts)
  return bits === MAX_SHARD_BITS ? { bits } : { bits, sparse: smallestShard(counts, bits + 1) }
}

function smallestShard(counts: Uint32Array, bits: number): number {
  const sums = new Float64Array(2 ** bits)
  for (const [prefix, count] of counts.entries()) {
    const shard = prefix >>> (MAX_SHARD_BITS - bits)
    sums[shard] = (sums[shard] ?? 0) + count
  }
  return sums.indexOf(Math.min(...chunkMinima(sums)))
}

/** Not all at once: arguments of a call have a limit. */
function chunkMinima(sums: Float64Array): number[] {
  const minima: number[] = []
  for (let at = 0; at < sums.length; at += 4_096) minima.push(Math.min(...sums.subarray(at, at + 4_096)))
  return minima
}

function hasFewKeys(state: FoldState, shard: number, bits: number): boolean {
  const keys = new Set<string>()
  for (const { hash } of state.links(firstKey(shard, bits) ?? new Uint8Array(32), firstKey(shard + 1, bits))) {
    keys.add(hexOf(hash))
    if (keys.size >= MIN_KEYS) return false
  }
  return true
}

/**
 * Which shards differ from those of the index before: none but those of bundles that were touched since, or that have
 * an entry in a tile that became full since. Nothing is returned when all must be made.
 *
 * @returns by its number, the keys of a shard whose rows may differ, by their hex.
 */
export function changedShards(
  log: IndexLog,
  before: BuiltIndex,
  now: BuiltIndex,
  sha256: Sha256,
): ReadonlyMap<number, ReadonlyMap<string, Uint8Array>> | undefined {
  if (before.bits !== now.bits || !sameGoverning(before, now)) return undefined
  const changed = new Map<number, Map<string, Uint8Array>>()
  const seen = new Set<string>()
  for (let index = firstChanged(before.size, now.size); index < now.size; index++) {
    const fact = bundleFact(log.entryBytes(index))
    if (fact === undefined || seen.has(fact.id)) continue
    seen.add(fact.id)
    for (const touch of log.state.touches(fact.id)) {
      const touching = bundleFact(log.entryBytes(touch))
      for (const { kind, value } of touching === undefined ? [] : keysOfStatement(touching)) {
        const key = rowKey(sha256, kind, value)
        const shard = shardOfKey(key, now.bits)
        const keys = changed.get(shard) ?? new Map<string, Uint8Array>()
        changed.set(shard, keys.set(hexOf(key), key))
      }
    }
  }
  return changed
}

/** Entries below are where they were, in tiles that are what they were. */
function firstChanged(before: number, now: number): number {
  const full = (size: number): number => Math.floor(size / TILE_WIDTH)
  return full(before) === full(now) ? before : full(before) * TILE_WIDTH
}

function sameGoverning(before: BuiltIndex, now: BuiltIndex): boolean {
  const line = ({ size, governing }: BuiltIndex): string =>
    governing.map((index) => `${index}${index < size - (size % TILE_WIDTH) ? '+' : '-'}`).join()
  return line(before) === line(now)
}

function bundleFact(bytes: Uint8Array): BundleFact | undefined {
  const parsed = parseStatement(bytes)
  return parsed.kind === 'known' && 'id' in parsed.statement ? parsed.statement : undefined
}
