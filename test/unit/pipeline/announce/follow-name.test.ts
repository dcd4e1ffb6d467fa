import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { CID } from 'multiformats/cid'
import { makeRecord, type NameRecord } from '../../../../src/announce/record.ts'
import { VALID_MS } from '../../../../src/announce/sequence.ts'
import { parsePolicy } from '../../../../src/manifest/policy.ts'
import { cidText } from '../../../../src/model/content-id.ts'
import { ipnsNameText } from '../../../../src/model/ipns-name.ts'
import { ownRecord } from '../../../../src/pipeline/announce/own-record.ts'
import { servedName } from '../../../../src/pipeline/announce/served-name.ts'
import { servedContent } from '../../../../src/pipeline/served-content.ts'
import { openKey, type SigningKey } from '../../../../src/store/keys.ts'
import { nodePrimitives } from '../../../../src/store/node-primitives.ts'
import { exportedRoot, importedRoot } from '../../../fakes/exported-root.ts'
import { aNameSigner } from '../../../fakes/name-signer.ts'
import { aMirror, aSource, type FakeSource, faultsOf, honest, type Mirror } from '../../mirror/following.ts'
import { anInstallation, type Installation } from '../installation.ts'

const { signal } = new AbortController()
const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'

interface World {
  readonly it: Installation
  readonly key: SigningKey
  readonly source: FakeSource
  readonly mirror: Mirror
  /** Everything below the own root, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly own: NameRecord
  /** What the source offers as the record of the name. */
  offer(record: Uint8Array): void
  /** A record of the name; its root is made of these files, whose blocks the source has. */
  forged(files: ReadonlyMap<string, Uint8Array>, change?: { sequence?: bigint; leftMs?: number }): Promise<NameRecord>
}

/** A publisher with two bundles, a source that says whatever it is told, and a mirror that follows it. */
async function aWorld(context: TestContext, settings: Parameters<typeof aMirror>[2] = {}): Promise<World> {
  const it = await anInstallation(context)
  for (const id of ['testimony01', 'testimony02']) it.video({ id })
  await it.add()
  await it.publish()
  const { key } = await openKey(it.home.paths.ipnsKey, async () => '')
  const own = ownRecord(it.home)
  assert.ok(own !== undefined)
  const source = await aSource(context, manifestOf(it))
  const content = servedContent(it.home)
  const put = (cid: CID, block: Uint8Array): void => void source.blocks.set(cidText(cid), block)
  const files = await exportedRoot(own.root, async (cid) => {
    const block = await content.readBlock(cid, { signal })
    put(cid, block)
    return block
  })
  const offer = (record: Uint8Array): void => {
    source.answer = (answer, bytes, path, range) => {
      if (!path.startsWith('/routing/')) return honest(answer, bytes, path, range)
      const isOurs = path === `/routing/v1/ipns/${ipnsNameText(key.publicKey)}`
      if (isOurs) answer.writeHead(200, { 'content-type': RECORD_TYPE }).end(record)
      else answer.writeHead(404).end()
    }
  }
  offer(own.bytes)
  const policy = parsePolicy(readFileSync(it.home.paths.policy, 'utf8'), nodePrimitives.sha256)
  const mirror = await aMirror(context, [source.url], { policy, ...settings })
  const forged: World['forged'] = async (tree, { sequence = own.sequence + 1n, leftMs = VALID_MS } = {}) => {
    const root = await importedRoot(tree, put)
    assert.ok(root !== undefined)
    return makeRecord(key, { root, sequence, validUntilMs: Date.now() + leftMs, ttlSeconds: 300 })
  }
  return { it, key, source, mirror, files, own, offer, forged }
}

function manifestOf({ home }: Installation): Map<string, Uint8Array> {
  const directory = home.paths.manifest
  const paths = readdirSync(directory, { recursive: true }).map((path) => join(directory, String(path)))
  const files = paths.filter((path) => statSync(path).isFile())
  return new Map(files.map((path) => [relative(directory, path), readFileSync(path)]))
}

/** Root of the record that the mirror gives on. */
function servedAt({ mirror, key }: World): Promise<string | undefined> {
  return mirror.look(({ home }) => {
    const record = servedName(home)(key.publicKey)
    return record && cidText(record.root)
  })
}

