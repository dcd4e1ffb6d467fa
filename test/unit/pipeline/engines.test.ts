import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { listedReplicas } from '../../../src/pipeline/engines/listed-replicas.ts'
import { heldBundles } from '../../../src/pipeline/held-bundles.ts'
import { embeddedEngine } from '../../../src/replicate/embedded.ts'
import type { PinEngine } from '../../../src/replicate/engine.ts'
import { published, scripted, statesAt } from './scripted-engine.ts'

describe('filling engines', () => {
  it('brings each what is published, once, and a new one what was published before it came', async (t) => {
    const world = await published(t, 3)
    const [first, second] = [scripted('first'), scripted('second')]
    assert.deepEqual(await world.fill([first]), { replicated: 3, unpinned: 0, replicasRemaining: 0 })
    assert.deepEqual(await world.fill([first, second]), { replicated: 3, unpinned: 0, replicasRemaining: 0 })
    assert.deepEqual([first.sent.length, second.sent.length], [3, 3])
    assert.deepEqual(statesAt(world, 'second'), ['pinned', 'pinned', 'pinned'])
    assert.deepEqual([...first.pins.keys()].toSorted(), [...second.pins.keys()].toSorted())
  })

  it('leaves it a copy that is read when an engine still has it in too few copies', async (t) => {
    const world = await published(t, 1)
    const engine = scripted('few')
    await world.fill([engine])
    const few: PinEngine = { ...engine, pin: async () => 'accepted', status: async () => 'accepted' }
    assert.equal((await world.audit([few]))[0]?.below, 1)
    assert.equal((await world.fill([few])).replicasRemaining, 1)
    const [again] = await world.audit([few])
    assert.deepEqual([again?.bundles, again?.below], [1, 1])
    assert.equal((await world.fill([engine])).replicasRemaining, 0)
    assert.deepEqual(
      world.ids.map((id) => listedReplicas(world.home, id)[0]?.code),
      [undefined],
    )
  })

  it('goes on at the others when one fails, and comes back to that one', async (t) => {
    const world = await published(t, 3)
    const [bad, good] = [scripted('bad'), scripted('good')]
    bad.failing = () => 'ENGINE_UNREACHABLE'
    assert.deepEqual(await world.fill([bad, good]), { replicated: 3, unpinned: 0, replicasRemaining: 3 })
    assert.deepEqual(world.problems(), ['ENGINE_UNREACHABLE'], 'an engine that is away is told once')
    bad.failing = undefined
    assert.equal((await world.fill([bad, good])).replicasRemaining, 0)
    assert.equal(good.sent.length, 3)
  })

  it('leaves an engine alone that fails as a whole in the middle, and goes past a bundle that it refuses', async (t) => {
    const world = await published(t, 4)
    const engine = scripted('one')
    engine.failing = (id) => (id === world.ids[0] ? 'ENGINE_REFUSED' : undefined)
    assert.deepEqual(await world.fill([engine]), { replicated: 3, unpinned: 0, replicasRemaining: 1 })
    const [replica] = listedReplicas(world.home, world.ids[0] ?? '')
    assert.deepEqual([replica?.state, replica?.code], ['asked', 'ENGINE_REFUSED'])
    const full = scripted('full')
    full.failing = (id) => (world.ids.includes(id) ? 'ENGINE_FULL' : undefined)
    await world.fill([full])
    assert.ok(world.problems().filter((code) => code === 'ENGINE_FULL').length <= 2, 'no other bundle is tried')
  })

  it('tries what never failed first, so that what always fails keeps nobody waiting', async (t) => {
    const world = await published(t, 24)
    const engine = scripted('one')
    const refused = new Set(world.ids.slice(0, 22))
    engine.failing = (id) => (refused.has(id) ? 'ENGINE_REFUSED' : undefined)
    await world.fill([engine])
    assert.ok(engine.sent.length < 2, 'it gives up after twenty')
    await world.fill([engine])
    assert.equal(engine.sent.length, 2)
  })

  it('tells of a file that is away, and sends the others', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    rmSync(join(world.archive), { recursive: true })
    assert.equal((await world.fill([engine])).replicasRemaining, 2)
    assert.ok(world.problems().includes('BLOCK_MISSING'))
    assert.equal(engine.pins.size, 0)
  })

  it('unpins what was withdrawn, also what a cut off run only meant to send, and does so until it works', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    await world.fill([engine])
    const [gone = ''] = world.ids
    await world.withdraw(gone)
    engine.failing = (what) => (what === 'remove' ? 'ENGINE_REFUSED' : undefined)
    assert.deepEqual(await world.fill([engine]), { replicated: 0, unpinned: 0, replicasRemaining: 1 })
    engine.failing = undefined
    assert.deepEqual(await world.fill([engine]), { replicated: 0, unpinned: 1, replicasRemaining: 0 })
    assert.deepEqual([engine.pins.size, listedReplicas(world.home, gone)], [1, []])
  })

  it('sends nothing that no head covers', async (t) => {
    const world = await published(t, 1)
    world.video({ id: 'notPublic01' })
    await world.add('public')
    const engine = scripted('one')
    assert.equal((await world.fill([engine])).replicated, 1)
  })
})

