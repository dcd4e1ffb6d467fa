import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { aBitswapClient, type BitswapClient } from '../fakes/bitswap-client.ts'
import { type Archive, codesOf, linesOfEvent, problemOf, type Running, withArchive } from './harness.ts'

const FREE_PORT = '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n'
const clients: BitswapClient[] = []
after(async () => {
  for (const client of clients) await client[Symbol.asyncDispose]()
})

interface Serving {
  readonly running: Running
  readonly url: string
  readonly peerId: string
  readonly address: string
  /** Of the libp2p process. */
  readonly pid: number
}

async function published(context: TestContext, settings = FREE_PORT): Promise<Archive> {
  const world = await withArchive(context)
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
  writeFileSync(join(world.home, 'holdfast.toml'), settings)
  return world
}

async function serve(world: Archive): Promise<Serving> {
  const running = world.start(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'], {
    env: { HOLDFAST_PASSPHRASE: 'not for strangers' },
  })
  const ready = await running.until(({ event }) => event === 'ready')
  const { peerId, multiaddrs } = ready['p2p'] as { readonly peerId: string; readonly multiaddrs: readonly string[] }
  const [address = ''] = multiaddrs
  return { running, url: String(ready['http']), peerId, address, pid: childOf(running.process.pid ?? 0) }
}

/** Linux alone tells it without another program. */
function childOf(parent: number): number {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
  assert.equal(found.length, 1, 'serve has one process below it')
  return Number(found[0])
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')))
    await passed(20)
}

async function connect(address: string): Promise<BitswapClient> {
  const client = await aBitswapClient(address)
  clients.push(client)
  return client
}

async function rootOf(world: Archive): Promise<{ readonly id: string; readonly root: CID; readonly video: CID }> {
  const [match] = linesOfEvent(await world.run(['lookup', 'youtube:video:goodVideo01', '--json']), 'match')
  const files = match?.['files'] as readonly { readonly path: string; readonly cid: string }[]
  const video = files.find(({ path }) => path === 'video.mp4')?.cid ?? ''
  return { id: String(match?.['id']), root: CID.parse(String(match?.['root'])), video: CID.parse(video) }
}

describe('serve --p2p', { concurrency: 2, skip: process.platform === 'linux' ? false : 'needs /proc' }, () => {
  it('gives published blocks to a peer, and no longer what was withdrawn while it ran', async (context) => {
    const world = await published(context)
    const { root, video, id } = await rootOf(world)
    const { address, running } = await serve(world)
    const peer = await connect(address)
    await peer.want([{ cid: root }, { cid: video }])
    await peer.until(({ blocks }) => blocks.has(root.toString()) && blocks.has(video.toString()))
    assert.equal((await world.run(['withdraw', id, '--json'])).exit, 0)
    await peer.want([root, video].map((cid) => ({ cid, sendDontHave: true })))
    await peer.until(({ dontHave }) => dontHave.size === 2)
    running.process.kill('SIGTERM')
    const outcome = await running.outcome()
    assert.equal(outcome.exit, 0)
    assert.deepEqual(codesOf(outcome), [])
  })

  it('starts its libp2p process again at the same address when that is killed, and HTTP goes on', async (context) => {
    const world = await published(context)
    const { root } = await rootOf(world)
    const { address, running, pid, url, peerId } = await serve(world)
    process.kill(pid, 'SIGKILL')
    await running.until(({ event, code }) => event === 'problem' && code === 'P2P_ENDED')
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    await running.until(({ event, message }) => event === 'note' && String(message).includes(peerId))
    const peer = await connect(address)
    await peer.want([{ cid: root }])
    await peer.until(({ blocks }) => blocks.has(root.toString()))
    const again = childOf(running.process.pid ?? 0)
    running.process.kill('SIGINT')
    assert.equal((await running.outcome()).exit, 0)
    await gone(again)
  })

  it('leaves no process behind when it is killed', async (context) => {
    const { running, pid } = await serve(await published(context))
    running.process.kill('SIGKILL')
    await gone(pid)
  })

  it('hands nothing of its environment to the process that strangers talk to, and keeps its peer id', async (context) => {
    const world = await published(context)
    const first = await serve(world)
    assert.doesNotMatch(readFileSync(`/proc/${first.pid}/environ`, 'latin1'), /strangers|HOLDFAST|HOME=/)
    first.running.process.kill('SIGTERM')
    await first.running.outcome()
    const second = await serve(world)
    assert.equal(second.peerId, first.peerId)
    second.running.process.kill('SIGTERM')
    assert.equal((await second.running.outcome()).exit, 0)
  })

  for (const [code, settings] of [
    ['P2P_REMOTE_REFUSED', '[p2p]\nlisten = ["/ip4/0.0.0.0/tcp/0"]\n'],
    ['P2P_ADDRESS_INVALID', '[p2p]\nlisten = ["127.0.0.1:4001"]\n'],
    ['P2P_ADDRESS_INVALID', `${FREE_PORT}peers = ["/dns4/archive.example/tcp/4001/p2p/x"]\n`],
    ['P2P_PROXY_REFUSED', `${FREE_PORT}[network]\nproxy = "socks5h://127.0.0.1:9"\n`],
    ['CONFIG_INVALID', '[p2p]\nmaxConnections = 0\n'],
  ] as const) {
    it(`is refused with ${code} by ${JSON.stringify(settings)}`, async (context) => {
      const world = await withArchive(context)
      writeFileSync(join(world.home, 'holdfast.toml'), settings)
      const outcome = await world.run(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'])
      assert.equal(outcome.exit, 2)
      problemOf(outcome, code)
    })
  }

  it('goes around a proxy when the configuration says that it may', async (context) => {
    const world = await published(context, `${FREE_PORT}aroundProxy = true\n`)
    appendFileSync(join(world.home, 'holdfast.toml'), '[network]\nproxy = "socks5h://127.0.0.1:9"\n')
    const { running } = await serve(world)
    running.process.kill('SIGTERM')
    assert.equal((await running.outcome()).exit, 0)
  })

  it('alone loads libp2p: serve without it, and other commands, do not', async (context) => {
    const world = await published(context)
    const maps = join(world.path, 'loaded')
    const preload = join(world.path, 'preload.mjs')
    writeFileSync(
      preload,
      `import { registerHooks } from 'node:module'
       import { appendFileSync } from 'node:fs'
       registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(maps)}, url + '\\n'); return next(url, context) } })`,
    )
    const env = { NODE_OPTIONS: `--import ${preload}` }
    const server = world.start(['serve', '--listen', '127.0.0.1:0', '--json'], { env })
    await server.until(({ event }) => event === 'ready')
    server.process.kill('SIGTERM')
    await server.outcome()
    await world.run(['list', '--json'], { env })
    const loaded = readFileSync(maps, 'utf8')
    assert.match(loaded, /src\/view\/server\.ts/)
    assert.doesNotMatch(loaded, /node_modules\/(libp2p|@libp2p\/(tcp|noise|yamux|identify))\/|src\/p2p\/node/)
  })
})
