import { encodeBase64 } from './base64.ts'
import { ManifestError } from './errors.ts'
import type { IndexLog } from './index-plan.ts'
import { HASH_TEXT, MAX_SHARD_BYTES, shardHeader } from './index-shard.ts'
import type { Sha256 } from './primitives.ts'
import { parentsOf, TILE_HEIGHT, TILE_WIDTH } from './tile-layout.ts'

/**
 * Tiles whose audit paths are kept as text, 41 kB each. Full indexes of up to half a million statements find all of
 * theirs here; larger ones make some again.
 */
const CACHED_TILES = 2_048
/** Siblings that an entry has for itself in the kept text; those above are kept once for the eight that share them. */
const OWN_LEVELS = 3

/** Makes the bytes of one shard after another. */
export interface ShardWriter {
  /** @param rows - key in hex → touching entries, both ascending. */
  write(number: number, rows: ReadonlyMap<string, readonly number[]>): Uint8Array
}

/** @param scope - the size that the index covers, into how many shards, and the entries that each of them carries. */
export function openShardWriter(
  log: IndexLog,
  scope: { readonly size: number; readonly bits: number; readonly governing: readonly number[] },
  sha256: Sha256,
): ShardWriter {
  const writePath = openPaths(log, sha256)
  const firstPartial = scope.size - (scope.size % TILE_WIDTH)
  const buffer = growingBuffer()
  return {
    write(number, rows) {
      buffer.reset()
      buffer.text(`${shardHeader(scope.bits, number)}\n`)
      const needed = new Set(scope.governing)
      for (const [key, indices] of rows) {
        buffer.text(`${key} ${indices.join(',')}\n`)
        for (const index of indices) needed.add(index)
      }
      buffer.text('\n')
      for (const index of Float64Array.from(needed).sort()) {
        buffer.text(`${index} `)
        if (index < firstPartial) writePath(buffer, index)
        else buffer.text('-')
        buffer.text(' ')
        buffer.bytes(log.entryBytes(index))
        buffer.text('\n')
      }
      return buffer.take(number)
    },
  }
}

/** Audit paths of the 256 entries of a full tile, in base64: two pieces each, since copying eight costs most of a shard. */
interface TilePaths {
  /** Siblings of levels 0 to 2, for each entry. */
  readonly own: Uint8Array
  /** Siblings of levels 3 to 7, for each eight entries. */
  readonly shared: Uint8Array
}

const OWN_TEXT = OWN_LEVELS * HASH_TEXT
const SHARED_TEXT = (TILE_HEIGHT - OWN_LEVELS) * HASH_TEXT

/** Writes the audit path of an entry to the root of its full tile. */
function openPaths(log: IndexLog, sha256: Sha256): (buffer: GrowingBuffer, index: number) => void {
  const tiles = new Map<number, TilePaths>()
  return (buffer, index) => {
    const n = Math.floor(index / TILE_WIDTH)
    let paths = tiles.get(n)
    if (paths === undefined) {
      const [oldest] = tiles.keys()
      if (tiles.size >= CACHED_TILES && oldest !== undefined) tiles.delete(oldest)
      paths = tilePaths(log, n, sha256)
      tiles.set(n, paths)
    }
    const place = index % TILE_WIDTH
    buffer.bytes(paths.own, place * OWN_TEXT, OWN_TEXT)
    buffer.bytes(paths.shared, (place >>> OWN_LEVELS) * SHARED_TEXT, SHARED_TEXT)
  }
}

function tilePaths(log: IndexLog, n: number, sha256: Sha256): TilePaths {
  const levels = tileLevels(log, n, sha256)
  const siblings = (from: number, to: number, step: number): string => {
    let text = ''
    for (let place = 0; place < TILE_WIDTH; place += step) {
      for (let level = from; level < to; level++) text += levels[level]?.[(place >>> level) ^ 1] ?? ''
    }
    return text
  }
  const utf8 = new TextEncoder()
  return {
    own: utf8.encode(siblings(0, OWN_LEVELS, 1)),
    shared: utf8.encode(siblings(OWN_LEVELS, TILE_HEIGHT, 2 ** OWN_LEVELS)),
  }
}

/** Hashes of a full tile, level 0 to 7, each as base64. */
function tileLevels(log: IndexLog, n: number, sha256: Sha256): string[][] {
  let hashes = Array.from({ length: TILE_WIDTH }, (_, i) => log.leafHashAt(n * TILE_WIDTH + i))
  const levels: string[][] = []
  for (let level = 0; level < TILE_HEIGHT; level++) {
    levels.push(hashes.map(encodeBase64))
    hashes = parentsOf(sha256, hashes)
  }
  return levels
}

interface GrowingBuffer {
  reset(): void
  /** ASCII only. */
  text(ascii: string): void
  /** @default all of `bytes` */
  bytes(bytes: Uint8Array, start?: number, length?: number): void
  /** A copy of what was written. */
  take(shard: number): Uint8Array
}

/** One buffer for all shards: a full index would otherwise leave hundreds of megabytes to the garbage collector. */
function growingBuffer(): GrowingBuffer {
  let buffer = new Uint8Array(256 * 1024)
  let length = 0
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  return {
    reset() {
      length = 0
    },
    text(ascii) {
      reserve(ascii.length)
      for (let i = 0; i < ascii.length; i++) buffer[length + i] = ascii.charCodeAt(i)
      length += ascii.length
    },
    bytes(bytes, start = 0, count = bytes.length) {
      reserve(count)
      buffer.set(start === 0 && count === bytes.length ? bytes : bytes.subarray(start, start + count), length)
      length += count
    },
    take(shard) {
      if (length > MAX_SHARD_BYTES) {
        throw new ManifestError('INDEX_SHARD_TOO_LARGE', `shard ${shard} of the index would have ${length} bytes`, {
          hint: 'some bundles have very many statements; repudiate what a thief wrote, or go on in a successor log',
        })
      }
      return buffer.slice(0, length)
    },
  }
}
