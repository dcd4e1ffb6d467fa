import type { TestContext } from 'node:test'
import type { BundleStatement } from '../../../src/manifest/statement-types.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { servedContent } from '../../../src/pipeline/served-content.ts'
import type { Standing } from '../../../src/view/ports.ts'
import { aMadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { aBundle } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { aMirror, aSource, type FakeSource, type Mirror } from './following.ts'

/** A log of bundles that really exist, the source that has them, and a mirror that holds them. */
export interface HeldWorld {
  readonly log: WrittenManifest
  readonly bundles: readonly BundleStatement[]
  readonly source: FakeSource
  readonly mirror: Mirror
  /** Shows what the log says now. */
  publish(): void
  /** What the server would make of a CID. */
  standing(cid: string): Promise<Standing>
}

/** @param sizes - of the videos, in bytes. */
export async function aHeldWorld(
  context: TestContext,
  sizes: readonly number[],
  settings: Parameters<typeof aMirror>[2] = {},
): Promise<HeldWorld> {
  const log = new WrittenManifest()
  const source = await aSource(context, log.files)
  const bundles = sizes.map((size, n) => {
    // Each begins elsewhere, so that no two have a block in common.
    const { promised, made } = aMadeBundle(someBytes(size + 32 * (n + 1)).subarray(32 * (n + 1)))
    for (const [cid, bytes] of made.blocks) source.blocks.set(cid, bytes)
    const { root, files, filesSha256, fileCount } = promised
    return aBundle(n + 1, { root: cidText(root), files, filesSha256, fileCount, bytes: size })
  })
  log.add(...bundles).head()
  const publish = (): void => {
    source.files = log.copy()
  }
  publish()
  const mirror = await aMirror(context, [source.url], settings)
  const standing = (cid: string): Promise<Standing> =>
    mirror.look(({ home }) => servedContent(home).standing(parseCid(cid)))
  return { log, bundles, source, mirror, publish, standing }
}
