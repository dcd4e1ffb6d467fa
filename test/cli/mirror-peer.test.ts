import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aBitswapPeer } from '../fakes/bitswap-peer.ts'
import { listening } from '../fakes/fake-gateway.ts'
import { codesOf, doneOf, type Line, problemOf } from './harness.ts'
import { aMirrorWorld, LOG_NAME, logHome, type MirrorWorld, statusOf, synced } from './mirror-world.ts'
import { SIZE } from './published-world.ts'

const FREE_PORT = '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n'

/** The publisher's node alone; its HTTP address is told to nobody. @returns its multiaddr. */
async function nodeOf(world: MirrorWorld): Promise<string> {
  writeFileSync(join(world.home, 'holdfast.toml'), FREE_PORT)
  const server = world.start(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'])
  const { p2p } = await server.until(({ event }) => event === 'ready')
  return String((p2p as { readonly multiaddrs: readonly string[] }).multiaddrs[0])
}

/** A web server that carries the manifest and refuses everything else. */
async function manifestServer(context: TestContext, home: string): Promise<{ url: string; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname
    asked.push(path)
    if (!path.startsWith('/manifest/')) return void answer.writeHead(403).end()
    try {
      answer.end(readFileSync(join(home, path)))
    } catch {
      answer.writeHead(404).end()
    }
  })
  context.after(() => void server.close().closeAllConnections())
  return { url: await listening(server), asked }
}

async function peerOf(world: MirrorWorld, home: string): Promise<Line> {
  const sources = (await statusOf(world, home))['sources'] as readonly Line[]
  const [peer, ...more] = sources.filter(({ isPeer }) => isPeer)
  assert.ok(peer !== undefined && more.length === 0)
  return peer
}

describe('a mirror that names a peer', { concurrency: 2 }, () => {
  it('fills itself over Bitswap where nothing else gives blocks, and checks all of it', async (context) => {
    const world = await aMirrorWorld(context)
    const [web, address] = [await manifestServer(context, world.home), await nodeOf(world)]
    const mirror = await world.mirror('mirror', [web.url], ['--peer', address])
    const outcome = await world.sync(mirror)
    const done = doneOf(outcome)
    assert.deepEqual([outcome.exit, done['held'], done['fetched'], done['missing']], [0, 4, 4, 0], outcome.stdout)
    assert.deepEqual(new Set(codesOf(outcome)), new Set(['SOURCE_UNREACHABLE']), 'who refuses blocks is named')
    assert.ok(
      web.asked.some((path) => path.startsWith('/ipfs/')),
      'it was asked before the peer',
    )
    const peer = await peerOf(world, mirror)
    assert.deepEqual([peer['name'], peer['code'], peer['strikes']], [address, '', 0])
    assert.ok(Number(peer['bytes']) >= Number((await statusOf(world, mirror))['bytes']))
    const checked = await world.at(mirror, ['mirror', 'check', '--json'])
    assert.deepEqual([checked.exit, codesOf(checked)], [0, []], checked.stdout)
  })

  it('loads nothing for it and dials nobody while the other sources have all', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const asked = await aBitswapPeer(() => undefined)
    context.after(() => asked[Symbol.asyncDispose]())
    const mirror = await world.mirror('mirror', [publisher.url], ['--peer', asked.address])
    const loaded = join(world.path, 'loaded')
    const preload = join(world.path, 'preload.mjs')
    writeFileSync(
      preload,
      `import { registerHooks } from 'node:module'
       import { appendFileSync } from 'node:fs'
       registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(loaded)}, url + '\\n'); return next(url, context) } })`,
    )
    const outcome = await world.sync(mirror, { NODE_OPTIONS: `--import ${preload}` })
    assert.deepEqual([outcome.exit, doneOf(outcome)['held'], codesOf(outcome)], [0, 4, []])
    assert.match(readFileSync(loaded, 'utf8'), /src\/p2p\/client\.ts/)
    assert.doesNotMatch(readFileSync(loaded, 'utf8'), /node_modules\/(libp2p|@libp2p\/(tcp|noise|yamux|identify))\//)
    assert.deepEqual([asked.connections, (await peerOf(world, mirror))['bytes']], [0, 0])
  })

  it('dials nobody past a proxy that it may not go around; names who lies, and goes on with who does not', async (context) => {
    const world = await aMirrorWorld(context)
    const liar = await aBitswapPeer((want, answering) => answering.block(want.cid, Buffer.from('something else')))
    context.after(() => liar[Symbol.asyncDispose]())
    const mirror = await world.mirror('mirror', [join(world.home, 'manifest')], ['--peer', liar.address])
    const settings = join(mirror, 'holdfast.toml')
    const proxied = '[network]\nproxy = "socks5h://127.0.0.1:9"\n'
    writeFileSync(settings, proxied)
    const refused = await world.sync(mirror)
    assert.deepEqual([refused.exit, doneOf(refused)['held'], liar.connections], [3, 0, 0])
    problemOf(refused, 'P2P_PROXY_REFUSED')
    writeFileSync(settings, `[p2p]\naroundProxy = true\n${proxied}`)
    const outcome = await world.sync(mirror)
    assert.deepEqual([outcome.exit, doneOf(outcome)['held'], doneOf(outcome)['size']], [3, 0, SIZE])
    assert.equal(problemOf(outcome, 'PEER_MISBEHAVES')['path'], liar.address)
    assert.equal(liar.connections, 1)
    const peer = await peerOf(world, mirror)
    assert.deepEqual([peer['name'], peer['code']], [liar.address, 'PEER_MISBEHAVES'])
    const honest = await nodeOf(world)
    const both = ['mirror', 'add', LOG_NAME, '--peer', liar.address, honest, '--json']
    assert.equal((await world.at(mirror, both)).exit, 0)
    const done = await synced(world, mirror)
    assert.deepEqual([done['held'], done['missing'], done['problems']], [4, 0, 0], 'who lied is asked last')
  })

  it('is refused an address that cannot be dialled, and keeps the settings that it had', async (context) => {
    const world = await aMirrorWorld(context)
    const mirror = await world.mirror('mirror', [join(world.home, 'manifest')])
    const before = readFileSync(join(logHome(mirror), 'follow.toml'))
    for (const address of [
      '/ip4/127.0.0.1/tcp/4001',
      '/dnsaddr/a.example/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust',
    ]) {
      const outcome = await world.at(mirror, ['mirror', 'add', LOG_NAME, '--peer', address, '--json'])
      assert.deepEqual([outcome.exit, codesOf(outcome)], [2, ['PEER_ADDRESS_INVALID']])
    }
    assert.deepEqual(readFileSync(join(logHome(mirror), 'follow.toml')), before)
  })
})
