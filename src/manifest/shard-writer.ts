import { encodeBase64 } from './base64.ts'
import { ManifestError } from './errors.ts'
import type { IndexLog } from './index-plan.ts'
import { HASH_TEXT, MAX_SHARD_BYTES, shardHeader } from './index-shard.ts'
import type { Sha256 } from './primitives.ts'
import { parentsOf, TILE_WIDTH } from './tile-layout.ts'

/**
 * Tiles whose hashes are kept as text, 22 kB each: full indexes of up to two million statements find all of theirs here;
 * larger ones make some again.
 */
const CACHED_TILES = 8_192

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

/** Writes the audit path of an entry to the root of its full tile. */
function openPaths(log: IndexLog, sha256: Sha256): (buffer: GrowingBuffer, index: number) => void {
  const tiles = new Map<number, Uint8Array>()
  return (buffer, index) => {
    const n = Math.floor(index / TILE_WIDTH)
    let hashes = tiles.get(n)
    if (hashes === undefined) {
      const [oldest] = tiles.keys()
      if (tiles.size >= CACHED_TILES && oldest !== undefined) tiles.delete(oldest)
      hashes = tileHashes(log, n, sha256)
      tiles.set(n, hashes)
    }
    let place = index % TILE_WIDTH
    let level = 0
    for (let width = TILE_WIDTH; width > 1; width /= 2) {
      buffer.bytes(hashes, (level + (place ^ 1)) * HASH_TEXT, HASH_TEXT)
      level += width
      place >>>= 1
    }
  }
}

/** Hashes of a full tile below its root in base64, level 0 first. */
function tileHashes(log: IndexLog, n: number, sha256: Sha256): Uint8Array {
  let text = ''
  let hashes = Array.from({ length: TILE_WIDTH }, (_, i) => log.leafHashAt(n * TILE_WIDTH + i))
  for (; hashes.length > 1; hashes = parentsOf(sha256, hashes)) text += hashes.map(encodeBase64).join('')
  return new TextEncoder().encode(text)
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
      // Hashes are short: a view of 44 bytes costs more than their copy.
      if (count < 64) for (let i = 0; i < count; i++) buffer[length + i] = bytes[start + i] ?? 0
      else buffer.set(start === 0 && count === bytes.length ? bytes : bytes.subarray(start, start + count), length)
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
