import { encodeBase64 } from './base64.ts'
import { ManifestError } from './errors.ts'
import { type GrowingBuffer, growingBuffer } from './growing-buffer.ts'
import type { IndexLog } from './index-plan.ts'
import { HASH_TEXT, MAX_SHARD_BYTES } from './index-shard.ts'
import type { Sha256 } from './primitives.ts'
import { patchShard } from './shard-patch.ts'
import { type ShardScope, writeShard } from './shard-skeleton.ts'
import type { KeyRow } from './state.ts'
import { parentsOf, TILE_WIDTH } from './tile-layout.ts'

/**
 * Tiles whose hashes are kept as text, 22 kB each: full indexes of up to two million statements find all of theirs here;
 * larger ones make some again.
 */
const CACHED_TILES = 8_192

/** Makes the bytes of one shard after another. */
export interface ShardWriter {
  /** @param rows - ascending. */
  write(number: number, rows: readonly KeyRow[]): Uint8Array
  /** From the shard that it was, whose hash was checked. @param rows - those that may have changed, ascending. */
  patch(number: number, rows: readonly KeyRow[], old: Uint8Array): Uint8Array
}

/** @param scope - the size that the index covers, into how many shards, and the entries that each of them carries. */
export function openShardWriter(log: IndexLog, scope: ShardScope, sha256: Sha256): ShardWriter {
  const writePath = openPaths(log, sha256)
  const firstPartial = scope.size - (scope.size % TILE_WIDTH)
  const buffer = growingBuffer()
  const writeEntry = (index: number): void => {
    buffer.decimal(index)
    buffer.text(' ')
    if (index < firstPartial) writePath(buffer, index)
    else buffer.text('-')
    buffer.text(' ')
    buffer.bytes(log.entryBytes(index))
    buffer.text('\n')
  }
  return {
    write(number, rows) {
      writeShard(buffer, scope, { number, rows }, writeEntry)
      return copyOf(buffer.written(), number)
    },
    patch(number, rows, old) {
      patchShard(buffer, scope, { number, rows, old }, writeEntry)
      return copyOf(buffer.written(), number)
    },
  }
}

function copyOf(bytes: Uint8Array, shard: number): Uint8Array {
  if (bytes.length <= MAX_SHARD_BYTES) return bytes.slice()
  throw new ManifestError('INDEX_SHARD_TOO_LARGE', `shard ${shard} of the index would have ${bytes.length} bytes`, {
    hint: 'some bundles have very many statements; repudiate what a thief wrote, or go on in a successor log',
  })
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
