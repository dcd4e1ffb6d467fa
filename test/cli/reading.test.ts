import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aGateway, type Behaviour, MISBEHAVIOUR } from '../fakes/fake-gateway.ts'
import { anHttpProxy } from '../fakes/fake-proxies.ts'
import { ed25519Signer } from '../unit/manifest/signers.ts'
import { type Archive, codesOf, doneOf, linesOfEvent, type Outcome, problemOf, withArchive } from './harness.ts'

const URL_OF = 'https://youtu.be/goodVideo01'
const ABSENT = 'https://youtu.be/nobodyKnows'

interface Published extends Archive {
  readonly manifest: string
  readonly policy: string
  readonly video: Buffer
  lookup(what: string, where?: string): Promise<Outcome>
  verify(where?: string): Promise<Outcome>
}

async function published(context: TestContext, length = 50_000): Promise<Published> {
  const video = randomBytes(length)
  const world = await withArchive(context, { id: 'goodVideo01', media: { mp4: video } })
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
  const manifest = join(world.path, 'copy')
  cpSync(join(world.home, 'manifest'), manifest, { recursive: true })
  const policy = join(world.home, 'policy.txt')
  return {
    ...{ ...world, manifest, policy, video },
    lookup: (what, where = manifest) => world.run(['lookup', what, '--manifest', where, '--policy', policy, '--json']),
    verify: (where = manifest) => world.run(['manifest', 'verify', where, '--policy', policy, '--json']),
  }
}

/** All files of a kind; the older of two shards is no longer needed, and its name says nothing about that. */
function pathsOf(directory: string, pattern: RegExp): string[] {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => pattern.test(path.slice(directory.length + 1)))
  assert.ok(found.length > 0, `${pattern} is in the manifest`)
  return found
}

/** These files changed, or gone where it says so, for as long as `run` takes. */
async function without(
  paths: readonly string[],
  change: (bytes: Buffer) => Buffer | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const before = paths.map((path) => readFileSync(path))
  for (const [i, path] of paths.entries()) {
    const other = change(Buffer.from(before[i] ?? ''))
    if (other === undefined) rmSync(path)
    else writeFileSync(path, other)
  }
  await run()
  for (const [i, path] of paths.entries()) writeFileSync(path, before[i] ?? '')
}

