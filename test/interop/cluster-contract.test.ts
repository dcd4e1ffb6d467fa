import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { Agent } from 'undici'
import { type Cluster, clusterEngine } from '../../src/replicate/cluster.ts'
import type { PinBlock, PinEngine } from '../../src/replicate/engine.ts'
import type { EngineWaits } from '../../src/replicate/engine-http.ts'
import { aMadeBundle, someBytes } from '../fakes/made-bundle.ts'
import { type EngineWorld, engineContract, requestFor } from '../unit/replicate/contract.ts'
import { aClusterPeer, CLUSTER_SECRET, type ClusterPeer, cluster } from './cluster.ts'
import { changeBlock, kubo } from './kubo.ts'

const MIB = 1_048_576
const { signal } = new AbortController()
const skip = kubo.skip === false ? cluster.skip : kubo.skip

function engineAt(
  context: TestContext,
  peer: ClusterPeer,
  waits: Partial<EngineWaits> = {},
  password = CLUSTER_SECRET,
  replication = 1,
): PinEngine {
  const dispatcher = new Agent()
  context.after(() => dispatcher.destroy())
  const settings: Cluster = {
    authorization: `Basic ${Buffer.from(`holdfast:${password}`).toString('base64')}`,
    ...{ name: 'cluster', url: new URL(peer.url), dispatcher, waits, replication, spread: false },
    gateways: [{ name: 'its gateway', peer: peer.name, url: new URL(peer.kubo.gateway), dispatcher }],
  }
  return clusterEngine(settings)
}

/** Waits until what was accepted is pinned, which takes its one peer a moment. */
function settled(engine: PinEngine): PinEngine {
  return {
    ...engine,
    async pin(request, options) {
      const state = await engine.pin(request, options)
      if (state === 'pinned') return state
      while ((await engine.status(request.root, options.signal)) !== 'pinned') await passed(50)
      return 'pinned'
    },
  }
}

async function aWorld(context: TestContext): Promise<EngineWorld> {
  const peer = await aClusterPeer(context)
  let sent = 0
  const engine = settled(engineAt(context, peer))
  return {
    engine: { ...engine, pin: (request, options) => engine.pin(counting(request), options) },
    ...{ secret: CLUSTER_SECRET, keepsDamaged: true, faults: { 'is not there': peer.kill } },
    change: async (_root, cid, to) => changeBlock(peer.kubo, cid, to),
    sent: () => sent,
    async [Symbol.asyncDispose]() {},
  }
  function counting(request: Parameters<PinEngine['pin']>[0]): typeof request {
    const blocks: typeof request.blocks = (stop) => {
      sent += 1
      return request.blocks(stop)
    }
    return { ...request, blocks }
  }
}

if (skip === false) engineContract('cluster, the real one', (_bundle, context) => aWorld(context), ['is not there'])

describe('a real cluster peer', { skip }, () => {
  const bundle = aMadeBundle(someBytes(40 * MIB + 5))
  const request = requestFor(bundle)

  it('that is killed in the middle of a CAR has pinned nothing, and the next run pins it', async (context) => {
    const first = await aClusterPeer(context)
    const killing = { ...request, blocks: (stop: AbortSignal) => killedAt(request.blocks(stop), 20, first.kill) }
    await assert.rejects(engineAt(context, first).pin(killing, { signal }), { code: 'ENGINE_UNREACHABLE' })
    const engine = engineAt(context, await first.restart())
    assert.equal(await engine.status(request.root, signal), 'absent')
    assert.equal(await settled(engine).pin(request, { signal }), 'pinned')
  })

  it('that has too few peers for what is asked says so, and pins nothing', async (context) => {
    const peer = await aClusterPeer(context)
    const engine = engineAt(context, peer, {}, CLUSTER_SECRET, 2)
    await assert.rejects(engine.pin(request, { signal }), { code: 'ENGINE_REFUSED', message: /not enough peers/ })
    assert.equal(await engine.status(request.root, signal), 'absent')
  })

  it('lets nobody in without the password, and its Pinning Service API is no REST API', async (context) => {
    const peer = await aClusterPeer(context)
    await assert.rejects(engineAt(context, peer, {}, 'wrong').prepare(signal), { code: 'ENGINE_AUTH_REFUSED' })
    const other = { ...peer, url: peer.pinningService }
    await assert.rejects(engineAt(context, other).prepare(signal), { name: 'ReplicateError' })
  })

  it('with a disk that is full is left after a while, has pinned nothing, and goes on answering', async (context) => {
    const disk = mkdtempSync(join(tmpdir(), 'holdfast-small-'))
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'holdfast-test', disk])
    if (mounted.status !== 0) return context.skip('this user may not mount a file system')
    const peer = await aClusterPeer(context, disk)
    // After Kubo is stopped.
    context.after(() => {
      spawnSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })
    // It answers nothing at all.
    const engine = engineAt(context, peer, { importMs: 3_000, answerMs: 30_000 })
    await assert.rejects(engine.pin(request, { signal }), { code: 'ENGINE_UNREACHABLE', hint: /have room/ })
    assert.equal(await engine.status(request.root, signal), 'absent')
  })

  it('whose IPFS node is gone says so before anything is sent', async (context) => {
    const peer = await aClusterPeer(context)
    await peer.kubo.kill()
    await assert.rejects(engineAt(context, peer).prepare(signal), { code: 'ENGINE_UNREACHABLE' })
  })
})

async function* killedAt(
  blocks: AsyncIterable<PinBlock>,
  after: number,
  kill: () => Promise<void>,
): AsyncGenerator<PinBlock> {
  let n = 0
  for await (const block of blocks) {
    if (n === after) await kill()
    n += 1
    yield block
  }
}
