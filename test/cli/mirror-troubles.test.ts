import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aBundle, LOG } from '../fakes/manifest-log.ts'
import { WrittenManifest, writeFiles } from '../fakes/written-manifest.ts'
import { codesOf, doneOf, linesOfEvent, problemOf } from './harness.ts'
import { aMirrorWorld, LOG_NAME, logHome, statusOf, synced } from './mirror-world.ts'
import { OLD_SIZE, SIZE } from './published-world.ts'

/** A file system of its own that is too small; undefined, and the test skipped, where this user may not mount one. */
function smallDisk(context: TestContext, path: string): Disposable | undefined {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'holdfast-test', path], { stdio: 'ignore' })
  } catch {
    context.skip('mounting a small file system needs root')
    return undefined
  }
  return { [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', path]) }
}

describe('a mirror in trouble', { concurrency: 2 }, () => {
  it('says so when its disk is full, keeps what it has, and goes on when there is room', async (context) => {
    const world = await aMirrorWorld(context)
    const path = join(world.path, 'disk')
    using disk = smallDisk(context, path)
    if (disk === undefined) return
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror(join('disk', 'mirror'), [publisher.url])
    const full = await world.sync(mirror)
    assert.equal(full.exit, 3, full.stdout)
    assert.ok(codesOf(full).includes('DISK_FULL'))
    assert.deepEqual([doneOf(full)['size'], doneOf(full)['missing']], [SIZE, 4])
    execFileSync('mount', ['-o', 'remount,size=256m', path])
    assert.equal((await synced(world, mirror))['held'], 4)
  })

  it('keeps two contradicting heads as evidence that verify proves, exits 4, and serves what it held', async (context) => {
    const world = await aMirrorWorld(context)
    const [place, key] = [join(world.path, 'log'), LOG.key.text]
    writeFiles(join(place, 'manifest'), new WrittenManifest().add(aBundle(1)).head().files)
    const mirror = await world.mirror('mirror', [place], ['--policy', key, '--include', 'max=0'])
    const { size } = await synced(world, mirror)
    const other = new WrittenManifest().add(aBundle(2), aBundle(3)).head()
    writeFiles(join(place, 'manifest'), other.files)
    const forked = await world.sync(mirror)
    assert.equal(forked.exit, 4, forked.stdout)
    problemOf(forked, 'LOG_FORKED')
    assert.equal(doneOf(forked)['size'], size)
    const evidence = String((await statusOf(world, mirror))['evidence'])
    const proven = await world.at(mirror, ['verify', evidence, '--policy', key, '--json'])
    assert.equal(proven.exit, 0, proven.stdout)
    const [fork] = linesOfEvent(proven, 'fork')
    assert.ok(fork !== undefined)
    assert.deepEqual([fork['verified'], (fork['newer'] as { size: number }).size], [true, other.size])
    const stranger = await world.at(mirror, ['verify', evidence, '--policy', world.policy, '--json'])
    assert.deepEqual([stranger.exit, codesOf(stranger)], [4, ['SIGNATURE_MISSING']])
    const server = await world.serveHome(mirror)
    assert.ok((await (await fetch(`${server.url}/manifest/checkpoint`)).text()).includes(`\n${size}\n`))
  })

  it('is locked while another sync runs, and says by whom', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url], ['--limit', '500'])
    const running = world.start(['mirror', 'sync', '--json'], { env: { HOLDFAST_HOME: mirror } })
    while (!existsSync(join(logHome(mirror), 'content'))) await new Promise((resolve) => setTimeout(resolve, 20))
    const second = await world.sync(mirror)
    assert.deepEqual([second.exit, codesOf(second)], [3, ['HOME_LOCKED']])
    const status = await statusOf(world, mirror)
    assert.equal(status['size'], SIZE)
    running.process.kill('SIGINT')
    running.process.kill('SIGINT')
    await running.outcome()
  })

  it('polls on its own, takes in what is new, and ends well when it is told to', async (context) => {
    const world = await aMirrorWorld(context)
    const older = await world.serveHome(world.older)
    const mirror = await world.mirror('mirror', [older.url])
    const running = world.start(['mirror', 'run', '--every', '1', '--json'], { env: { HOLDFAST_HOME: mirror } })
    await running.until(({ event }) => event === 'fetched')
    while (Number((await statusOf(world, mirror))['size']) < OLD_SIZE)
      await new Promise((resolve) => setTimeout(resolve, 100))
    await older.stop()
    await running.until(({ event, code }) => event === 'problem' && code === 'SOURCES_EXHAUSTED')
    const publisher = await world.serveHome(world.home)
    assert.equal((await world.at(mirror, ['mirror', 'add', LOG_NAME, '--from', publisher.url, '--json'])).exit, 0)
    await running.until(({ event, index }) => event === 'fetched' && Number(index) >= OLD_SIZE)
    running.process.kill('SIGINT')
    const ended = await running.outcome()
    assert.equal(ended.exit, 0)
    assert.ok(Number(doneOf(ended)['syncs']) >= 2)
  })

  it('writes nothing that names where it came from, but what its operator typed', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    await synced(world, mirror)
    const port = new URL(publisher.url).port
    const naming: string[] = []
    for (const name of readdirSync(join(logHome(mirror), 'manifest'), { recursive: true, encoding: 'utf8' })) {
      const path = join(logHome(mirror), 'manifest', name)
      if (statSync(path).isFile() && readFileSync(path).includes(`:${port}`)) naming.push(name)
    }
    assert.deepEqual(naming, [])
    assert.equal(statSync(join(mirror, 'mirrors')).mode & 0o077, 0)
  })
})