async function wholeAt({ mirror }: World, root: CID): Promise<ReadonlyMap<string, Uint8Array>> {
  return mirror.look(({ home }) => {
    const content = servedContent(home)
    return exportedRoot(root, async (cid) => {
      assert.equal(content.standing(cid), 'served', cidText(cid))
      return content.readBlock(cid, { signal })
    })
  })
}

const other = new TextEncoder().encode('other bytes\n')
type Lie = (files: ReadonlyMap<string, Uint8Array>) => ReadonlyMap<string, Uint8Array>
const path = (files: ReadonlyMap<string, Uint8Array>, pattern: RegExp): string =>
  [...files.keys()].find((name) => pattern.test(name)) ?? assert.fail(`${pattern}`)
const withOther =
  (pattern: RegExp): Lie =>
  (files) =>
    new Map([...files, [path(files, pattern), other]])
const moved =
  (from: RegExp, to: (name: string) => string): Lie =>
  (files) =>
    new Map([...files].map(([name, bytes]) => [from.test(name) ? to(name) : name, bytes]))
const LIES: Readonly<Record<string, Lie>> = {
  'holds no manifest': (files) => new Map([...files].filter(([name]) => name.startsWith('bundles/'))),
  'has another tile': withOther(/^manifest\/tile\/0\//),
  'has other entries': withOther(/^manifest\/tile\/entries\//),
  'has another shard': withOther(/^manifest\/index\/shard\//),
  'has another receipt': withOther(/\/receipt$/),
  'has another old head': withOther(/^manifest\/checkpoints\/\d/),
  'has a name of its own': (files) => new Map([...files, ['evil.html', other]]),
  'has a name of its own in the manifest': (files) => new Map([...files, ['manifest/pending/checkpoint', other]]),
  'has a name of its own among the bundles': (files) => new Map([...files, ['bundles/zz/readme', other]]),
  'has another bundle under an id': withOther(/^bundles\/.*files\.json$/),
  'has a bundle under another id': moved(/^bundles\//, (name) =>
    name.replace(/^bundles\/..\/.{11}/, 'bundles/22/22222222226'),
  ),
  'has a file where a directory is': (files) =>
    new Map([...[...files].filter(([name]) => !name.startsWith('bundles/')), ['bundles', other]]),
}

describe('a mirror that follows a name', () => {
  it('takes the record, and makes all directories of what it holds instead of fetching them', async (context) => {
    const world = await aWorld(context)
    assert.deepEqual(faultsOf(await world.mirror.sync()), [])
    const fetched = world.source.asked.filter((asked) => asked.includes(`${world.own.root}`))
    assert.equal(fetched.length, 1, 'the root leads to the head in it')
    const directories = [await directoryAt(world, 'bundles')]
    assert.deepEqual(
      world.source.asked.filter((asked) => directories.some((cid) => asked.includes(`${cid}`))),
      [],
    )
    assert.equal(await servedAt(world), cidText(world.own.root))
    assert.deepEqual([...(await wholeAt(world, world.own.root)).keys()], [...world.files.keys()])
    const before = world.source.asked.length
    assert.deepEqual(faultsOf(await world.mirror.sync()), [])
    const again = world.source.asked.slice(before).filter((asked) => asked.startsWith('/ipfs/'))
    assert.deepEqual(again, [], 'and what is here is not asked for again')
  })

  for (const [what, lie] of Object.entries(LIES)) {
    it(`goes on with what it had when the root ${what}`, async (context) => {
      const world = await aWorld(context)
      await world.mirror.sync()
      world.offer((await world.forged(lie(world.files))).bytes)
      assert.deepEqual(faultsOf(await world.mirror.sync()), [[world.source.url, 'ROOT_UNTRUE']])
      const before = world.source.asked.length
      assert.deepEqual(faultsOf(await world.mirror.sync()), [])
      const again = world.source.asked.slice(before).filter((asked) => asked.startsWith('/ipfs/'))
      assert.deepEqual(again, [], 'it is not looked into again for a day')
      const tomorrow = new Date(Date.now() + 25 * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
      assert.deepEqual(faultsOf(await world.mirror.sync(tomorrow)), [[world.source.url, 'ROOT_UNTRUE']])
      assert.equal(await servedAt(world), cidText(world.own.root))
      await wholeAt(world, world.own.root)
    })
  }

  it('takes no record that is broken, over, ahead of all reason, or by another key', async (context) => {
    const world = await aWorld(context)
    await world.mirror.sync()
    const ahead = await world.forged(world.files, { sequence: 2n ** 62n })
    const over = await world.forged(world.files, { leftMs: -2_000 })
    const foreign = makeRecord(aNameSigner('thief'), { ...world.own, sequence: world.own.sequence + 1n })
    const offers: readonly (readonly [Uint8Array, string])[] = [
      [other, 'RECORD_MALFORMED'],
      [over.bytes, 'RECORD_EXPIRED'],
      [ahead.bytes, 'RECORD_AHEAD'],
      [foreign.bytes, 'RECORD_SIGNATURE_INVALID'],
    ]
    for (const [record, code] of offers) {
      world.offer(record)
      assert.deepEqual(faultsOf(await world.mirror.sync()), [[world.source.url, code]])
      assert.equal(await servedAt(world), cidText(world.own.root))
    }
    world.offer(new Uint8Array(20_000))
    assert.deepEqual(faultsOf(await world.mirror.sync()), [], 'an answer that is too long is no record at all')
  })

  it('takes the better of two records, and does not go back', async (context) => {
    const world = await aWorld(context)
    const newer = await world.forged(world.files)
    world.offer(newer.bytes)
    await world.mirror.sync()
    world.offer(world.own.bytes)
    await world.mirror.sync()
    const bytes = await world.mirror.look(({ home }) => servedName(home)(world.key.publicKey)?.bytes)
    assert.deepEqual(bytes && Buffer.from(bytes), Buffer.from(newer.bytes))
  })

  it('leaves a record whose head is older, and one whose head it has not seen', async (context) => {
    const world = await aWorld(context)
    world.it.video({ id: 'testimony03' })
    await world.it.add()
    await world.it.publish()
    const newer = ownRecord(world.it.home)
    assert.ok(newer !== undefined)
    const content = servedContent(world.it.home)
    await exportedRoot(newer.root, async (cid) => {
      const block = await content.readBlock(cid, { signal })
      world.source.blocks.set(cidText(cid), block)
      return block
    })
    world.offer(newer.bytes)
    assert.deepEqual(faultsOf(await world.mirror.sync()), [], 'its source shows the older head')
    assert.equal(await servedAt(world), undefined)
    world.source.files = manifestOf(world.it)
    world.offer(world.own.bytes)
    assert.deepEqual(faultsOf(await world.mirror.sync()), [])
    assert.equal(await servedAt(world), undefined)
    world.offer(newer.bytes)
    await world.mirror.sync()
    assert.equal(await servedAt(world), cidText(newer.root))
    await wholeAt(world, newer.root)
  })

  it('serves what it could fetch of a root, and gets the rest when a source has it', async (context) => {
    const world = await aWorld(context, { include: ['key=youtube:video:none'] })
    const bundles = await directoryAt(world, 'bundles')
    const block = world.source.blocks.get(cidText(bundles))
    assert.ok(block !== undefined)
    world.source.blocks.delete(cidText(bundles))
    assert.deepEqual(faultsOf(await world.mirror.sync()), [])
    assert.equal(await servedAt(world), cidText(world.own.root))
    const standing = (cid: CID) => world.mirror.look(({ home }) => servedContent(home).standing(cid))
    assert.deepEqual([await standing(world.own.root), await standing(bundles)], ['served', 'unknown'])
    world.source.blocks.set(cidText(bundles), block)
    await world.mirror.sync()
    assert.deepEqual([await standing(world.own.root), await standing(bundles)], ['served', 'served'])
  })
})

async function directoryAt({ it, own }: World, name: string): Promise<CID> {
  const { decode } = await import('@ipld/dag-pb')
  const node = decode(await servedContent(it.home).readBlock(own.root, { signal }))
  return node.Links.find((link) => link.Name === name)?.Hash ?? assert.fail(name)
}
