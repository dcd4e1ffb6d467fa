import { ManifestError } from '../manifest/errors.ts'
import { leafHash } from '../manifest/merkle.ts'
import type { Primitives } from '../manifest/primitives.ts'
import {
  decodeEntryBundle,
  entriesPath,
  joinHashes,
  TILE_WIDTH,
  type Tile,
  type TileSource,
  tileAt,
  tilePath,
  tilesForInclusion,
  tilesForRoot,
  verifyTilesAgainstRoot,
} from '../manifest/tiles.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { ReadError } from './errors.ts'
import type { ManifestSource } from './manifest-source.ts'

/** Limits of manifest-v1 §12. */
const TILE_BYTES = 8_192
const ENTRY_BUNDLE_BYTES = 4 * 1024 * 1024

/** Reads tiles and statements of one signed head from an untrusted source; what it returns is proven by that head. */
export interface LogReader {
  readonly head: TreeHead
  /**
   * Fetches these tiles and those that prove them. Tiles fetched before are not fetched again.
   *
   * @throws {ReadError} `MANIFEST_INCOMPLETE`, `MANIFEST_DAMAGED`.
   */
  tiles(wanted: readonly Tile[], signal: AbortSignal): Promise<TileSource>
  /** The statements of one entry bundle, each checked against its leaf hash. */
  bundle(n: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  /** All statements from `from` on, in order. */
  entries(from: number, signal: AbortSignal): AsyncIterable<{ readonly index: number; readonly bytes: Uint8Array }>
}

export function openLogReader(source: ManifestSource, head: TreeHead, { sha256 }: Primitives): LogReader {
  const held = new Map<string, Uint8Array>()
  const get: TileSource = (level, n) => held.get(`${level}/${n}`)

  async function tiles(wanted: readonly Tile[], signal: AbortSignal): Promise<TileSource> {
    const missing = wanted.filter((tile) => !held.has(`${tile.level}/${tile.n}`))
    await Promise.all(
      missing.map(async (tile) => held.set(`${tile.level}/${tile.n}`, await fetchTile(source, tile, signal))),
    )
    if (missing.length > 0) await damaged(source, () => verifyTilesAgainstRoot(sha256, head, missing, get))
    return get
  }

  async function bundle(n: number, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const tile = tileAt(head.size, 0, n)
    if (tile === undefined) throw new RangeError(`a log of ${head.size} has no entry bundle ${n}`)
    const [bytes, hashes] = await Promise.all([
      fetchNarrowOrFull(source, (width) => entriesPath(n, width), tile.width, ENTRY_BUNDLE_BYTES, signal),
      tiles(tilesForInclusion(n * TILE_WIDTH, head.size), signal),
    ])
    return damaged(source, () => {
      const entries = decodeEntryBundle(bytes, entryCount(bytes, tile.width)).slice(0, tile.width)
      const leaves = joinHashes(entries.map((entry) => leafHash(sha256, entry)))
      const expected = hashes(0, n)?.subarray(0, leaves.length)
      if (expected === undefined || Buffer.compare(leaves, expected) !== 0) {
        throw new ManifestError('TILE_MISMATCH', `entry bundle ${n} holds other statements than its tile says`)
      }
      return entries
    })
  }

  return {
    head,
    tiles,
    bundle,
    async *entries(from, signal) {
      await tiles(tilesForRoot(head.size), signal)
      const first = Math.floor(from / TILE_WIDTH)
      let coming = first * TILE_WIDTH < head.size ? ahead(bundle(first, signal)) : undefined
      for (let n = first; coming !== undefined; n += 1) {
        signal.throwIfAborted()
        const statements = await coming
        // The source answers while the caller works with these.
        coming = (n + 1) * TILE_WIDTH < head.size ? ahead(bundle(n + 1, signal)) : undefined
        for (const [i, bytes] of statements.entries()) {
          const index = n * TILE_WIDTH + i
          if (index >= from) yield { index, bytes }
        }
        // One pass over a long log must not keep its leaf tiles.
        held.delete(`0/${n - 1}`)
      }
    },
  }
}

/** Its failure is met where it is awaited, which is later. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** A fuller bundle than the head needs may answer; the surplus is not covered by the head and is dropped by the caller. */
function entryCount(bytes: Uint8Array, width: number): number {
  let count = 0
  for (let at = 0; at + 2 <= bytes.length; count += 1) at += 2 + ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
  return Math.max(count, width)
}

async function fetchTile(source: ManifestSource, { level, n, width }: Tile, signal: AbortSignal): Promise<Uint8Array> {
  return fetchNarrowOrFull(source, (w) => tilePath(level, n, w), width, TILE_BYTES, signal)
}

/** Partial tiles may be gone once the full one exists (C2SP tlog-tiles). */
async function fetchNarrowOrFull(
  source: ManifestSource,
  path: (width: number) => string,
  width: number,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await source.read(path(width), { maxBytes, signal })
  if (bytes !== undefined) return bytes
  const full = width === TILE_WIDTH ? undefined : await source.read(path(TILE_WIDTH), { maxBytes, signal })
  if (full !== undefined) return full
  throw new ReadError('MANIFEST_INCOMPLETE', `${source.name} lacks ${path(width)}, which its checkpoint needs`, {
    hint: 'the copy is incomplete or being written: try again, or name another source',
  })
}

/** Bytes that do not hash to the signed root are one thing to an operator, whatever the place: this copy is damaged. */
async function damaged<T>(source: ManifestSource, check: () => T): Promise<T> {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    throw new ReadError('MANIFEST_DAMAGED', `${source.name}: ${error.message}`, {
      hint: 'this copy of the manifest was altered or is damaged; compare with another one before you rely on it',
      cause: error,
    })
  }
}
