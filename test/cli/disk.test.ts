import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aDiskWorld, assertSealed, filesOf } from './disk-world.ts'
import { codesOf, doneOf, linesOfEvent } from './harness.ts'
import { logHome, statusOf } from './mirror-world.ts'
import { SIZE, verifiedSize } from './published-world.ts'

const BUNDLES = 4

function configure(home: string, setting: string, value: string): void {
  const path = join(home, 'holdfast.toml')
  const text = readFileSync(path, 'utf8')
  assert.ok(text.includes(`\n${setting} = []`), setting)
  writeFileSync(path, text.replace(`\n${setting} = []`, `\n${setting} = ${value}`))
}

describe('an archive on a disk', { concurrency: 2 }, () => {
  it('goes from the publisher to a mirror without a network, and the mirror signs what it then holds', async (t) => {
    const world = await aDiskWorld(t)
    const { disk } = world
    const first = await world.exported(world.home)
    assert.deepEqual([first['size'], first['exported'], first['sealed']], [SIZE, BUNDLES, true])
    await assertSealed(disk)
    const mirror = await world.emptyMirror('mirror')
    const unknown = await world.at(mirror, ['import', disk, '--json'])
    assert.deepEqual([unknown.exit, codesOf(unknown)], [2, ['USAGE']])
    const imported = await world.at(mirror, ['import', disk, ...world.asNew, '--json'])
    assert.equal(imported.exit, 0, imported.stdout)
    assert.deepEqual(
      [doneOf(imported)['held'], doneOf(imported)['problems'], doneOf(imported)['missing']],
      [BUNDLES, 0, 0],
    )
    assert.equal(await verifiedSize(world, logHome(mirror)), SIZE)
    await assertSealed(disk)
    // The home of the publisher may be gone: everything is there.
    const server = await world.serveHome(mirror)
    const [bundle] = linesOfEvent(await world.at(logHome(mirror), ['list', '--json']), 'listed')
    assert.equal((await fetch(`${server.url}/ipfs/${bundle?.['root']}?format=car`)).status, 200)
    await server.stop()
    const again = await world.at(mirror, ['import', disk, '--json'])
    assert.deepEqual([again.exit, doneOf(again)['fetched'], doneOf(again)['held']], [0, 0, BUNDLES])
  })

  it('brings the cosignature back, and the quorum of the publisher is met by it', async (t) => {
    const world = await aDiskWorld(t)
    const { disk, home: publisher } = world
    await world.exported(publisher)
    const mirror = await world.emptyMirror('mirror')
    const imported = await world.at(mirror, ['import', disk, ...world.asNew, '--json'])
    assert.equal(imported.exit, 0, imported.stdout)
    const keys = doneOf(await world.at(mirror, ['key', 'show', '--json']))
    const policy = readFileSync(world.policy, 'utf8').replace('quorum none', `witness m ${keys['witness']}\nquorum m`)
    writeFileSync(world.policy, policy)
    configure(publisher, 'cosigners', JSON.stringify([keys['mirror']]))
    const held = await world.at(publisher, ['import', disk, '--json'])
    assert.deepEqual([held.exit, doneOf(held)['taken']], [0, 1], held.stdout)
    assert.match(readFileSync(join(publisher, 'manifest/checkpoint'), 'utf8'), /\/mirror \S+\n/)
    await world.at(publisher, ['add', world.another('anotherOne1'), '--access', 'public', '--json'])
    const waiting = await world.at(publisher, ['publish', '--yes', '--json'])
    assert.deepEqual([waiting.exit, codesOf(waiting)], [3, ['QUORUM_PENDING']])

    await world.exported(publisher)
    assert.ok(existsSync(join(disk, 'manifest/pending/checkpoint')))
    await assertSealed(disk)
    const signed = await world.at(mirror, ['import', disk, '--json'])
    assert.equal(signed.exit, 0, signed.stdout)
    const witnessed = linesOfEvent(signed, 'cosigned').filter(({ size }) => Number(size) > SIZE)
    assert.deepEqual(
      witnessed.map(({ name }) => String(name).split('/')[1]),
      ['witness'],
      'what is not here yet is only witnessed',
    )
    const taken = await world.at(publisher, ['import', disk, '--json'])
    assert.deepEqual([taken.exit, doneOf(taken)['taken']], [0, 1], taken.stdout)
    const published = await world.at(publisher, ['publish', '--yes', '--json'])
    assert.deepEqual([published.exit, codesOf(published)], [0, []])

    const second = await world.exported(publisher)
    assert.deepEqual([second['exported'], second['already']], [1, BUNDLES])
    assert.ok(!existsSync(join(disk, 'manifest/pending/checkpoint')), 'what waited is shown')
    await assertSealed(disk)
    const last = await world.at(mirror, ['import', disk, '--json'])
    assert.deepEqual([last.exit, doneOf(last)['held']], [0, BUNDLES + 1])
  })

  it('takes the line of a witness who signs by hand, and stays sealed', async (t) => {
    const world = await aDiskWorld(t)
    const { disk, home: publisher } = world
    await world.exported(publisher)
    const witness = await world.emptyMirror('witness')
    const signed = await world.at(witness, ['cosign', '--manifest', disk, '--policy', world.policy, '--json'])
    assert.deepEqual([signed.exit, doneOf(signed)['delivered']], [0, true], signed.stdout)
    await assertSealed(disk)
    const keys = doneOf(await world.at(witness, ['key', 'show', '--json']))
    const unknown = await world.at(publisher, ['import', disk, '--json'])
    assert.deepEqual([unknown.exit, codesOf(unknown)], [3, ['COSIGNATURE_REFUSED']])
    configure(publisher, 'cosigners', JSON.stringify([keys['witness']]))
    for (const [taken, known] of [
      [1, 0],
      [0, 1],
    ]) {
      const brought = await world.at(publisher, ['import', disk, '--json'])
      assert.deepEqual(
        [brought.exit, doneOf(brought)['taken'], doneOf(brought)['known']],
        [0, taken, known],
        brought.stdout,
      )
    }
  })

  it('gets what is new, loses what was withdrawn, and is left alone where nothing changed', async (t) => {
    const world = await aDiskWorld(t)
    const { disk } = world
    const [first, ...others] = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => String(id))
    const some = await world.exported(world.home, ['--only', String(first)])
    assert.equal(some['exported'], 1)
    const later = await world.exported(world.home, ['--since', String(SIZE - 2)])
    assert.equal(later['exported'], 1, 'the one that was published last; the other stays')
    await assertSealed(disk)
    const dry = await world.run(['export', '--to', disk, '--dry-run', '--json'])
    assert.deepEqual([dry.exit, doneOf(dry)['wouldExport'], doneOf(dry)['already']], [0, 2, 2])
    await world.exported(world.home)
    const before = filesOf(disk).map((path) => [path, statSync(join(disk, path)).mtimeMs])
    const same = await world.exported(world.home)
    assert.deepEqual([same['exported'], same['already'], same['bytes']], [0, BUNDLES, 0])
    assert.deepEqual(
      filesOf(disk).map((path) => [path, statSync(join(disk, path)).mtimeMs]),
      before,
    )
    const mirror = await world.emptyMirror('mirror')
    assert.equal((await world.at(mirror, ['import', disk, ...world.asNew, '--json'])).exit, 0)
    const [gone = ''] = others
    assert.equal((await world.run(['withdraw', gone, '--json'])).exit, 0)
    const without = await world.run(['export', '--to', disk, '--json'])
    assert.deepEqual([doneOf(without)['removed'], linesOfEvent(without, 'removed').map(({ id }) => id)], [1, [gone]])
    assert.equal(
      readdirSync(join(disk, 'cars'), { recursive: true }).filter((name) => String(name).endsWith('.car')).length,
      BUNDLES - 1,
    )
    await assertSealed(disk)
    const told = await world.at(mirror, ['import', disk, '--json'])
    assert.deepEqual([told.exit, doneOf(told)['held']], [0, BUNDLES - 1], told.stdout)
    assert.ok(Number(doneOf(told)['quarantined']) > 0)
    const old = await world.at(world.older, ['export', '--to', disk, '--json'])
    assert.deepEqual([old.exit, codesOf(old)], [4, ['DISK_NEWER']])
  })

  it('is a source of statements and of content for a mirror that follows a directory', async (t) => {
    const world = await aDiskWorld(t)
    await world.exported(world.home)
    const mirror = await world.mirror('mirror', [world.disk])
    const done = await world.sync(mirror)
    assert.deepEqual([done.exit, doneOf(done)['held'], doneOf(done)['problems']], [0, BUNDLES, 0], done.stdout)
    const [source] = (await statusOf(world, mirror))['sources'] as { name: string; bytes: number }[]
    assert.equal(source?.name, world.disk)
    assert.ok(Number(source?.bytes) > 0)
    // A mirror gives the disk on, too.
    const other = join(world.path, 'other')
    assert.equal((await world.at(mirror, ['export', '--to', other, '--json'])).exit, 0)
    await assertSealed(other)
  })

  it('says which bundles are not on it, and takes the others in', async (t) => {
    const world = await aDiskWorld(t)
    const [first] = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => String(id))
    await world.exported(world.home, ['--only', String(first)])
    const mirror = await world.emptyMirror('mirror')
    const part = await world.at(mirror, ['import', world.disk, ...world.asNew, '--json'])
    assert.deepEqual([part.exit, codesOf(part)], [3, ['DISK_LACKS']])
    assert.deepEqual([doneOf(part)['held'], doneOf(part)['missing']], [1, BUNDLES - 1])
  })
})
