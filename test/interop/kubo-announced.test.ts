import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { parseCid } from '../../src/model/content-id.ts'
import { type Archive, type Line, linesOfEvent, withArchive } from '../cli/harness.ts'
import { exportedRoot } from '../fakes/exported-root.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aKubo, type Kubo, kubo } from './kubo.ts'

/** A home that has published some videos and serves them over HTTP and Bitswap. */
async function publishing(context: TestContext, ...videos: readonly string[]) {
  const world = await withArchive(context)
  await publish(world, ...videos)
  return { world, ...(await serving(world, world.home)) }
}

async function serving(world: Archive, home: string) {
  writeFileSync(join(home, 'holdfast.toml'), '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n')
  const server = world.start(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'], { env: { HOLDFAST_HOME: home } })
  const ready = await server.until(({ event }) => event === 'ready')
  const { multiaddrs } = ready['p2p'] as { readonly multiaddrs: readonly string[] }
  const stop = async (): Promise<void> => {
    server.process.kill('SIGINT')
    await server.outcome()
  }
  return { url: String(ready['http']), address: multiaddrs[0] ?? '', stop }
}

async function publish(world: Archive, ...videos: readonly string[]): Promise<void> {
  for (const id of videos) aVideo(world.archive, { id })
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
}

/** What `announce --dry-run` says. */
async function announcedBy(world: Archive): Promise<Line & { readonly root: string; readonly name: string }> {
  const [line] = linesOfEvent(await world.run(['announce', '--dry-run', '--json']), 'announced')
  assert.ok(line !== undefined)
  return { ...line, root: String(line['root']), name: String(line['name']) }
}

/** A Kubo with no way to anybody but the one that it is told of. */
async function connected(context: TestContext, address: string, settings = {}): Promise<Kubo> {
  const node = await aKubo(context)
  await node.online(settings)
  await node.run(['swarm', 'connect', address])
  return node
}

describe('a plain Kubo and the announced root', { skip: kubo.skip }, () => {
  it('mirrors everything with one pin add, and follows with one pin update', async (context) => {
    const { world, address } = await publishing(context, 'testimony01', 'testimony02')
    const first = await announcedBy(world)
    const node = await connected(context, address)
    await node.run(['pin', 'add', '--progress=false', `/ipfs/${first.root}`])
    await publish(world, 'testimony03')
    const second = await announcedBy(world)
    assert.notEqual(second.root, first.root)
    await node.run(['pin', 'update', `/ipfs/${first.root}`, `/ipfs/${second.root}`])
    const pins = (await node.run(['pin', 'ls', '--type=recursive', '-q'])).stdout
    assert.ok(pins.includes(second.root) && !pins.includes(first.root))
    const [match] = linesOfEvent(await world.run(['lookup', 'youtube:video:testimony03', '--json']), 'match')
    const id = String(match?.['id'])
    const path = `/ipfs/${second.root}/bundles/${id.slice(0, 2)}/${id}`
    const resolved = await node.run(['resolve', path])
    assert.equal(resolved.stdout.trim(), `/ipfs/${match?.['root']}`)
    // What is pinned there is a manifest like any other.
    const out = join(world.path, 'from-kubo')
    await node.run(['get', '-o', out, `/ipfs/${second.root}/manifest`])
    const policy = join(world.home, 'policy.txt')
    const verified = await world.run(['manifest', 'verify', out, '--policy', policy, '--json'])
    assert.equal(verified.exit, 0, verified.stdout)
  })

  it('pins all of it from a mirror when the publisher is gone', async (context) => {
    const { world, url, stop } = await publishing(context, 'testimony01', 'testimony02')
    const { root } = await announcedBy(world)
    const home = join(world.path, 'mirror')
    const at = { env: { HOLDFAST_HOME: home } }
    assert.equal((await world.run(['init', '--mirror', '--no-passphrase', '--json'], at)).exit, 0)
    const add = ['mirror', 'add', 'archive', '--from', url, '--policy', join(world.home, 'policy.txt'), '--json']
    assert.equal((await world.run(add, at)).exit, 0)
    assert.equal((await world.run(['mirror', 'sync', '--json'], at)).exit, 0)
    await stop()
    rmSync(world.home, { recursive: true })
    const mirror = await serving(world, home)
    const node = await connected(context, mirror.address)
    await node.run(['pin', 'add', '--progress=false', `/ipfs/${root}`])
    const pinned = await node.run(['pin', 'ls', '--type=recursive', '-q'])
    assert.ok(pinned.stdout.includes(root))
  })

  it('gives the same CID to the same tree', async (context) => {
    const { world, url } = await publishing(context, 'testimony01', 'testimony02')
    const { root } = await announcedBy(world)
    const files = await exportedRoot(parseCid(root), async (cid) => {
      const answer = await fetch(`${url}/ipfs/${cid}?format=raw`)
      assert.equal(answer.status, 200, `${cid}`)
      return new Uint8Array(await answer.arrayBuffer())
    })
    const tree = join(world.path, 'tree')
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(tree, path)), { recursive: true })
      writeFileSync(join(tree, path), bytes)
    }
    const node = await aKubo(context)
    const cids = await node.cidsOf(tree)
    assert.equal(cids.get(''), root)
    assert.ok(cids.has('manifest/checkpoint') && cids.has('bundles'))
  })

  it('takes the record for valid, and reads what the name leads to over our routes alone', async (context) => {
    const { world, url, address } = await publishing(context, 'testimony01')
    const { name, root } = await announcedBy(world)
    const record = join(world.path, 'record')
    const fetched = await fetch(`${url}/ipns/${name}?format=ipns-record`)
    writeFileSync(record, new Uint8Array(await fetched.arrayBuffer()))
    const routing = { Routing: { Type: 'delegated', DelegatedRouters: [url] } }
    const node = await connected(context, address, routing)
    const inspected = await node.run(['name', 'inspect', '--verify', name, '--dump=false', record])
    assert.match(inspected.stdout, /Valid:\s+true/)
    assert.match(inspected.stdout, /Signature Type: V1\+V2/)
    assert.match(inspected.stdout, new RegExp(`/ipfs/${root}`))
    assert.equal((await node.run(['name', 'resolve', `/ipns/${name}`])).stdout.trim(), `/ipfs/${root}`)
    const gotten = await node.run(['cat', `/ipns/${name}/manifest/checkpoint`])
    assert.match(gotten.stdout, /^archive\.example\/testimony\n/)
  })

  it('keeps a record that announce brings to its RPC, and the newer one after that', async (context) => {
    const { world } = await publishing(context, 'testimony01')
    const node = await aKubo(context)
    const { url } = await node.rpc()
    writeFileSync(join(world.home, 'holdfast.toml'), `[announce]\nkubo = "${url}"\n`)
    const outcome = await world.run(['announce', '--json'])
    const [told] = linesOfEvent(outcome, 'told')
    assert.deepEqual([outcome.exit, told?.['kind'], told?.['taken']], [0, 'kubo', true], outcome.stdout)
    const { name, root } = await announcedBy(world)
    assert.equal((await node.run(['name', 'resolve', '--offline', `/ipns/${name}`])).stdout.trim(), `/ipfs/${root}`)
    await publish(world, 'testimony02')
    assert.equal((await world.run(['announce', '--json'])).exit, 0)
    const next = await announcedBy(world)
    assert.notEqual(next.root, root)
    const resolved = await node.run(['name', 'resolve', '--nocache', '--offline', `/ipns/${name}`])
    assert.equal(resolved.stdout.trim(), `/ipfs/${next.root}`)
  })
})
