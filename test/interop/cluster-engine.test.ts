import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { type Archive, doneOf, linesOfEvent, type Outcome, problemOf, withArchive } from '../cli/harness.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aCluster, CLUSTER_LOGIN, CLUSTER_SECRET, type ClusterPeer, cluster } from './cluster.ts'
import { kubo } from './kubo.ts'

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
  const answer = await fetch(`${node.url}/api/v0/pin/ls?type=recursive`, { method: 'POST' })
  const { Keys: keys }: { Keys: Record<string, unknown> } = JSON.parse(await answer.text())
  return roots.filter((root) => Object.hasOwn(keys, root))
}

describe('a real IPFS Cluster as an engine', { skip }, () => {
  it(
    'of three peers holds each bundle twice, heals when one dies, and forgets what is withdrawn',
    TOO_LONG,
    async (t) => {
      const [world, peers] = await Promise.all([aPublishedArchive(t), aCluster(t)])
      const [oslo, bergen, tromso] = peers
      await withCluster(world, peers)
      assert.equal((await world.run(['engine', 'check', 'cluster', '--json'])).exit, 0)
      const published = await publish(world)
      t.diagnostic(published.stdout)
      await publishUntilPinned(world)
      const roots = [...new Set(linesOfEvent(published, 'replicated').map(({ root }) => String(root)))]
      const held = await Promise.all(peers.map((peer) => heldAt(peer, roots)))
      assert.equal(held.flat().length, 4)
      assert.deepEqual(held[0], roots, 'the peer that was sent them keeps them')
      const good = await audit(world)
      assert.equal(good.exit, 0, good.stdout)
      t.diagnostic(good.stdout)

      const dead = (held[1] ?? []).length > 0 ? bergen : tromso
      await dead.kill()
      const below = await audit(world)
      t.diagnostic(below.stdout)
      assert.equal(below.exit, 3)
      problemOf(below, 'AUDIT_BELOW')

      // Until the others have noticed that it is gone, nobody takes its place.
      await publishUntilPinned(world)
      assert.equal((await audit(world)).exit, 0)
      assert.deepEqual(await heldAt(oslo, roots), roots)

      const ids = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => String(id))
      for (const id of ids) assert.equal((await world.run(['withdraw', id, '--json'])).exit, 0)
      while ((await heldAt(oslo, roots)).length > 0) await passed(100)
      assert.equal(`${published.stdout}${below.stdout}`.includes(CLUSTER_SECRET), false)
    },
  )
})
