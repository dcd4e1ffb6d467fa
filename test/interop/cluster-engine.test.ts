import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { parseCid } from '../../src/model/content-id.ts'
import { type Archive, doneOf, linesOfEvent, type Outcome, problemOf, withArchive } from '../cli/harness.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aCluster, askKubo, CLUSTER_LOGIN, CLUSTER_SECRET, type ClusterPeer, cluster } from './cluster.ts'
import { changeBlock, kubo } from './kubo.ts'

const MIB = 1_048_576
const skip = kubo.skip === false ? cluster.skip : kubo.skip
/** Above what a cluster on this computer takes; a fault must fail its test. */
const TOO_LONG = { timeout: 80_000 }

/** An archive of two videos, published before it has any engine. */
async function aPublishedArchive(context: TestContext): Promise<Archive> {
  const world = await withArchive(context)
  aVideo(world.archive, { id: 'largeVideo1', media: { mp4: randomBytes(3 * MIB + 17) } })
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
  return world
}

async function withCluster(world: Archive, [first, ...others]: readonly ClusterPeer[]): Promise<void> {
  assert.ok(first !== undefined)
  const file = join(world.path, 'login')
  writeFileSync(file, `${CLUSTER_LOGIN}\n`)
  const gateways = [first, ...others].map(({ name, kubo: { gateway } }) => `${name}=${gateway}`)
  const add = ['engine', 'add', 'cluster', '--url', first.url, '--replication', '2', '--token-file', file, '--json']
  assert.equal((await world.run([...add, '--gateway', ...gateways])).exit, 0)
}

const publish = (world: Archive): Promise<Outcome> => world.run(['publish', '--json'])
const audit = (world: Archive): Promise<Outcome> => world.run(['audit', '--all', '--place', 'cluster', '--json'])

/** Runs `publish` until all is where it is to be, as cron would. */
async function publishUntilPinned(world: Archive): Promise<void> {
  while (doneOf(await publish(world))['replicasRemaining'] !== 0) await passed(500)
}

/** Which of these its Kubo pins. */
async function heldAt({ kubo: node }: ClusterPeer, roots: readonly string[]): Promise<readonly string[]> {
  const { Keys: keys = {} } = (await askKubo(node, 'pin/ls?type=recursive'))[0] ?? {}
  return roots.filter((root) => Object.hasOwn(Object(keys), root))
}

/** The bundle of the large video, and one leaf of that. */
async function largeVideo(world: Archive, { kubo: node }: ClusterPeer): Promise<{ root: string; leaf: string }> {
  const [match] = linesOfEvent(await world.run(['lookup', 'youtube:video:largeVideo1', '--json']), 'match')
  const files = match?.['files'] as readonly { readonly path: string; readonly cid: string }[]
  const { cid = '' } = files.find(({ path }) => path === 'video.mp4') ?? {}
  const [, leaf] = await askKubo(node, `refs?arg=${cid}`)
  return { root: String(match?.['root']), leaf: String(leaf?.['Ref']) }
}

describe('a real IPFS Cluster of three', { skip }, () => {
  it('holds each bundle twice, heals when a peer dies, and forgets what is withdrawn', TOO_LONG, async (t) => {
    const [world, peers] = await Promise.all([aPublishedArchive(t), aCluster(t)])
    const [oslo, bergen, tromso] = peers
    await withCluster(world, peers)
    assert.equal((await world.run(['engine', 'check', 'cluster', '--json'])).exit, 0)
    const published = await publish(world)
    await publishUntilPinned(world)
    const roots = [...new Set(linesOfEvent(published, 'replicated').map(({ root }) => String(root)))]
    const held = await Promise.all(peers.map((peer) => heldAt(peer, roots)))
    assert.equal(held.flat().length, 4)
    assert.deepEqual(held[0], roots, 'the peer that was sent them keeps them')
    const good = await audit(world)
    assert.deepEqual([good.exit, linesOfEvent(good, 'place')[0]?.['bundles']], [0, 2], good.stdout)

    const dead = (held[1] ?? []).length > 0 ? bergen : tromso
    await dead.kill()
    const below = await audit(world)
    assert.deepEqual([below.exit, doneOf(below)['bad']], [3, 0])
    // One of the two, or both: the cluster chooses.
    const few = linesOfEvent(below, 'problem').filter(({ code }) => code === 'AUDIT_BELOW')
    assert.ok(few.length > 0)
    assert.equal(doneOf(below)['below'], few.length)
    assert.equal((await audit(world)).exit, 3, 'told for as long as it is so')

    // Until the others have noticed that it is gone, nobody takes its place.
    await publishUntilPinned(world)
    assert.equal((await audit(world)).exit, 0)
    assert.deepEqual(await heldAt(oslo, roots), roots)

    const ids = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => String(id))
    for (const id of ids) assert.equal((await world.run(['withdraw', id, '--json'])).exit, 0)
    while ((await heldAt(oslo, roots)).length > 0) await passed(100)
    assert.equal(`${published.stdout}${below.stdout}`.includes(CLUSTER_SECRET), false)
  })

  it(
    'is found out when a peer damages a block, and is good once that block is taken away there',
    TOO_LONG,
    async (t) => {
      const [world, peers] = await Promise.all([aPublishedArchive(t), aCluster(t)])
      const [oslo] = peers
      await withCluster(world, peers)
      await publishUntilPinned(world)
      const { root, leaf } = await largeVideo(world, oslo)
      changeBlock(oslo.kubo, parseCid(leaf), 'other bytes')
      const bad = await audit(world)
      assert.equal(bad.exit, 4)
      t.diagnostic(bad.stdout)
      problemOf(bad, 'AUDIT_BYTES_WRONG')
      const refused = await publish(world)
      assert.equal(refused.exit, 3)
      const { message, hint } = problemOf(refused, 'ENGINE_REFUSED')
      t.diagnostic(`${message} ${hint}`)
      assert.ok(String(hint).includes(`ipfs block rm ${leaf}`))
      await askKubo(oslo.kubo, `pin/rm?arg=${root}`)
      await askKubo(oslo.kubo, `block/rm?arg=${leaf}`)
      await publishUntilPinned(world)
      const after = await audit(world)
      assert.equal(after.exit, 0, after.stdout)
    },
  )
})
