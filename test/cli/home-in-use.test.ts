import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, aWorld, doneOf, linesOfEvent, problemOf, type Running, withArchive } from './harness.ts'

/** A run of `add` that has its home and reads a file that never ends on its own: sparse, 8 GiB. */
async function longAdd(world: Archive): Promise<Running> {
  const long = join(world.path, 'long')
  aVideo(long, { id: 'aFirstVid01', stem: 'a' })
  truncateSync(aVideo(long, { id: 'zLongVideo1', stem: 'z' }).media[0] ?? '', 8 * 1024 ** 3)
  for (let i = 0; i < 70; i += 1) aVideo(long, { id: `shortVid${100 + i}`, stem: `b${i}`, beside: {} })
  const running = world.start(['add', long, '--json'])
  await running.until(({ event }) => event === 'bundle')
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

  it('keeps what a killed add had said', async (context) => {
    const world = await withArchive(context)
    const holder = await longAdd(world)
    holder.process.kill('SIGKILL')
    const said = linesOfEvent({ ...(await holder.outcome()), exit: null }, 'bundle').map(({ id }) => id)
    assert.ok(said.length > 0)
    const listed = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => id)
    assert.deepEqual(
      said.filter((id) => !listed.includes(id)),
      [],
    )
  })
})

describe('Ctrl-C', { concurrency: 2 }, () => {
  it('lets add finish the items at hand, keeps them, says so with done, and exits with 130', async (context) => {
    const world = await withArchive(context)
    const many = join(world.path, 'many')
    for (let i = 0; i < 40; i += 1)
      truncateSync(aVideo(many, { id: `mediumVid${10 + i}`, beside: {} }).media[0] ?? '', 32 * 1024 * 1024 + i)
    const running = world.start(['add', many, '--json'])
    while (!existsSync(join(world.home, 'lock.json'))) await setTimeout(20)
    await setTimeout(300)
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
    const listed = linesOfEvent(await world.run(['list', '--json']), 'listed')
    assert.ok(listed.length > 0 && !listed.some(({ originals }) => String(originals).includes('zLongVideo1')))
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
