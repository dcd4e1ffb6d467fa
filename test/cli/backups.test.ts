import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { codesOf, doneOf, linesOfEvent, problemOf } from './harness.ts'
import {
  aPublishedWorld,
  EXTRA_ID,
  followHint,
  OLD_SIZE,
  type PublishedWorld,
  restore,
  SIZE,
  statesOf,
  verifiedSize,
} from './published-world.ts'

/** `publish` is refused with this code before it sequences anything, and says what to do. */
async function refusedPublish(
  world: PublishedWorld,
  home: string,
  code: string,
  env?: Readonly<Record<string, string>>,
): Promise<ReturnType<typeof problemOf>> {
  const before = doneOf(await world.at(home, ['manifest', 'show', '--json']))['sequenced']
  const refused = await world.at(home, ['publish', '--yes', '--json'], env)
  assert.equal(refused.exit, 4, JSON.stringify(refused.events))
  assert.deepEqual(linesOfEvent(refused, 'published'), [])
  assert.equal(doneOf(await world.at(home, ['manifest', 'show', '--json']))['sequenced'], before)
  return problemOf(refused, code)
}

/** The home goes on with the same log: one more video is its next statement. */
async function goesOn(world: PublishedWorld, home: string, id: string = 'nextVideo01'): Promise<void> {
  const added = await world.at(home, ['add', world.another(id), '--access', 'public', '--json'])
  assert.equal(added.exit, 0, JSON.stringify(added.events))
  const published = await world.at(home, ['publish', '--yes', '--json'])
  assert.equal(published.exit, 0, JSON.stringify(published.events))
  assert.deepEqual(
    linesOfEvent(published, 'published').map(({ index }) => index),
    [SIZE],
  )
  assert.equal(await verifiedSize(world, home), SIZE + 2)
}

