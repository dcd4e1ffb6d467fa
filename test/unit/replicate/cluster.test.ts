import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Agent } from 'undici'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { type Cluster, clusterEngine } from '../../../src/replicate/cluster.ts'
import type { PinEngine } from '../../../src/replicate/engine.ts'
import { type ClusterFault, type FakeCluster, fakeCluster } from '../../fakes/ipfs-cluster.ts'
import { aMadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { type EngineWorld, engineContract, FAULTS, type Fault, requestFor } from './contract.ts'

const SECRET = 'a-hidden-jwt'
const { signal } = new AbortController()

const FAULT_OF: Readonly<Partial<Record<Fault, ClusterFault>>> = {
  'names another root': 'wrong-root',
  'refuses in its own words': 'refused',
  'cannot pin what it took': 'no-pin',
  'never answers': 'silent',
  'drops the connection in the middle of the CAR': 'dropped',
  'does not let us in': 'auth',
  'has too much to do': 'busy',
  'answers with a page of HTML': 'html',
  'answers without end': 'endless',
  'leads elsewhere': 'redirect',
  'has a full disk': 'full',
}

interface ClusterWorld extends EngineWorld {
  readonly cluster: FakeCluster
  /** Another engine at the same cluster. */
  at(settings: Partial<Cluster>): PinEngine
}

async function aWorld(): Promise<ClusterWorld> {
  const cluster = await fakeCluster(`Bearer ${SECRET}`)
  const dispatcher = new Agent()
  const waits = { answerMs: 700, importMs: 700 }
  const gateways = cluster.peers.map((peer) => ({
    ...{
      name: `peer ${peer.name} of cluster`,
      peer: peer.name,
      url: new URL(cluster.gatewayOf(peer)),
      dispatcher,
      waits,
    },
  }))
  const settings: Cluster = {
    ...{ name: 'cluster', url: new URL(cluster.url), authorization: `Bearer ${SECRET}`, dispatcher, waits },
    ...{ replication: 2, spread: false, gateways },
  }
  const at = (other: Partial<Cluster>): PinEngine => clusterEngine({ ...settings, ...other })
  const faults = Object.entries(FAULT_OF).map(([fault, kind]) => {
    const cause = (): void => {
      cluster.fault = kind
    }
    return [fault, cause]
  })
  return {
    ...{ cluster, at, engine: at({}), secret: SECRET, keepsDamaged: true },
    faults: { ...Object.fromEntries(faults), 'is not there': () => cluster[Symbol.asyncDispose]() },
    async change(root, cid, to) {
      const holder = cluster.peers.find(({ pins }) => pins.has(root)) ?? assert.fail('nobody holds it')
      if (to === 'nothing') holder.blocks.delete(cidText(cid))
      else holder.blocks.set(cidText(cid), Buffer.from('other bytes'))
    },
    sent: () => cluster.asked.filter((call) => call === 'POST /add').length,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      await cluster[Symbol.asyncDispose]()
    },
  }
}

engineContract('cluster', aWorld)

