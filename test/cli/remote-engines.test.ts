import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type FakeCluster, fakeCluster } from '../fakes/ipfs-cluster.ts'
import { type FakeService, fakePinningService } from '../fakes/pinning-service.ts'
import { type Archive, codesOf, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

const SECRET = 'hidden-from-all-k51q'
const ORIGIN = '/ip4/192.0.2.1/tcp/8481/p2p/12D3KooWOurs'

async function aPublishedArchive(context: TestContext): Promise<Archive> {
  const world = await withArchive(context)
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
  return world
}

async function withEngine(world: Archive, kind: string, ...args: readonly string[]): Promise<void> {
  const file = join(world.path, 'token')
  writeFileSync(file, `${SECRET}\n`)
  const added = await world.run(['engine', 'add', kind, '--token-file', file, ...args, '--json'])
  assert.equal(added.exit, 0, added.stderr)
}

const addsAt = ({ asked }: FakeCluster): number => asked.filter((call) => call === 'POST /add').length
const postsAt = ({ asked }: FakeService): number => asked.filter((call) => call === 'POST /pins').length

function everythingIn(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n')
}

describe('a cluster as an engine', () => {
  it('is sent a bundle once, whatever it takes until enough peers hold it, and is read back peer by peer', async (t) => {
    const world = await aPublishedArchive(t)
    await using cluster = await fakeCluster(`Bearer ${SECRET}`)
    const gateways = cluster.peers.map((peer) => `${peer.name}=${cluster.gatewayOf(peer)}`)
    await withEngine(world, 'cluster', '--url', cluster.url, '--replication', '2', '--gateway', ...gateways)
    const [, second, third] = cluster.peers
    for (const peer of [second, third]) peer.says = () => ({ status: 'pin_queued' })
    for (let run = 0; run < 2; run += 1) {
      const waiting = await world.run(['publish', '--json'])
      assert.deepEqual([waiting.exit, doneOf(waiting)['replicasRemaining']], [3, 1])
      assert.equal(linesOfEvent(waiting, 'replicated').at(-1)?.['state'], 'accepted')
    }
    const [root = ''] = cluster.pins.keys()
    for (const [cid, bytes] of cluster.peers[0].blocks) second.blocks.set(cid, bytes)
    second.pins.add(root)
    assert.equal((await world.run(['publish', '--json'])).exit, 0)
    assert.equal(addsAt(cluster), 1)
    const audited = await world.run(['audit', '--all', '--place', 'cluster', '--json'])
    assert.equal(audited.exit, 0, audited.stdout)

    second.isAway = true
    const below = await world.run(['audit', '--place', 'cluster', '--json'])
    assert.deepEqual([below.exit, codesOf(below), doneOf(below)['below']], [3, ['AUDIT_BELOW'], 1])
    second.isAway = false
    const [leaf = ''] = [...second.blocks.keys()]
    second.blocks.set(leaf, Buffer.from('other bytes'))
    const bad = await world.run(['audit', '--all', '--place', 'cluster', '--json'])
    assert.equal(bad.exit, 4)
    assert.match(String(problemOf(bad, 'AUDIT_BYTES_WRONG')['message']), /the gateway of peer-2 of cluster/)
    assert.equal(`${audited.stdout}${bad.stdout}${everythingIn(join(world.home, 'manifest'))}`.includes(SECRET), false)
    assert.equal(readFileSync(join(world.home, 'engines.toml'), 'utf8').includes(SECRET), false)
  })

  it('without a gateway is never good, and is still asked what it keeps', async (t) => {
    const world = await aPublishedArchive(t)
    await using cluster = await fakeCluster(`Bearer ${SECRET}`)
    await withEngine(world, 'cluster', '--url', cluster.url)
    assert.equal((await world.run(['publish', '--json'])).exit, 0)
    const blind = await world.run(['audit', '--place', 'cluster', '--json'])
    assert.deepEqual([blind.exit, codesOf(blind), doneOf(blind)['checked']], [3, ['AUDIT_IMPOSSIBLE'], 0])
    cluster.pins.clear()
    const gone = await world.run(['audit', '--place', 'cluster', '--json'])
    assert.deepEqual([gone.exit, doneOf(gone)['unpinned']], [4, 1])
    problemOf(gone, 'AUDIT_UNPINNED')
    assert.equal((await world.run(['publish', '--json'])).exit, 0)
    assert.equal(addsAt(cluster), 2, 'what is no longer kept is sent again')
  })

  it('that is named wrong is refused when it is added', async (t) => {
    const world = await withArchive(t)
    const add = (...args: readonly string[]) => world.run(['engine', 'add', ...args, '--json'])
    for (const [args, code] of [
      [['cluster', '--url', 'http://192.0.2.7:9094'], 'ENGINE_REMOTE_REFUSED'],
      [['cluster', '--gateway', 'oslo=127.0.0.1:8080'], 'ENGINE_REMOTE_REFUSED'],
      [['cluster', '--replication', '2000'], 'CONFIG_INVALID'],
      [['psa', '--url', 'http://pinning.example/psa'], 'ENGINE_REMOTE_REFUSED'],
      [['psa', '--url', 'https://user:word@pinning.example/psa'], 'ENGINE_REMOTE_REFUSED'],
      [['psa', '--url', 'https://pinning.example/psa', '--origin', '/ip4/192.0.2.1/tcp/1'], 'CONFIG_INVALID'],
    ] as const) {
      const outcome = await add(...args)
      assert.equal(outcome.exit, 2, args.join(' '))
      problemOf(outcome, code)
    }
  })
})

describe('a pinning service as an engine', () => {
  it('is told a root and where to fetch it, once, and why it failed; withdrawing takes every request back', async (t) => {
    const world = await aPublishedArchive(t)
    await using service = await fakePinningService(SECRET, () => new Map())
    await withEngine(world, 'psa', '--url', service.url, '--origin', ORIGIN)
    service.becomes = 'queued'
    const text = (await world.run(['publish'])).stdout
    assert.match(text, /^fetching {2}psa from \/ip4\/192\.0\.2\.7/m)
    const again = await world.run(['publish', '--json'])
    assert.deepEqual([again.exit, postsAt(service)], [3, 1])
    service.wishes = []
    const first = await world.run(['publish', '--json'])
    assert.equal(first.exit, 3)
    const [wish] = service.wishes
    assert.deepEqual(wish?.pin.origins, [ORIGIN])
    assert.deepEqual(linesOfEvent(first, 'delegates')[0]?.['addresses'], wish?.delegates)
    assert.equal(postsAt(service), 2)

    if (wish !== undefined) service.wishes = [{ ...wish, status: 'failed', info: { status_details: 'no peers' } }]
    const failed = await world.run(['publish', '--json'])
    assert.match(String(problemOf(failed, 'ENGINE_REFUSED')['message']), /psa could not fetch it: no peers/)
    for (const each of service.wishes) each.status = 'pinned'
    assert.equal((await world.run(['publish', '--json'])).exit, 0)
    assert.equal(postsAt(service), 3)

    const [listed] = linesOfEvent(await world.run(['list', '--json']), 'listed')
    const withdrawn = await world.run(['withdraw', String(listed?.['id']), '--json'])
    assert.deepEqual([withdrawn.exit, service.wishes.length], [0, 0])
    assert.equal(`${first.stdout}${failed.stdout}`.includes(SECRET), false)
  })
})
