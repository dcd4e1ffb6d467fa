import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { acquireLock } from '../../src/store/lock.ts'
import { manyVideos } from '../fakes/yt-dlp-folder.ts'
import { doneOf, linesOfEvent, problemOf } from './harness.ts'
import { aPublishedWorld, SIZE, verifiedSize } from './published-world.ts'

describe('two publishers at one time', { concurrency: 2 }, () => {
  it('publish everything once between them; whoever comes second waits for another run or has nothing to do', async (t) => {
    const world = await aPublishedWorld(t)
    manyVideos(join(world.path, 'many'), 30)
    assert.equal((await world.run(['add', join(world.path, 'many'), '--json'])).exit, 0)
    const runs = await Promise.all([0, 1, 2].map(() => world.run(['publish', '--yes', '--json'])))
    for (const outcome of runs.filter(({ exit }) => exit !== 0)) {
      assert.equal(outcome.exit, 3)
      problemOf(outcome, 'HOME_LOCKED')
      assert.deepEqual(linesOfEvent(outcome, 'published'), [])
    }
    const published = runs.flatMap((outcome) => linesOfEvent(outcome, 'published').map(({ id }) => id))
    // Three of the thirty are the very bundles that were published before.
    assert.equal(new Set(published).size, 27)
    assert.equal(published.length, 27)
    assert.equal(await verifiedSize(world, world.home), SIZE + 27 + 1)
  })

  it('keep nobody from reading: lookup, list, get and serve go on while one of them works', async (t) => {
    const world = await aPublishedWorld(t)
    await using _lock = await acquireLock(world.home, { command: 'publish' })
    const server = await world.serve()
    const url = 'https://youtu.be/item0000001'
    const [list, lookup, remote, get, locked] = await Promise.all([
      world.run(['list', '--json']),
      world.run(['lookup', url, '--json']),
      world.run(['lookup', url, '--manifest', server.url, '--policy', join(world.home, 'policy.txt'), '--json']),
      world.run(['get', url, '-o', join(world.path, 'got'), '--json']),
      world.run(['publish', '--yes', '--json']),
    ])
    assert.deepEqual([list.exit, lookup.exit, remote.exit, get.exit], [0, 0, 0, 0])
    assert.deepEqual(
      [linesOfEvent(list, 'listed').length, doneOf(lookup)['matches'], doneOf(remote)['matches']],
      [4, 1, 1],
    )
    assert.equal(locked.exit, 3)
    assert.match(
      String(problemOf(locked, 'HOME_LOCKED')['message']),
      new RegExp(`process ${process.pid} \\(publish, since `),
    )
    assert.equal((await server.stop()).exit, 0)
  })

  it('show a running server the new head as soon as it stands', async (t) => {
    const world = await aPublishedWorld(t)
    const server = await world.serve()
    assert.equal((await world.run(['add', world.another('whileServed'), '--json'])).exit, 0)
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const args = [
      'lookup',
      'https://youtu.be/whileServed',
      '--manifest',
      server.url,
      '--policy',
      join(world.home, 'policy.txt'),
      '--json',
    ]
    const found = await world.run(args)
    assert.deepEqual([found.exit, doneOf(found)['size']], [0, SIZE + 2])
    assert.equal((await server.stop()).exit, 0)
  })
})
