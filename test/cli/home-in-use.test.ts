import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { aVideo, manyVideos } from '../fakes/yt-dlp-folder.ts'
import { type Archive, aWorld, doneOf, linesOfEvent, problemOf, type Running, withArchive } from './harness.ts'

/** A run of `add` that has its home and is in the middle of a file of 8 GiB, sparse. */
async function longAdd(world: Archive): Promise<Running> {
  const long = join(world.path, 'long')
  truncateSync(aVideo(long, { id: 'endlessVid1' }).media[0] ?? '', 8 * 1024 ** 3)
  return started(world, long)
}

/** Resolves some time after `add` has its home: it reads by then. */
async function started(world: Archive, folder: string): Promise<Running> {
  const running = world.start(['add', folder, '--json'])
  while (!existsSync(join(world.home, 'lock.json'))) await setTimeout(20)
  await setTimeout(500)
  return running
}

describe('a home that is in use', { concurrency: 2 }, () => {
  it('refuses a second writer by name, lets readers in, and is free after the holder was killed', async (context) => {
    const world = await withArchive(context)
    const holder = await longAdd(world)
    const second = await world.run(['add', world.archive, '--json'])
    assert.equal(second.exit, 3)
    assert.match(
      String(problemOf(second, 'HOME_LOCKED')['message']),
      new RegExp(`process ${holder.process.pid} \\(add, since `),
    )
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 3)
    assert.equal((await world.run(['list', '--json'])).exit, 0)
    assert.equal((await world.run(['lookup', 'https://youtu.be/goodVideo01', '--json'])).exit, 1)
    assert.equal((await world.run(['add', world.archive, '--dry-run', '--json'])).exit, 0)
    holder.process.kill('SIGKILL')
    assert.equal((await holder.outcome()).exit, null)
    const free = await world.run(['add', world.archive, '--json'])
    assert.equal(free.exit, 0)
    assert.equal(doneOf(free)['added'], 1)
  })
})

describe('Ctrl-C', { concurrency: 2 }, () => {
  it('lets add finish the items at hand, keeps them, says so with done, and exits with 130', async (context) => {
    const world = await withArchive(context)
    const many = join(world.path, 'many')
    for (let i = 0; i < 40; i += 1)
      truncateSync(aVideo(many, { id: `mediumVid${10 + i}`, beside: {} }).media[0] ?? '', 32 * 1024 * 1024 + i)
    const running = await started(world, many)
    running.process.kill('SIGINT')
    const outcome = await running.outcome()
    assert.equal(outcome.exit, 130)
    const said = linesOfEvent(outcome, 'bundle').map(({ id }) => id)
    assert.equal(doneOf(outcome)['added'], said.length)
    assert.ok(said.length < 40, `it stopped: ${said.length}`)
    const listed = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => id)
    assert.deepEqual(listed.sort(), said.sort())
    const rest = await world.run(['add', many, '--json'])
    assert.equal(rest.exit, 0)
    assert.equal(Number(doneOf(rest)['added']) + Number(doneOf(rest)['known']), 40)
  })

  it('twice drops the item at hand at once, and still ends with done and 130', async (context) => {
    const world = await withArchive(context)
    const running = await longAdd(world)
    running.process.kill('SIGINT')
    await setTimeout(200)
    running.process.kill('SIGINT')
    const outcome = await running.outcome()
    assert.equal(outcome.exit, 130)
    assert.equal(doneOf(await world.run(['list', '--json']))['bundles'], 0)
  })
})

describe('Ctrl-C, in the other commands', { concurrency: 2 }, () => {
  it('leaves a log that the next publish goes on with', async (context) => {
    const world = await withArchive(context)
    manyVideos(world.archive, 60)
    await world.run(['add', world.archive, '--json'])
    const running = world.start(['publish', '--yes', '--json'])
    await running.until(({ event }) => event === 'plan')
    running.process.kill('SIGINT')
    const outcome = await running.outcome()
    assert.equal(outcome.exit, 130)
    const before = linesOfEvent(outcome, 'published').length
    const rest = await world.run(['publish', '--yes', '--json'])
    assert.equal(rest.exit, 0)
    assert.deepEqual([doneOf(rest)['published'], doneOf(rest)['already']], [61 - before, before])
    const policy = join(world.home, 'policy.txt')
    const verified = await world.run(['manifest', 'verify', join(world.home, 'manifest'), '--policy', policy, '--json'])
    assert.deepEqual([verified.exit, doneOf(verified)['problems']], [0, 0])
  })

  it('is the ordinary end of serve', async (context) => {
    const world = await withArchive(context)
    const server = await world.serve()
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    assert.equal((await server.stop()).exit, 0)
  })
})

describe('a home that is none', { concurrency: 2 }, () => {
  it('is never made in a directory that holds something else', async (context) => {
    const world = aWorld(context)
    mkdirSync(world.home)
    writeFileSync(join(world.home, 'diary.txt'), 'not ours')
    const made = await world.run(['init', '--origin', 'archive.example/t', '--no-passphrase', '--json'])
    assert.equal(made.exit, 2)
    problemOf(made, 'HOME_EXISTS')
    const used = await world.run(['list', '--json'])
    assert.equal(used.exit, 2)
    problemOf(used, 'HOME_MISSING')
    assert.deepEqual(readdirSync(world.home), ['diary.txt'])
  })

  it('is never made twice', async (context) => {
    const world = aWorld(context)
    await world.init()
    const again = await world.run(['init', '--origin', 'archive.example/other', '--no-passphrase', '--json'])
    assert.equal(again.exit, 2)
    problemOf(again, 'HOME_EXISTS')
  })

  it('is a file: said with a hint', async (context) => {
    const world = aWorld(context)
    writeFileSync(world.home, 'a file')
    for (const args of [['list'], ['init', '--origin', 'archive.example/t', '--no-passphrase']]) {
      const outcome = await world.run([...args, '--json'])
      assert.equal(outcome.exit, 2, args[0])
    }
  })

  it('says that its port is taken, and by what address', async (context) => {
    const world = await withArchive(context)
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const outcome = await world.run(['serve', '--listen', `127.0.0.1:${port}`, '--json'])
      assert.equal(outcome.exit, 2)
      assert.ok(String(problemOf(outcome, 'PORT_IN_USE')['message']).includes(String(port)))
    } finally {
      other.close()
    }
  })

  it('refuses a remote address that the configuration does not allow, and nonsense', async (context) => {
    const world = await withArchive(context)
    const remote = await world.run(['serve', '--listen', '0.0.0.0:0', '--json'])
    assert.equal(remote.exit, 2)
    problemOf(remote, 'LISTEN_REMOTE_REFUSED')
    const nonsense = await world.run(['serve', '--listen', 'everywhere', '--json'])
    assert.equal(nonsense.exit, 2)
    problemOf(nonsense, 'CONFIG_INVALID')
  })
})