describe('a home of which a part was restored from a backup', { concurrency: 2 }, () => {
  it('with an older state.sqlite signs nothing, and its hint brings back what is missing', async (t) => {
    const world = await aPublishedWorld(t)
    restore(world.older, world.home, 'state.sqlite')
    const recovered = await followHint(world, world.home, await refusedPublish(world, world.home, 'HEAD_BEHIND'))
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.deepEqual([doneOf(recovered)['adopted'], doneOf(recovered)['rebuilt']], [SIZE - OLD_SIZE, false])
    // The bundle that the older state never saw is found again under its id, and is not published twice.
    const added = await world.run(['add', world.archive, '--json'])
    assert.equal((await statesOf(world, world.home))[`youtube:video:${EXTRA_ID}`], 'published hold')
    assert.equal(linesOfEvent(added, 'bundle').length, 4)
    await goesOn(world, world.home)
  })

  it('does so too where the record outside the home is lost', async (t) => {
    const world = await aPublishedWorld(t)
    restore(world.older, world.home, 'state.sqlite')
    await refusedPublish(world, world.home, 'HEAD_BEHIND', { XDG_STATE_HOME: join(world.path, 'elsewhere') })
  })

  it('with an older manifest directory signs nothing, and its hint writes the directory anew', async (t) => {
    const world = await aPublishedWorld(t)
    const whole = readdirSync(join(world.home, 'manifest'), { recursive: true }).length
    restore(world.older, world.home, 'manifest')
    const recovered = await followHint(world, world.home, await refusedPublish(world, world.home, 'LOG_DAMAGED'))
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.deepEqual([doneOf(recovered)['adopted'], doneOf(recovered)['held']], [0, 0])
    assert.equal(readdirSync(join(world.home, 'manifest'), { recursive: true }).length, whole)
    await goesOn(world, world.home)
  })

  it('without tiles, with altered ones, or with an altered head signs nothing, and its hint mends that', async (t) => {
    const world = await aPublishedWorld(t)
    const manifest = join(world.home, 'manifest')
    for (const harm of [
      () => rmSync(join(manifest, `tile/0/000.p/${SIZE}`)),
      () => rmSync(join(manifest, 'tile'), { recursive: true }),
      () => appendFileSync(join(manifest, `tile/entries/000.p/${SIZE}`), 'x'),
      () => flip(join(manifest, `tile/0/000.p/${SIZE}`), 40),
      () => flip(join(manifest, 'checkpoint'), 30),
      () => writeFileSync(join(manifest, 'checkpoint'), ''),
      () => rmSync(manifest, { recursive: true }),
    ]) {
      harm()
      const refused = await world.run(['publish', '--yes', '--json'])
      assert.equal(refused.exit, 4)
      const mended = await followHint(world, world.home, problemOf(refused, 'LOG_DAMAGED'))
      assert.equal(mended.exit, 0, JSON.stringify(mended.events))
      assert.equal((await world.run(['manifest', 'verify', '--json'])).exit, 0)
    }
    await goesOn(world, world.home)
  })

  it('with an altered index, receipt or kept head does not verify, and is written anew by recover', async (t) => {
    const world = await aPublishedWorld(t)
    const manifest = join(world.home, 'manifest')
    const shards = readdirSync(join(manifest, 'index/shard/-')).map((name) => `index/shard/-/${name}`)
    const before = new Map(
      [...shards, `index/${SIZE - 1}/receipt`, `checkpoints/${SIZE}`].map((name) => [
        name,
        readFileSync(join(manifest, name)),
      ]),
    )
    const newest =
      shards.find(
        (name) =>
          readFileSync(join(manifest, name)).length ===
          Math.max(...shards.map((each) => readFileSync(join(manifest, each)).length)),
      ) ?? ''
    for (const name of [newest, `checkpoints/${SIZE}`]) {
      flip(join(manifest, name), 30)
      assert.equal((await world.run(['manifest', 'verify', '--json'])).exit, 4, name)
      assert.equal((await world.run(['manifest', 'recover', '--from', manifest, '--json'])).exit, 0, name)
      assert.deepEqual(readFileSync(join(manifest, name)), before.get(name))
    }
    flip(join(manifest, `index/${SIZE - 1}/receipt`), 30)
    assert.equal((await world.run(['manifest', 'recover', '--from', manifest, '--json'])).exit, 0)
    assert.deepEqual(readFileSync(join(manifest, `index/${SIZE - 1}/receipt`)), before.get(`index/${SIZE - 1}/receipt`))
    assert.equal(await verifiedSize(world, world.home), SIZE)
  })
})

