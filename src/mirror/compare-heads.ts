import { consistencyPath, rootFromHashes } from '../manifest/merkle.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { hashAtFromTiles, tilesForConsistency } from '../manifest/tiles.ts'
import type { TreeHead } from '../model/tree-head.ts'
import type { ForkEvidence } from '../read/fork-evidence.ts'
import type { OpenManifest } from '../read/open-manifest.ts'

/** A head with the note that signs it. */
export interface NotedHead extends TreeHead {
  readonly note: Uint8Array
}

/**
 * Compares a head with a newer one, or one of the same size, by the tiles of the newer one: a handful, whatever the size of
 * the log. Tiles that do not make the newer root are a fault of its source and prove nothing against the log.
 *
 * @param newer - a verified manifest whose head is at least as large.
 * @returns what proves that the two contradict each other; nothing when the older one is a prefix.
 * @throws {ReadError} `MANIFEST_DAMAGED`, `MANIFEST_INCOMPLETE`, `SOURCE_UNREACHABLE` about the newer one's source.
 */
export async function contradiction(
  newer: OpenManifest,
  older: NotedHead,
  { primitives, signal }: { readonly primitives: Primitives; readonly signal: AbortSignal },
): Promise<ForkEvidence | undefined> {
  const { head } = newer.log
  const notes = { older: older.note, newer: newer.note }
  if (older.size === 0) return undefined
  if (older.size === head.size) return Buffer.compare(older.root, head.root) === 0 ? undefined : notes
  const tiles = await newer.log.tiles(tilesForConsistency(older.size, head.size), signal)
  const hashAt = hashAtFromTiles(primitives.sha256, head.size, tiles)
  const root = rootFromHashes(primitives.sha256, older.size, hashAt)
  if (Buffer.compare(root, older.root) === 0) return undefined
  return { ...notes, proof: { root, path: consistencyPath(primitives.sha256, older.size, head.size, hashAt) } }
}
