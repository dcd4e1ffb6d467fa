import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { anHttpProxy, aSocksProxy } from '../fakes/fake-proxies.ts'
import { codesOf, doneOf, linesOfEvent, type Outcome, problemOf } from './harness.ts'
import { aPublishedWorld, EXTRA_ID, type PublishedWorld, SIZE } from './published-world.ts'

const NAME = `${'a2'.repeat(28)}.onion`
const ONION = `http://${NAME}`
const VIDEO = `youtube:video:${EXTRA_ID}`

interface OnionWorld extends PublishedWorld {
  readonly url: string
  /** Runs as somebody else, with this proxy in `holdfast.toml`, and tells of every request to a resolver. */
  elsewhere(proxy: string, args: readonly string[]): Promise<Outcome & { readonly resolved: boolean }>
}

/** A server that answers to an onion name, and a reader who has nothing but a proxy and the policy. */
async function anOnionWorld(context: TestContext): Promise<OnionWorld> {
  const world = await aPublishedWorld(context)
  const config = join(world.home, 'holdfast.toml')
  writeFileSync(config, readFileSync(config, 'utf8').replace('hostNames = []', `hostNames = ["${NAME}"]`))
  const { url } = await world.serve()
  const reader = join(world.path, 'reader')
  mkdirSync(reader)
  const watch = new URL('../fakes/dns-watch.ts', import.meta.url).href
  return {
    ...world,
    url,
    async elsewhere(proxy, args) {
      writeFileSync(join(reader, 'holdfast.toml'), `[network]\nproxy = "${proxy}"\n`)
      const outcome = await world.at(reader, [...args, '--json'], { NODE_OPTIONS: `--import=${watch}` })
      return { ...outcome, resolved: outcome.stderr.includes('dns-watch') }
    },
  }
}

/** Every command that takes an address. */
function commands(world: PublishedWorld): Readonly<Record<string, readonly string[]>> {
  const policy = join(world.home, 'policy.txt')
  const there = ['--manifest', ONION, '--policy', policy]
  return {
    lookup: ['lookup', VIDEO, ...there],
    get: ['get', VIDEO, ...there, '-o', join(world.path, 'got')],
    'get --from': [
      'get',
      VIDEO,
      '--manifest',
      world.home,
      '--policy',
      policy,
      '--from',
      ONION,
      '-o',
      join(world.path, 'from'),
    ],
    'manifest verify': ['manifest', 'verify', ONION, '--policy', policy],
  }
}

describe('an onion address', () => {
  it('is reached through a SOCKS proxy, which alone resolves its name', async (context) => {
    const world = await anOnionWorld(context)
    await using proxy = await aSocksProxy(world.url)
    for (const [name, args] of Object.entries(commands(world))) {
      const before = proxy.asked.length
      const outcome = await world.elsewhere(proxy.url, args)
      assert.deepEqual([outcome.exit, codesOf(outcome), outcome.resolved], [0, [], false], `${name} ${outcome.stderr}`)
      assert.ok(proxy.asked.length > before, `${name} went through the proxy`)
    }
    assert.deepEqual([...new Set(proxy.asked)], [`name ${NAME}:80`])
    const [id = ''] = readdirSync(join(world.path, 'got'))
    for (const place of ['got', 'from'])
      assert.ok(readdirSync(join(world.path, place, id)).includes('video.mp4'), `the video is in ${place}`)
  })

  it('gives a lost home its manifest back through a SOCKS proxy', async (context) => {
    const world = await anOnionWorld(context)
    await using proxy = await aSocksProxy(world.url)
    const lost = join(world.path, 'lost')
    cpSync(world.older, lost, { recursive: true })
    const config = join(lost, 'holdfast.toml')
    writeFileSync(config, readFileSync(config, 'utf8').replace('proxy = ""', `proxy = "${proxy.url}"`))
    const watch = new URL('../fakes/dns-watch.ts', import.meta.url).href
    const recovered = await world.at(lost, ['manifest', 'recover', '--from', ONION, '--json'], {
      NODE_OPTIONS: `--import=${watch}`,
    })
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.equal(doneOf(recovered)['size'], SIZE)
    assert.ok(!recovered.stderr.includes('dns-watch'))
    assert.deepEqual([...new Set(proxy.asked)], [`name ${NAME}:80`])
  })

  it('is refused without a SOCKS proxy, before any name is resolved or any proxy is asked', async (context) => {
    const world = await anOnionWorld(context)
    await using http = await anHttpProxy(() => world.url)
    for (const proxy of ['', http.url]) {
      for (const [name, args] of Object.entries(commands(world))) {
        const outcome = await world.elsewhere(proxy, args)
        assert.deepEqual([outcome.exit, outcome.resolved], [2, false], `${name} ${JSON.stringify(outcome.events)}`)
        assert.match(String(problemOf(outcome, 'ONION_NEEDS_PROXY')['hint']), /socks5h:/)
      }
    }
    assert.deepEqual(http.asked, [])
    const recovered = await world.at(world.older, ['manifest', 'recover', '--from', ONION, '--json'])
    assert.deepEqual([recovered.exit, codesOf(recovered)], [2, ['ONION_NEEDS_PROXY']])
    assert.equal(linesOfEvent(recovered, 'done').length, 1)
  })

  it('is refused however it is written, and what only looks like one is not', async (context) => {
    const world = await anOnionWorld(context)
    const policy = join(world.home, 'policy.txt')
    const codeAt = async (url: string): Promise<string | undefined> =>
      codesOf(await world.elsewhere('', ['lookup', VIDEO, '--manifest', url, '--policy', policy]))[0]
    for (const url of [
      `http://${NAME.toUpperCase()}/`,
      `https://www.${NAME}:8480`,
      `http://${NAME}./x`,
      `http://reader@${NAME}`,
    ])
      assert.equal(await codeAt(url), 'ONION_NEEDS_PROXY', url)
    assert.equal(await codeAt('http://127.0.0.1:9/onion'), 'SOURCE_UNREACHABLE')
  })

  it('would be seen by this test if it were resolved', async (context) => {
    const world = await anOnionWorld(context)
    const policy = join(world.home, 'policy.txt')
    const direct = `${world.url.replace('127.0.0.1', 'localhost')}`
    const outcome = await world.elsewhere('', ['lookup', VIDEO, '--manifest', direct, '--policy', policy])
    assert.ok(outcome.resolved, outcome.stderr)
  })

  it('among the published copies, which nobody can ask then, keeps the head from being signed', async (context) => {
    const world = await aPublishedWorld(context)
    const config = join(world.home, 'holdfast.toml')
    writeFileSync(config, readFileSync(config, 'utf8').replace('urls = []', `urls = ["${ONION}/manifest"]`))
    assert.equal((await world.run(['add', world.another('moreVideo01'), '--json'])).exit, 0)
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.deepEqual([outcome.exit, codesOf(outcome)], [3, ['HEAD_UNSURE', 'HEAD_UNSURE']])
    assert.match(String(linesOfEvent(outcome, 'problem')[0]?.['message']), /SOCKS proxy/)
  })
})