describe('an audit', () => {
  it('proves what is right, and says when and by how many blocks', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    await world.fill([engine])
    const places = await world.audit([embeddedEngine(heldBundles(world.home)), engine])
    assert.deepEqual(
      places.map(({ name, bundles, bad, missing, unreachable }) => ({ name, bundles, bad, missing, unreachable })),
      ['embedded', 'one'].map((name) => ({ name, bundles: 2, bad: 0, missing: 0, unreachable: false })),
    )
    for (const id of world.ids) {
      for (const { state, provenAt = '', provenBlocks = 0 } of listedReplicas(world.home, id)) {
        assert.equal(state, 'pinned')
        assert.match(provenAt, /^\d{4}-.*Z$/)
        assert.ok(provenBlocks > 3)
      }
    }
    const [sampled] = await world.audit([engine], { sample: 1, limit: 1 })
    assert.deepEqual([sampled?.bundles, sampled?.checked], [1, 1])
  })

  it('finds one wrong byte and one block that is gone, and the next filling mends both', async (t) => {
    const world = await published(t, 3)
    const engine = scripted('one')
    await world.fill([engine])
    const [wrong, lost] = engine.pins.values()
    const [cid = '', bytes = new Uint8Array()] = wrong?.entries().next().value ?? []
    wrong?.set(cid, Buffer.concat([bytes.subarray(1), Buffer.of((bytes[0] ?? 0) ^ 1)]))
    lost?.delete(lost.keys().next().value ?? '')
    const [place] = await world.audit([engine])
    assert.deepEqual([place?.bad, place?.missing, place?.bundles], [1, 1, 3])
    assert.deepEqual(world.problems().toSorted(), ['AUDIT_BLOCK_MISSING', 'AUDIT_BYTES_WRONG'])
    assert.equal(statesAt(world, 'one').filter((state) => state === 'broken').length, 2)
    assert.deepEqual(await world.fill([engine]), { replicated: 2, unpinned: 0, replicasRemaining: 0 })
    assert.deepEqual((await world.audit([engine]))[0]?.bad, 0)
    assert.deepEqual(statesAt(world, 'one'), ['pinned', 'pinned', 'pinned'])
  })

  it('takes back that something is broken only when it has read all of it', async (t) => {
    const world = await published(t, 1)
    const engine = scripted('one')
    await world.fill([engine])
    const [blocks] = engine.pins.values()
    const [[cid = '', bytes = new Uint8Array()] = []] = blocks ?? []
    blocks?.delete(cid)
    await world.audit([engine])
    blocks?.set(cid, bytes)
    await world.audit([engine], { sample: 1 })
    assert.deepEqual(statesAt(world, 'one'), ['broken'])
    await world.audit([engine])
    assert.deepEqual(statesAt(world, 'one'), ['pinned'])
  })

  it('of a place that is away says so, and proves the others', async (t) => {
    const world = await published(t, 2)
    const [away, there] = [scripted('away'), scripted('there')]
    await world.fill([away, there])
    away.failing = () => 'ENGINE_UNREACHABLE'
    const places = await world.audit([away, there])
    assert.deepEqual(
      places.map(({ unreachable, checked }) => [unreachable, checked > 0]),
      [
        [true, false],
        [false, true],
      ],
    )
    assert.deepEqual(statesAt(world, 'away'), ['pinned', 'pinned'], 'away is not broken')
  })

  it('reads what was not proven since, and never the same bundle twice in a run', async (t) => {
    const world = await published(t, 5)
    const engine = scripted('one')
    await world.fill([engine])
    const [part] = await world.audit([engine], { limit: 2 })
    assert.equal(part?.bundles, 2)
    const [rest] = await world.audit([engine], { since: '2020-01-01T00:00:00Z' })
    assert.equal(rest?.bundles, 3, 'those that never were')
    assert.equal((await world.audit([engine], { since: '2020-01-01T00:00:00Z' }))[0]?.bundles, 0)
    assert.equal((await world.audit([engine]))[0]?.bundles, 5)
    const [here] = await world.audit([embeddedEngine(heldBundles(world.home))])
    assert.equal(here?.bundles, 5)
    assert.equal((await world.audit([embeddedEngine(heldBundles(world.home))], { sample: 1 }))[0]?.bundles, 5)
  })

  it('begins with what was never read, then with what was not for longest, also after the clock was set back', async (t) => {
    const world = await published(t, 3)
    const engine = scripted('one')
    await world.fill([engine])
    await world.audit([engine])
    const put = world.home.db.prepare('UPDATE replica SET read_at = ? WHERE id = ?')
    const [first = '', second = '', third = ''] = world.ids
    put.run('2099-01-01T00:00:00Z', first)
    put.run('2019-01-01T00:00:00Z', second)
    put.run('', third)
    const order = [...world.home.replicas.toRead('one', { everything: false })].map(({ id }) => id)
    assert.deepEqual(order, [third, second, first])
    assert.equal((await world.audit([engine]))[0]?.bundles, 3)
  })

  it('reads whole files as somebody would who has the root alone, and finds a leaf, a node or a file that is wrong', async (t) => {
    const world = await published(t, 2)
    const engine = scripted('one')
    await world.fill([engine])
    const whole = { sample: undefined, wholeFiles: true }
    const [good] = await world.audit([engine], whole)
    const [all] = await world.audit([engine])
    assert.deepEqual([good?.checked, good?.bad, good?.missing], [all?.checked, 0, 0])
    const [[root = '', blocks] = []] = engine.pins
    blocks?.delete(root)
    const [rootless] = await world.audit([engine], whole)
    assert.deepEqual([rootless?.missing, rootless?.bundles], [1, 2])
    await world.fill([engine])
    world.home.db.exec(`UPDATE content SET sha256 = zeroblob(32) WHERE id = (SELECT min(content) FROM version_file)`)
    const [other] = await world.audit([engine], whole)
    assert.ok((other?.bad ?? 0) > 0, 'the blocks are right and the file is not the one that was published')
  })

  it('never calls a place good from which nothing can be read back', async (t) => {
    const world = await published(t, 1)
    const engine = { ...scripted('cluster'), isUnreadable: true }
    await world.fill([engine])
    const [place] = await world.audit([engine])
    assert.deepEqual([place?.unreachable, place?.checked], [true, 0])
    assert.deepEqual(world.problems(), ['AUDIT_IMPOSSIBLE'])
    assert.equal(listedReplicas(world.home, world.ids[0] ?? '')[0]?.provenAt, undefined)
  })

  it('forgets what was proven of a copy that broke, so that the next one has to be proven anew', async (t) => {
    const world = await published(t, 1)
    const engine = scripted('one')
    await world.fill([engine])
    await world.audit([engine])
    for (const blocks of engine.pins.values()) blocks.clear()
    await world.audit([engine])
    await world.fill([engine])
    const [replica] = listedReplicas(world.home, world.ids[0] ?? '')
    assert.deepEqual([replica?.state, replica?.provenAt], ['pinned', undefined])
  })

  it("of somebody else's place counts what is there, and what is not and never was as no fault", async (t) => {
    const world = await published(t, 3)
    const source = scripted('source')
    await world.fill([source])
    const mirror = { ...scripted('mirror'), isReadOnly: true }
    const [one = '', two = ''] = source.pins.keys()
    for (const root of [one, two]) mirror.pins.set(root, source.pins.get(root) ?? new Map())
    assert.deepEqual(await world.fill([mirror]), { replicated: 0, unpinned: 0, replicasRemaining: 0 })
    const [first] = await world.audit([mirror])
    assert.deepEqual([first?.bundles, first?.absent, first?.missing], [2, 1, 0])
    mirror.pins.delete(one)
    const [second] = await world.audit([mirror])
    assert.ok((second?.missing ?? 0) > 0, 'it had it, and has it no more')
    const states = statesAt(world, 'mirror').toSorted()
    assert.deepEqual(states, ['asked', 'pinned', undefined], 'what was never there is not listed')
    const [third] = await world.audit([mirror])
    assert.deepEqual([third?.absent, third?.missing], [2, 0], 'that it was dropped is told once')
    await world.withdraw(world.ids[0] ?? '')
    assert.equal((await world.fill([mirror])).replicasRemaining, 0, 'nothing is asked of it')
  })
})
