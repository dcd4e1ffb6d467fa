import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aVideo, manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, linesOfEvent, problemOf, type World, withArchive } from './harness.ts'

interface SmallDisk extends Disposable {
  readonly path: string
  grow(): void
}

/** A file system of its own that is soon full; undefined, and the test skipped, where this user may not mount one. */
function smallDisk(context: TestContext, path: string, kilobytes: number): SmallDisk | undefined {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'holdfast-test', path], { stdio: 'ignore' })
  } catch {
    context.skip('mounting a small file system needs root')
    return undefined
  }
  return {
    path,
    grow: () => void execFileSync('mount', ['-o', 'remount,size=256m', path]),
    [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', path]),
  }
}

/** Everything is in the catalogue once, and the manifest is sound. */
async function checkWhole(world: World, home: string, bundles: number): Promise<void> {
  const env = { HOLDFAST_HOME: home }
  const listed = linesOfEvent(await world.run(['list', '--json'], { env }), 'listed')
  assert.equal(listed.length, bundles)
  assert.equal(new Set(listed.map(({ root }) => root)).size, bundles)
  const verified = await world.run(
    ['manifest', 'verify', join(home, 'manifest'), '--policy', join(home, 'policy.txt'), '--json'],
    { env },
  )
  assert.equal(verified.exit, 0)
  assert.equal(doneOf(verified)['problems'], 0)
}

describe('a disk that is full', { concurrency: 2 }, () => {
  it('stops add with a word, keeps what was finished, and lets it go on when there is space', async (context) => {
    const world = aWorld(context)
    using disk = smallDisk(context, join(world.path, 'disk'), 1_500)
    if (disk === undefined) return
    const home = join(disk.path, 'home')
    const env = { HOLDFAST_HOME: home }
    assert.equal(
      (await world.run(['init', '--origin', 'archive.example/t', '--no-passphrase', '--json'], { env })).exit,
      0,
    )
    manyVideos(join(world.path, 'archive'), 300)
    const full = await world.run(['add', join(world.path, 'archive'), '--json'], { env })
    assert.equal(full.exit, 3, full.stderr)
    assert.match(String(problemOf(full, 'DISK_FULL')['hint']), /again/)
    const said = linesOfEvent(full, 'bundle').map(({ id }) => id)
    disk.grow()
    const listed = linesOfEvent(await world.run(['list', '--json'], { env }), 'listed').map(({ id }) => id)
    assert.deepEqual(
      said.filter((id) => !listed.includes(id)),
      [],
      'what was said to be added is there',
    )
    const rest = await world.run(['add', join(world.path, 'archive'), '--json'], { env })
    assert.equal(rest.exit, 0)
    assert.equal(Number(doneOf(rest)['added']) + Number(doneOf(rest)['known']), 300)
    await checkWhole(world, home, 300)
  })

  it('stops publish with a word, and lets it go on with the same log', async (context) => {
    const world = aWorld(context)
    using disk = smallDisk(context, join(world.path, 'disk'), 2_300)
    if (disk === undefined) return
    const home = join(disk.path, 'home')
    const env = { HOLDFAST_HOME: home }
    await world.run(['init', '--origin', 'archive.example/t', '--no-passphrase', '--json'], { env })
    manyVideos(join(world.path, 'archive'), 120)
    assert.equal((await world.run(['add', join(world.path, 'archive'), '--json'], { env })).exit, 0)
    const before = readFileSync(join(home, 'manifest/checkpoint'), 'utf8')
    execFileSync('sh', ['-c', `head -c 20m /dev/zero > '${join(disk.path, 'filler')}' 2>/dev/null || :`])
    const full = await world.run(['publish', '--yes', '--json'], { env })
    assert.equal(full.exit, 3, full.stdout)
    problemOf(full, 'DISK_FULL')
    assert.equal(readFileSync(join(home, 'manifest/checkpoint'), 'utf8'), before, 'the old head stands')
    disk.grow()
    const rest = await world.run(['publish', '--yes', '--json'], { env })
    assert.equal(rest.exit, 0)
    assert.equal(Number(doneOf(rest)['published']) + Number(doneOf(rest)['already']), 120)
    await checkWhole(world, home, 120)
  })

  it('stops get with a word, keeps the parts, and lets it go on', async (context) => {
    const world = await withArchive(context, {
      id: 'largeVideo1',
      media: { mp4: new Uint8Array(6 * 1024 * 1024).fill(7) },
    })
    using disk = smallDisk(context, join(world.path, 'disk'), 4_000)
    if (disk === undefined) return
    await world.run(['add', world.archive, '--json'])
    await world.run(['publish', '--yes', '--json'])
    const output = join(disk.path, 'found')
    const full = await world.run(['get', 'https://youtu.be/largeVideo1', '-o', output, '--json'])
    assert.equal(full.exit, 3, full.stdout)
    problemOf(full, 'OUTPUT_UNWRITABLE')
    assert.ok(
      readdirSync(output, { recursive: true }).some((name) => String(name).endsWith('.part')),
      'the part stays',
    )
    disk.grow()
    const rest = await world.run(['get', 'https://youtu.be/largeVideo1', '-o', output, '--json'])
    assert.equal(rest.exit, 0)
    const video = linesOfEvent(rest, 'file').find(({ path }) => String(path).endsWith('video.mp4'))
    assert.equal(video?.['bytes'], 6 * 1024 * 1024)
    assert.equal(video?.['verified'], true)
  })

  it('says the same of a file size limit, and goes on without it', async (context) => {
    const world = await withArchive(context)
    manyVideos(join(world.path, 'many'), 200)
    const limited = await world.run(['add', join(world.path, 'many'), '--json'], {
      prefix: ['prlimit', '--fsize=600000'],
    })
    assert.equal(limited.exit, 3, limited.stdout + limited.stderr)
    problemOf(limited, 'DISK_FULL')
    assert.equal((await world.run(['add', join(world.path, 'many'), '--json'])).exit, 0)
    await checkWhole(world, world.home, 200)
  })

  it('is told of init as well, which then finishes', async (context) => {
    const world = aWorld(context)
    using disk = smallDisk(context, join(world.path, 'disk'), 64)
    if (disk === undefined) return
    const env = { HOLDFAST_HOME: join(disk.path, 'home') }
    const args = ['init', '--origin', 'archive.example/t', '--no-passphrase', '--json']
    const full = await world.run(args, { env })
    assert.equal(full.exit, 3, full.stdout)
    problemOf(full, 'DISK_FULL')
    const early = await world.run(['list', '--json'], { env })
    assert.equal(early.exit, 2)
    disk.grow()
    assert.equal((await world.run(args, { env })).exit, 0)
    aVideo(join(world.path, 'archive'), { id: 'goodVideo01' })
    assert.equal((await world.run(['add', join(world.path, 'archive'), '--json'], { env })).exit, 0)
  })
})
