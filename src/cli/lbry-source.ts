import type { BundleView } from '../manifest/bundle-view.ts'
import type { GetOptions } from '../read/get-bundle.ts'
import type { Context } from './context.ts'
import { sayOnce } from './say-once.ts'

/** Makes what gets the main media of a bundle from its copies on LBRY. */
export type LbrySource = (
  view: BundleView,
  options: Pick<GetOptions, 'signal' | 'onBytes'>,
) => NonNullable<GetOptions['otherwise']>

/**
 * @param places - of `--lbry-blobs`; nothing is loaded without.
 * @throws {ReadError} `EVIDENCE_UNREADABLE`, `ONION_NEEDS_PROXY`.
 */
export async function lbrySource(
  context: Context,
  places: readonly string[] | undefined,
): Promise<LbrySource | undefined> {
  if (places === undefined) return undefined
  const { openBlobPlaces } = await import('../read/blob-places.ts')
  const { fromLbry } = await import('../read/get-from-lbry.ts')
  const { buildTree } = await import('../address/tree.ts')
  const blobs = await openBlobPlaces(places, sayOnce(context))
  return (view, options) =>
    fromLbry(view, {
      ...options,
      blobs,
      rootOf: (digests, bytes) => buildTree(digests, bytes).root,
      onFault: (problem) => context.report.emit({ event: 'problem', ...problem }),
    })
}
