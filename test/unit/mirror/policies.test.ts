import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openManifest } from '../../../src/read/open-manifest.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aBundle, aPolicy, LOG, ORIGIN, testSigner } from '../../fakes/manifest-log.ts'
import { policyOf, WrittenManifest } from '../../fakes/written-manifest.ts'
import { aMirror, aSource, faultsOf } from './following.ts'

const LOG_ALONE = { include: ['max=0'] }
/** The key that takes the place of one that was lost or stolen. */
const NEW = testSigner('log after the raid', ORIGIN)
const ROTATION = { policy: [`log ${NEW.key.text}`, 'quorum none'], logKeys: [NEW.key.text] }

/** A log whose approvers replace its key after its first head. */
function replaced(): { readonly log: WrittenManifest; readonly before: ReadonlyMap<string, Uint8Array> } {
  const log = new WrittenManifest().add(aBundle(1)).head()
  const before = log.copy()
  const policy = aPolicy({ ...ROTATION, after: { size: log.size, root: log.root() } })
  log
    .add(policy)
    .policyFile(1, policy)
    .head({ signers: [NEW] })
  return { log, before }
}

describe('a log whose key is replaced by its approvers', () => {
  it('is followed on under the new key by a mirror that was given the old one, and by mirrors of that mirror', async (context) => {
    const { log, before } = replaced()
    const source = await aSource(context, before)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    await mirror.sync()
    source.files = log.copy()
    const after = await mirror.sync()
    assert.deepEqual([after.size, after.faults], [log.size, []])
    const directory = join(mirror.home, 'mirrors', 'archive', 'manifest')
    assert.deepEqual(readFileSync(join(directory, 'policies/1')), Buffer.from(log.files.get('policies/1') ?? []))
    const options = { primitives: nodePrimitives, signal: AbortSignal.timeout(10_000) }
    assert.equal((await openManifest(directory, policyOf(LOG), options)).log.head.size, log.size)
    const next = await aMirror(context, [directory], LOG_ALONE)
    assert.equal((await next.sync()).size, log.size)
  })

  it('is not led astray by the old key, whatever policies a source hides', async (context) => {
    const { log } = replaced()
    const source = await aSource(context, log.copy())
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const { size } = await mirror.sync()
    // What a thief of the old key would write on: everything that is true so far, and one statement more.
    log.add(aBundle(66)).head({ signers: [LOG] })
    for (const hides of [false, true]) {
      const files = log.copy()
      if (hides) files.delete('policies/1')
      source.files = files
      const after = await mirror.sync()
      assert.equal(after.size, size, `hides: ${hides}`)
      assert.equal(after.faults.length, 1, JSON.stringify(after.told))
      assert.ok(faultsOf(after).some(([name]) => name === source.url))
    }
  })

  it('goes on when the honest publisher comes back', async (context) => {
    const { log } = replaced()
    const source = await aSource(context, log.copy())
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    await mirror.sync()
    const stolen = new WrittenManifest().add(aBundle(1)).head()
    const policy = aPolicy({ ...ROTATION, after: { size: stolen.size, root: stolen.root() } })
    source.files = stolen.add(policy, aBundle(66)).head({ signers: [LOG] }).files
    assert.equal((await mirror.sync()).faults.length, 1)
    source.files = log.add(aBundle(2)).head({ signers: [NEW] }).files
    const after = await mirror.sync()
    assert.deepEqual([after.size, after.faults], [log.size, []])
  })

  it('is told from what a thief of the old key shows beside it, also at the first sync', async (context) => {
    const { log } = replaced()
    const stolen = new WrittenManifest().add(aBundle(1), aBundle(66), aBundle(67), aBundle(68)).head({ signers: [LOG] })
    const [honest, thief] = [await aSource(context, log.copy()), await aSource(context, stolen.files)]
    const mirror = await aMirror(context, [thief.url, honest.url], LOG_ALONE)
    const first = await mirror.sync()
    assert.deepEqual([first.size, first.faults], [log.size, []])
    assert.deepEqual(faultsOf(first), [[thief.url, 'MANIFEST_INCONSISTENT']])
  })
})