describe('a whole older home', { concurrency: 2 }, () => {
  it('signs nothing on the computer that signed more, adopts a copy of the longer log, and goes on with it', async (t) => {
    const world = await aPublishedWorld(t)
    await refusedPublish(world, world.older, 'HEAD_BEHIND')
    const refused = await world.at(world.older, ['withdraw', 'https://youtu.be/item0000000', '--json'])
    assert.deepEqual([refused.exit, codesOf(refused)], [4, ['HEAD_BEHIND']])
    const recovered = await world.at(world.older, ['manifest', 'recover', '--from', world.home, '--json'])
    assert.deepEqual([recovered.exit, doneOf(recovered)['adopted']], [0, SIZE - OLD_SIZE])
    // The withdrawal that was refused had stopped the serving, and now reaches the log.
    assert.equal((await statesOf(world, world.older))['youtube:video:item0000000'], 'withdrawn hold')
    const published = await world.at(world.older, ['publish', '--yes', '--json'])
    assert.deepEqual(
      linesOfEvent(published, 'withdrawn').map(({ index }) => index),
      [SIZE],
    )
    assert.equal(await verifiedSize(world, world.older), SIZE + 2)
    // Now the other copy is the older one.
    await refusedPublish(world, world.home, 'HEAD_BEHIND')
  })

  it('asks the published copies where the record is lost, and recovers from them', async (t) => {
    const world = await aPublishedWorld(t)
    const server = await world.serve()
    const elsewhere = { XDG_STATE_HOME: join(world.path, 'elsewhere') }
    configureUrl(world.older, server.url)
    assert.match(
      String((await refusedPublish(world, world.older, 'HEAD_BEHIND', elsewhere))['message']),
      /127\.0\.0\.1/,
    )
    const recovered = await world.at(world.older, ['manifest', 'recover', '--from', server.url, '--json'], elsewhere)
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.equal((await world.at(world.older, ['publish', '--yes', '--json'], elsewhere)).exit, 0)
    assert.equal(await verifiedSize(world, world.older), SIZE)
    await server.stop()
  })

  it('where the published copies do not answer sequences, and signs only with --offline', async (t) => {
    const world = await aPublishedWorld(t)
    configureUrl(world.home, 'http://127.0.0.1:1')
    assert.equal((await world.run(['add', world.another('offlineVid1'), '--json'])).exit, 0)
    const unsure = await world.run(['publish', '--yes', '--json'])
    assert.equal(unsure.exit, 3)
    assert.deepEqual(
      linesOfEvent(unsure, 'published').map(({ index }) => index),
      [SIZE],
    )
    assert.ok(codesOf(unsure).includes('HEAD_UNSURE'))
    assert.equal(await verifiedSize(world, world.home), SIZE)
    const signed = await world.run(['publish', '--yes', '--offline', '--json'])
    assert.deepEqual([signed.exit, doneOf(signed)['published'], doneOf(signed)['manifestSize']], [0, 0, SIZE + 2])
    assert.equal(await verifiedSize(world, world.home), SIZE + 2)
  })

  it('lets nothing out that was held after the backup was made, until somebody clears it again', async (t) => {
    const world = await aPublishedWorld(t)
    const ids = ['heldLater01', 'neverHeld01']
    for (const id of ids) world.another(id)
    assert.equal((await world.run(['add', join(world.path, 'own'), '--json'])).exit, 0)
    const backup = join(world.path, 'backup')
    cpSync(world.home, backup, { recursive: true })
    assert.equal((await world.run(['hold', 'https://youtu.be/heldLater01', '--json'])).exit, 0)
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['published'], 1)
    const recovered = await world.at(backup, ['manifest', 'recover', '--from', world.home, '--json'])
    assert.deepEqual([recovered.exit, doneOf(recovered)['held']], [0, 1])
    const published = await world.at(backup, ['publish', '--yes', '--json'])
    assert.deepEqual([doneOf(published)['published'], doneOf(published)['held']], [0, 1])
    assert.match(String(linesOfEvent(published, 'held')[0]?.['reason']), /clear it again/)
    // Saying it again by adding the folder is no decision either.
    assert.equal((await world.at(backup, ['add', join(world.path, 'own'), '--json'])).exit, 0)
    assert.equal(doneOf(await world.at(backup, ['publish', '--yes', '--json']))['published'], 0)
    assert.equal((await world.at(backup, ['clear', 'https://youtu.be/heldLater01', '--json'])).exit, 0)
    assert.equal(doneOf(await world.at(backup, ['publish', '--yes', '--json']))['published'], 1)
    await verifiedSize(world, backup)
  })
})

describe('two copies of one home', () => {
  it('used in turn on one computer: the second is refused, before it says that it published', async (t) => {
    const world = await aPublishedWorld(t)
    const copy = join(world.path, 'copy')
    cpSync(world.home, copy, { recursive: true })
    assert.equal((await world.run(['add', world.another('onTheFirst1'), '--json'])).exit, 0)
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    assert.equal((await world.at(copy, ['add', world.another('onTheCopy01'), '--json'])).exit, 0)
    await refusedPublish(world, copy, 'HEAD_BEHIND')
    assert.equal((await world.at(copy, ['manifest', 'recover', '--from', world.home, '--json'])).exit, 0)
    assert.equal((await world.at(copy, ['clear', 'https://youtu.be/onTheCopy01', '--json'])).exit, 0)
    assert.equal(doneOf(await world.at(copy, ['publish', '--yes', '--json']))['published'], 1)
    assert.equal(await verifiedSize(world, copy), SIZE + 4)
    await refusedPublish(world, world.home, 'HEAD_BEHIND')
  })
})

function configureUrl(home: string, url: string): void {
  const path = join(home, 'holdfast.toml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('urls = []', `urls = ["${url}"]`))
}

/** Changes one bit of a file. */
function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
