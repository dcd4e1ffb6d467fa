import { rootFromHashes } from '../manifest/merkle.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { hashAtFromTiles, tilesForConsistency } from '../manifest/tiles.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { ReadError } from './errors.ts'
import type { OpenManifest } from './open-manifest.ts'

const HEAD_BYTES = 128 * 1024

/**
 * Checks kept checkpoints: each is signed by a key that might sign at its size, and its root is that of the log there.
 *
 * @param sizes - sizes to look at; one that is not kept is passed over, since nobody needs all of them.
 * @returns how many are there.
 * @throws {ReadError} `MANIFEST_INCONSISTENT`; `ManifestError` for signatures.
 */
export async function verifyKeptHeads(
  manifest: OpenManifest,
  sizes: Iterable<number>,
  options: { readonly primitives: Primitives; readonly signal: AbortSignal },
): Promise<number> {
  const { primitives, signal } = options
  let heads = 0
  for (const size of sizes) {
    const note = await manifest.source.read(`checkpoints/${size}`, { maxBytes: HEAD_BYTES, signal })
    if (note === undefined) continue
    const { checkpoint } = verifyCheckpoint(primitives, manifest.policyAt(size), note)
    const tiles = await manifest.log.tiles(tilesForConsistency(size, manifest.log.head.size), signal)
    const root = rootFromHashes(
      primitives.sha256,
      size,
      hashAtFromTiles(primitives.sha256, manifest.log.head.size, tiles),
    )
    if (checkpoint.size !== size || Buffer.compare(root, checkpoint.root) !== 0) {
      throw new ReadError('MANIFEST_INCONSISTENT', `${manifest.source.name}: checkpoints/${size} contradicts the log`, {
        hint: 'two signed heads of one log that contradict each other are evidence: keep this copy',
      })
    }
    heads += 1
  }
  return heads
}
