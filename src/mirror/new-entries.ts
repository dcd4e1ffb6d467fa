import { leafHash } from '../manifest/merkle.ts'
import type { Primitives } from '../manifest/primitives.ts'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  entriesPath,
  joinHashes,
  TILE_WIDTH,
  tileAt,
  tilesForInclusion,
} from '../manifest/tiles.ts'
import { HoldfastError } from '../model/errors.ts'
import { ReadError } from '../read/errors.ts'
import type { OpenManifest } from '../read/open-manifest.ts'

/** Limit of manifest-v1 §12. */
const ENTRY_BUNDLE_BYTES = 4 * 1024 * 1024 + 512

export interface NewEntriesOptions {
  readonly primitives: Primitives
  readonly signal: AbortSignal
  /** Statements that are here already; asked for those of the bundle in which the new ones begin. */
  readonly known: (index: number) => Uint8Array
}

/**
 * Yields the statements from `from` on, a bundle at a time, each checked against the signed root. Of the bundle in which
 * `from` lies only the bytes behind it are asked for, where the source knows ranges: following costs what is new.
 *
 * @throws {ReadError} `MANIFEST_DAMAGED`, `MANIFEST_INCOMPLETE`, `SOURCE_UNREACHABLE` and others: faults of this source.
 */
export async function* newEntries(
  manifest: OpenManifest,
  from: number,
  options: NewEntriesOptions,
): AsyncGenerator<readonly Uint8Array[]> {
  const { size } = manifest.log.head
  for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < size; n += 1) {
    options.signal.throwIfAborted()
    const skip = Math.max(0, from - n * TILE_WIDTH)
    const entries = skip === 0 ? await manifest.log.bundle(n, options.signal) : await restOf(manifest, n, skip, options)
    yield entries.slice(skip)
  }
}

async function restOf(
  manifest: OpenManifest,
  n: number,
  skip: number,
  { primitives: { sha256 }, signal, known }: NewEntriesOptions,
): Promise<readonly Uint8Array[]> {
  const { source, log } = manifest
  const tile = tileAt(log.head.size, 0, n)
  const { readFrom } = source
  if (tile === undefined || readFrom === undefined) return log.bundle(n, signal)
  const held = encodeEntryBundle(Array.from({ length: skip }, (_, i) => known(n * TILE_WIDTH + i)))
  const limits = { maxBytes: ENTRY_BUNDLE_BYTES, signal }
  const answer = await readFrom(entriesPath(n, tile.width), held.length, limits)
  // What is gone as a partial bundle, or comes whole, is read the plain way.
  if (answer === undefined || answer.from === 0) return log.bundle(n, signal)
  const hashes = await log.tiles(tilesForInclusion(n * TILE_WIDTH, log.head.size), signal)
  const entries = decoded(Buffer.concat([held, answer.bytes]), tile.width, source.name)
  const leaves = joinHashes(entries.map((entry) => leafHash(sha256, entry)))
  const expected = hashes(0, n)?.subarray(0, leaves.length)
  if (expected !== undefined && Buffer.compare(leaves, expected) === 0) return entries
  throw damaged(source.name, n)
}

function decoded(bytes: Uint8Array, width: number, name: string): readonly Uint8Array[] {
  try {
    return decodeEntryBundle(bytes, width)
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    throw new ReadError('MANIFEST_DAMAGED', `${name}: ${error.message}`, { cause: error })
  }
}

function damaged(name: string, n: number): ReadError {
  return new ReadError('MANIFEST_DAMAGED', `${name}: entry bundle ${n} holds other statements than its tile says`, {
    hint: 'this copy of the manifest was altered or is damaged; compare with another one before you rely on it',
  })
}