describe('the engine cluster', () => {
  const bundle = aMadeBundle(someBytes(9))
  const request = requestFor(bundle)
  const leaf = parseCid([...bundle.made.blocks.keys()][0] ?? '')

  it('asks for as many peers as are wanted, under the id of the bundle, and sends to one of them', async () => {
    await using world = await aWorld()
    assert.equal(await world.engine.pin(request, { signal }), 'pinned')
    const { name, min, allocations } = world.cluster.pins.get(request.root) ?? assert.fail('not pinned')
    assert.deepEqual([name, min, allocations.length], ['holdfast 7k3q2m9x4ht', 2, 2])
    const [query] = world.cluster.queries
    const parameters = ['local', 'replication-min', 'replication-max', 'stream-channels'].map((key) => query?.get(key))
    assert.deepEqual(parameters, ['true', '2', '2', 'false'])
  })

  it('sends to all holders at once where it is to spread, and leaves the number to the cluster where none is given', async () => {
    await using world = await aWorld()
    assert.equal(await world.at({ spread: true, replication: 0 }).pin(request, { signal }), 'pinned')
    const [query] = world.cluster.queries
    assert.deepEqual([query?.get('local'), query?.has('replication-min')], ['false', false])
    const [, second] = world.cluster.peers
    second.isAway = true
    assert.equal(await world.at({ replication: 0 }).status(request.root, signal), 'accepted', 'all are to hold it')
  })

  it('has accepted, and not pinned, what too few peers hold yet, and sends it no second time', async () => {
    await using world = await aWorld()
    const [, second] = world.cluster.peers
    for (const status of ['pinning', 'pin_queued']) {
      second.says = () => ({ status })
      assert.equal(await world.engine.pin(request, { signal }), 'accepted')
    }
    assert.equal(await world.engine.status(request.root, signal), 'accepted')
    second.pins.add(request.root)
    assert.equal(await world.engine.pin(request, { signal }), 'pinned')
    assert.equal(world.sent(), 1)
  })

  it('lets other peers take the place of one that is away or failed, from those that hold it', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    const [, second, third] = world.cluster.peers
    second.isAway = true
    assert.equal(await world.engine.status(request.root, signal), 'accepted')
    assert.equal(await world.engine.pin(request, { signal }), 'accepted')
    assert.equal(await world.engine.pin(request, { signal }), 'pinned')
    assert.ok(third.pins.has(request.root))
    assert.equal(world.sent(), 1)
  })

  it('raises the number of peers of what is there when more are wanted, and sends nothing', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    const more = world.at({ replication: 3 })
    assert.equal(await more.pin(request, { signal }), 'accepted')
    assert.equal(await more.pin(request, { signal }), 'pinned')
    assert.equal(world.sent(), 1)
  })

  it('says why when no peer could pin it, and that nobody can be asked when all are away', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    for (const peer of world.cluster.peers) {
      peer.pins.clear()
      peer.says = () => ({ status: 'pin_error', error: 'merkledag: not found' })
    }
    await assert.rejects(world.engine.status(request.root, signal), {
      code: 'ENGINE_REFUSED',
      message: 'no peer of cluster holds it; peer-1: merkledag: not found',
    })
    for (const peer of world.cluster.peers)
      peer.says = () => ({ status: 'pin_error', error: 'no space left on device' })
    await assert.rejects(world.engine.status(request.root, signal), { code: 'ENGINE_FULL' })
    for (const peer of world.cluster.peers) peer.isAway = true
    await assert.rejects(world.engine.status(request.root, signal), { code: 'ENGINE_UNREACHABLE' })
    await assert.rejects(world.engine.pin(request, { signal }), { code: 'ENGINE_UNREACHABLE' })
    assert.equal(world.sent(), 1, 'a cluster that is away has lost nothing')
  })

  it('sends again what all peers lost', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    for (const peer of world.cluster.peers) {
      peer.pins.clear()
      peer.blocks.clear()
    }
    assert.equal(await world.engine.pin(request, { signal }), 'pinned')
    assert.equal(world.sent(), 2)
  })

  it('reads each block from every peer that says it holds it, and tells which one is wrong', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    const [first, second, third] = world.cluster.peers
    assert.equal(third.pins.has(request.root), false)
    assert.ok(await world.engine.readBlock(request.root, leaf, signal))
    second.blocks.set(cidText(leaf), Buffer.from('other bytes'))
    await assert.rejects(world.engine.readBlock(request.root, leaf, signal), {
      code: 'ENGINE_BYTES_DIFFER',
      message: `peer ${second.name} of cluster gives other bytes for ${cidText(leaf)}`,
    })
    first.blocks.delete(cidText(leaf))
    assert.equal(await world.engine.readBlock(request.root, leaf, signal), undefined)
  })

  it('says that nothing can be read back where it knows no gateway of a holder', async () => {
    await using world = await aWorld()
    await world.engine.pin(request, { signal })
    const [, , third] = world.cluster.peers
    const blind = world.at({ gateways: [] })
    assert.equal(blind.isUnreadable, true)
    const elsewhere = {
      name: 'x',
      peer: third.id,
      url: new URL(world.cluster.gatewayOf(third)),
      dispatcher: new Agent(),
    }
    for (const engine of [blind, world.at({ gateways: [elsewhere] })])
      await assert.rejects(engine.readBlock(request.root, leaf, signal), { code: 'ENGINE_UNREADABLE' })
  })

  it('that an address which is none of a cluster is told so, and what is withdrawn there is not taken for gone', async () => {
    await using world = await aWorld()
    const wrong = world.at({ url: new URL(`${world.cluster.url}/gateway/peer-1`), authorization: '' })
    await assert.rejects(wrong.prepare(signal), { code: 'ENGINE_ANSWER_UNKNOWN' })
    await assert.rejects(wrong.remove(request.root, signal), { code: 'ENGINE_ANSWER_UNKNOWN' })
  })

  for (const [fault, kind] of Object.entries(FAULT_OF)) {
    it(`that ${fault} while it is sent a CAR is told as when it does so at once`, async () => {
      await using world = await aWorld()
      world.cluster.fault = kind
      world.cluster.faultAt = 'POST /add'
      const large = requestFor(aMadeBundle())
      await assert.rejects(world.engine.pin(large, { signal }), { code: FAULTS[fault as Fault] })
    })
  }
})
