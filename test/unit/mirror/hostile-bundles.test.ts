import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { BundleStatement } from '../../../src/manifest/statement-types.ts'
import { cidText } from '../../../src/model/content-id.ts'
import { aMadeBundle, type MadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { aBundle } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { aMirror, aSource, type Mirror, type Synced } from './following.ts'

/** Syncs a log of one bundle that is as it should be, and one that is not. */
async function syncBoth(
  context: TestContext,
  hostile: MadeBundle,
  said: Partial<BundleStatement> = {},
): Promise<{ readonly synced: Synced; readonly mirror: Mirror; readonly files: readonly string[] }> {
  const honest = aMadeBundle(someBytes(500))
  const statementOf = (n: number, { promised, video }: MadeBundle): BundleStatement => {
    const { root, files, filesSha256, fileCount } = promised
    return aBundle(n, { root: cidText(root), files, filesSha256, fileCount, bytes: video.length })
  }
  const log = new WrittenManifest().add(statementOf(1, honest), { ...statementOf(2, hostile), ...said }).head()
  const source = await aSource(context, log.files)
  for (const { made } of [honest, hostile]) for (const [cid, bytes] of made.blocks) source.blocks.set(cid, bytes)
  const mirror = await aMirror(context, [source.url])
  const synced = await mirror.sync()
  const content = join(mirror.home, 'mirrors', 'archive', 'content')
  const files = existsSync(content) ? readdirSync(content, { recursive: true, encoding: 'utf8' }) : []
  return { synced, mirror, files: files.filter((name) => name.includes('/')) }
}

function checkOnlyHonest({ synced, files }: Awaited<ReturnType<typeof syncBoth>>, code: string): void {
  assert.deepEqual([synced.held, synced.missing], [1, 1])
  assert.ok(
    synced.told.some((problem) => problem.code === code),
    JSON.stringify(synced.told),
  )
  assert.equal(files.length, 1, 'no file but that of the honest bundle')
}

describe('a bundle of a hostile publisher is not held, and keeps no other back, when it', { concurrency: 4 }, () => {
  const video = someBytes(4_000).subarray(1_000)

  it('has more bytes than its statement says, which the budget would not see', async (context) => {
    checkOnlyHonest(await syncBoth(context, aMadeBundle(video), { bytes: 1 }), 'BUNDLE_MALFORMED')
  })

  it('has another files.json than its statement names', async (context) => {
    const said = { filesSha256: '0'.repeat(64) }
    checkOnlyHonest(await syncBoth(context, aMadeBundle(video), said), 'BUNDLE_MALFORMED')
  })

  it('counts other files', async (context) => {
    checkOnlyHonest(await syncBoth(context, aMadeBundle(video), { fileCount: 3 }), 'BUNDLE_MALFORMED')
  })

  it('lies about the size of its video', async (context) => {
    const lie = aMadeBundle(video, { bytes: 2 ** 50 })
    const { synced } = await syncBoth(context, lie, { bytes: 2 ** 50 })
    assert.deepEqual([synced.held, synced.missing], [1, 1])
  })

  it('cuts its files in a way that could not be served out of them', async (context) => {
    // A node whose links do not say how much is below them is of no profile that this program writes.
    checkOnlyHonest(await syncBoth(context, aMadeBundle(someBytes(3_000_000))), 'PROFILE_UNKNOWN')
  })

  it('has a directory as its video', async (context) => {
    const inner = aMadeBundle(video)
    const made = aMadeBundle(video, { cid: inner.promised.root })
    for (const [cid, bytes] of inner.made.blocks) made.made.blocks.set(cid, bytes)
    checkOnlyHonest(await syncBoth(context, made), 'BUNDLE_MALFORMED')
  })

  it('says another SHA-256 of its video; the bytes stay a part that nobody is given', async (context) => {
    const { synced, files } = await syncBoth(context, aMadeBundle(video, { sha256: '1'.repeat(64) }))
    assert.deepEqual([synced.held, synced.missing], [1, 1])
    assert.ok(synced.told.some(({ code }) => code === 'BLOCK_WRONG'))
    assert.equal(files.filter((name) => !name.endsWith('.part')).length, 1)
  })
})