function oneByteAltered(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

describe('reading a manifest in a directory', { concurrency: 2 }, () => {
  it('answers with 0 for what is there, 1 for what is proven not to be, and the same for every copy', async (context) => {
    const world = await published(context)
    const [there, absent, verified] = [await world.lookup(URL_OF), await world.lookup(ABSENT), await world.verify()]
    assert.deepEqual([there.exit, absent.exit, verified.exit], [0, 1, 0])
    assert.deepEqual(codesOf(absent), ['NOT_IN_MANIFEST'])
    const { url } = await world.serve()
    for (const where of [world.home, url, `${url}/manifest/`])
      assert.deepEqual(linesOfEvent(await world.lookup(URL_OF, where), 'match'), linesOfEvent(there, 'match'))
  })

  it('ends with 4 when a byte was altered, whatever file it is in', async (context) => {
    const world = await published(context)
    for (const [pattern, code] of [
      [/^checkpoint$/, /SIGNATURE_(INVALID|MISSING)|NOTE_MALFORMED/],
      [/^checkpoints\/4$/, /SIGNATURE_(INVALID|MISSING)|NOTE_MALFORMED/],
      [/^tile\/0\//, /MANIFEST_DAMAGED/],
      [/^tile\/entries\//, /MANIFEST_DAMAGED/],
      [/^index\/shard\//, /INDEX_DAMAGED/],
      [/^index\/3\/tile\//, /INDEX_DAMAGED/],
      [/^index\/3\/receipt$/, /INDEX_DAMAGED/],
    ] as const) {
      await without(pathsOf(world.manifest, pattern), oneByteAltered, async () => {
        const outcome = await world.verify()
        assert.equal(outcome.exit, 4, `${pattern} ${codesOf(outcome)}`)
        assert.match(codesOf(outcome).join(), code)
      })
    }
    for (const pattern of [/^checkpoint$/, /^tile\/0\//, /^index\/shard\//, /^index\/3\/tile\//]) {
      await without(pathsOf(world.manifest, pattern), oneByteAltered, async () => {
        for (const what of [URL_OF, ABSENT]) {
          const outcome = await world.lookup(what)
          assert.equal(outcome.exit, 4, `${pattern} ${codesOf(outcome)}`)
          assert.deepEqual(linesOfEvent(outcome, 'match'), [])
        }
      })
    }
  })

  it('ends a lookup with 3 when it cannot be proven either way, and never with 1', async (context) => {
    const world = await published(context)
    for (const pattern of [/^index\/3\/receipt$/, /^index\/shard\//, /^index\/3\/tile\//, /^tile\/0\//]) {
      const gone = (): undefined => undefined
      await without(pathsOf(world.manifest, pattern), gone, async () => {
        for (const what of [URL_OF, ABSENT]) {
          const outcome = await world.lookup(what)
          assert.deepEqual([outcome.exit, codesOf(outcome)], [3, ['LOOKUP_UNKNOWN']], `${pattern}`)
        }
        assert.equal((await world.verify()).exit, 4, `${pattern}`)
      })
    }
    assert.equal((await world.lookup(URL_OF, join(world.path, 'nowhere'))).exit, 2)
    assert.equal((await world.lookup(URL_OF, 'http://127.0.0.1:9')).exit, 3)
  })

  it('reads no more of a file than there can be, and no device', async (context) => {
    const world = await published(context)
    const tile = join(world.manifest, 'tile/0/000.p/4')
    truncateSync(tile, 1_000_000_000)
    assert.deepEqual([(await world.verify()).exit, (await world.lookup(URL_OF)).exit], [4, 4])
    rmSync(tile)
    symlinkSync('/dev/zero', tile)
    const outcome = await world.lookup(URL_OF)
    assert.deepEqual([outcome.exit, codesOf(outcome)], [4, ['MANIFEST_DAMAGED']])
  })
})

describe('get', { concurrency: 2 }, () => {
  it('goes around a source that lies, names it once, and ends with 0', async (context) => {
    const world = await published(context)
    const { url } = await world.serve()
    await using liar = await aGateway(new Map(), MISBEHAVIOUR['gives other bytes'])
    const out = join(world.path, 'out')
    const args = ['get', URL_OF, '--manifest', url, '--policy', world.policy, '--from', liar.url, '-o', out, '--json']
    const outcome = await world.run(args)
    assert.equal(outcome.exit, 0)
    assert.match(String(problemOf(outcome, 'BLOCK_WRONG')['message']), new RegExp(new URL(liar.url).host))
    assert.equal(linesOfEvent(outcome, 'problem').length, 1)
    const video = linesOfEvent(outcome, 'file').find(({ path }) => String(path).endsWith('video.mp4'))
    assert.ok(readFileSync(String(video?.['path'])).equals(world.video))
    assert.equal(video?.['verified'], true)
  })

  it('ends with 3 when no source is good, and goes on later with what it kept', async (context) => {
    const world = await published(context, 5_000_000)
    const { url } = await world.serve()
    await using gateway = await aGateway(new Map())
    gateway.behave(forwardTo(url, gateway, 8))
    const out = join(world.path, 'out')
    const args = [
      'get',
      URL_OF,
      '--manifest',
      world.manifest,
      '--policy',
      world.policy,
      '--from',
      gateway.url,
      '-o',
      out,
      '--json',
    ]
    const failed = await world.run(args)
    assert.equal(failed.exit, 3)
    problemOf(failed, 'SOURCES_EXHAUSTED')
    assert.equal(readdirSync(out, { recursive: true }).filter((name) => String(name).endsWith('.part')).length, 1)
    gateway.behave(forwardTo(url, gateway, Number.POSITIVE_INFINITY))
    assert.equal((await world.run(args)).exit, 0)
  })

  it('that was killed fetches only what is missing when it runs again, to the same bytes', async (context) => {
    const world = await published(context, 12_000_000)
    const { url } = await world.serve()
    await using gateway = await aGateway(new Map())
    const out = join(world.path, 'out')
    const args = [
      'get',
      URL_OF,
      '--manifest',
      world.manifest,
      '--policy',
      world.policy,
      '--from',
      gateway.url,
      '-o',
      out,
      '--json',
    ]
    const answered = 11
    const stalled = new Promise<void>((resolve) => {
      // Four are under way at once, so when four wait, all that came before them is written.
      const forward = forwardTo(url, gateway, answered)
      gateway.behave((answer, block, at) => {
        if (at < answered) forward(answer, block, at)
        else if (at === answered + 3) resolve()
      })
    })
    const running = world.start(args)
    await stalled
    running.process.kill('SIGKILL')
    await running.outcome()
    const first = gateway.asked.splice(0).slice(0, answered)
    gateway.behave(forwardTo(url, gateway, Number.POSITIVE_INFINITY))
    assert.equal((await world.run(args)).exit, 0)
    const leaves = (paths: readonly string[]): string[] => paths.filter((path) => path.startsWith('/ipfs/bafk')).sort()
    assert.ok(leaves(first).length >= 5)
    const twice = leaves(gateway.asked).filter((path) => first.includes(path))
    assert.deepEqual(twice, [], 'no leaf is fetched twice')
    assert.equal(new Set(gateway.asked).size, gateway.asked.length)
    const name = readdirSync(out, { recursive: true })
      .map(String)
      .find((each) => each.endsWith('video.mp4'))
    assert.ok(readFileSync(join(out, name ?? '')).equals(world.video))
  })
})

/** Hands on what a real server answers, and fails after so many requests. */
function forwardTo(url: string, { asked }: { readonly asked: readonly string[] }, most: number): Behaviour {
  return (answer, _, at) => {
    if (at >= most) {
      answer.writeHead(503).end()
      return
    }
    void fetch(`${url}${asked[at]}`).then(async (got) => {
      answer.writeHead(got.status).end(Buffer.from(await got.arrayBuffer()))
    })
  }
}

describe('verify', () => {
  it('ends with 4 for another video, another policy, and a quorum that is not met', async (context) => {
    const world = await published(context)
    const receipt = join(world.path, 'receipt')
    assert.equal((await world.run(['prove', URL_OF, '-o', receipt, '--json'])).exit, 0)
    const video = join(world.path, 'video')
    writeFileSync(video, world.video)
    const verify = (...args: string[]): Promise<Outcome> => world.run(['verify', receipt, ...args, '--json'])
    const good = await verify('--policy', world.policy, '--file', video)
    assert.deepEqual([good.exit, linesOfEvent(good, 'proof')[0]?.['verified']], [0, true])
    writeFileSync(video, Buffer.concat([world.video, Buffer.from('.')]))
    const other = await verify('--policy', world.policy, '--file', video)
    assert.equal(other.exit, 4)
    problemOf(other, 'FILE_NOT_IN_STATEMENT')
    const witness = ed25519Signer('w-1/witness', 7, 0x04).key.text
    const own = readFileSync(world.policy, 'utf8')
    const wanting = join(world.path, 'wanting.txt')
    writeFileSync(wanting, own.replace('quorum none', `witness w ${witness}\nquorum w`))
    const unwitnessed = await verify('--policy', wanting)
    assert.equal(unwitnessed.exit, 4)
    problemOf(unwitnessed, 'QUORUM_NOT_MET')
    assert.deepEqual(linesOfEvent(unwitnessed, 'proof'), [])
  })
})

describe('a proxy in the configuration', () => {
  it('takes every request of lookup and get, and the program ends', async (context) => {
    const world = await published(context)
    const { url } = await world.serve()
    await using proxy = await anHttpProxy((asked) => asked.replace('http://archive.invalid', url))
    const config = join(world.home, 'holdfast.toml')
    writeFileSync(config, readFileSync(config, 'utf8').replace('proxy = ""', `proxy = "${proxy.url}"`))
    const out = join(world.path, 'out')
    const found = await world.lookup(URL_OF, 'http://archive.invalid')
    assert.deepEqual([found.exit, linesOfEvent(found, 'match').length], [0, 1])
    const got = await world.run([
      'get',
      URL_OF,
      '--manifest',
      'http://archive.invalid',
      '--policy',
      world.policy,
      '-o',
      out,
      '--json',
    ])
    assert.deepEqual([got.exit, doneOf(got)['bundles']], [0, 1])
    assert.ok(proxy.asked.length > 15 && proxy.asked.every((asked) => asked.startsWith('http://archive.invalid/')))
    assert.equal((await world.verify('http://archive.invalid')).exit, 0)
  })
})
