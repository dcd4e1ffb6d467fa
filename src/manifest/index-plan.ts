import { keysOfStatement, rowKey } from './index-key.ts'
import { MAX_SHARD_BITS, shardOfKey } from './index-shard.ts'
import type { Sha256 } from './primitives.ts'
import type { FoldState } from './state.ts'
import { parseStatement } from './statement.ts'
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
}

/** What an index covers, as the state remembers it. */
export interface BuiltIndex {
  /** Entries [0, size) are covered. */
  readonly size: number
  readonly bits: number
  /** The governing entries. */
  readonly governing: readonly number[]
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
 * Which shards differ from those of the index before: none but those of bundles that were touched since, or that have
 * an entry in a tile that became full since. Nothing is returned when all must be made.
 */
export function changedShards(
  log: IndexLog,
  before: BuiltIndex,
  now: BuiltIndex,
  sha256: Sha256,
): Set<number> | undefined {
  if (before.bits !== now.bits || !sameGoverning(before, now)) return undefined
  const changed = new Set<number>()
  const seen = new Set<string>()
  for (let index = firstChanged(before.size, now.size); index < now.size; index++) {
    const fact = bundleFact(log.entryBytes(index))
    if (fact === undefined || seen.has(fact.id)) continue
    seen.add(fact.id)
    for (const touch of log.state.touches(fact.id)) {
      const touching = bundleFact(log.entryBytes(touch))
      for (const { kind, value } of touching === undefined ? [] : keysOfStatement(touching)) {
        changed.add(shardOfKey(rowKey(sha256, kind, value), now.bits))
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
