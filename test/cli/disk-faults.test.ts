import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { checkDisk } from '../../src/disk/check-disk.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aDiskWorld, assertSealed, filesOf, mounted } from './disk-world.ts'
import { codesOf, doneOf, linesOfEvent, problemOf } from './harness.ts'
import { aMirrorWorld, logHome } from './mirror-world.ts'
import { followHint, SIZE } from './published-world.ts'

const BUNDLES = 4

describe('a disk that is damaged or was made to do harm', { concurrency: 2 }, () => {
  it('is named file by file when it is read whole, and export mends it', async (t) => {
    const world = await aDiskWorld(t)
    const { disk } = world
    await world.exported(world.home)
    const [car = ''] = filesOf(disk).filter((path) => path.endsWith('.car'))
    const [index = ''] = filesOf(disk).filter((path) => path.endsWith('.index') && !path.startsWith(car.slice(0, -6)))
    const tile = 'manifest/tile/0/000.p/8'
    for (const path of [car, index, tile, 'README.txt']) flip(join(disk, path))
    const mirror = await world.emptyMirror('mirror')
    const read = await world.at(mirror, ['import', disk, '--check', ...world.asNew, '--json'])
    assert.equal(read.exit, 4)
    const named = linesOfEvent(read, 'problem').filter(({ code }) => code === 'DISK_DAMAGED')
    assert.deepEqual(named.map(({ path }) => path).sort(), [car, index, tile, 'README.txt'].sort())
    const mended = await world.run(['export', '--to', disk, '--check', '--json'])
    assert.deepEqual([mended.exit, doneOf(mended)['damaged'], doneOf(mended)['exported']], [4, 4, 2], mended.stdout)
    await assertSealed(disk)
    const whole = await world.at(mirror, ['import', disk, '--json'])
    assert.deepEqual([whole.exit, doneOf(whole)['held']], [0, BUNDLES], whole.stdout)
  })

  it('is found out by any one byte of any one file', async (t) => {
    const world = await aDiskWorld(t)
    const { disk } = world
    await world.exported(world.home)
    const files = filesOf(disk).filter((path) => path !== 'SHA256SUMS')
    assert.ok(files.length > 20)
    for (const path of files) {
      const sound = readFileSync(join(disk, path))
      const bytes = Buffer.from(sound)
      const at = randomInt(bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8))
      writeFileSync(join(disk, path), bytes)
      const named: string[] = []
      for await (const file of checkDisk(disk, AbortSignal.timeout(10_000)))
        if (file.fault !== undefined) named.push(file.path)
      assert.deepEqual(named, [path], `byte ${at} of ${path}`)
      writeFileSync(join(disk, path), sound)
    }
    await assertSealed(disk)
  })

  it('gives a mirror nothing that is wrong, and all that is right', async (t) => {
    const world = await aDiskWorld(t)
    const { disk } = world
    await world.exported(world.home)
    const of = (end: string): string[] => filesOf(disk).filter((path) => path.endsWith(end))
    const [flipped = '', short = '', linked = '', lied = ''] = of('.car')
    flip(join(disk, flipped))
    truncateSync(join(disk, short), 500)
    const secret = join(world.path, 'secret')
    cpSync(join(disk, linked), secret)
    rmSync(join(disk, linked))
    symlinkSync(secret, join(disk, linked))
    // An index that leads nowhere is found out, and the CAR read through.
    writeFileSync(join(disk, lied.replace('.1.car', '.index')), Buffer.alloc(480, 7))
    const mirror = await world.emptyMirror('mirror')
    const taken = await world.at(mirror, ['import', disk, ...world.asNew, '--json'])
    assert.equal(taken.exit, 3, taken.stdout)
    assert.equal(doneOf(taken)['held'], 1, taken.stdout)
    assert.ok(codesOf(taken).includes('DISK_DAMAGED'))
    assert.ok(
      codesOf(taken).every((code) => ['DISK_DAMAGED', 'SOURCES_EXHAUSTED'].includes(code)),
      codesOf(taken).join(),
    )
    rmSync(join(disk, 'cosignatures'), { recursive: true, force: true })
    const elsewhere = join(world.path, 'elsewhere')
    mkdirSync(elsewhere)
    symlinkSync(elsewhere, join(disk, 'cosignatures'))
    const led = await world.at(mirror, ['import', disk, '--json'])
    assert.ok(codesOf(led).includes('DISK_FOREIGN'), led.stdout)
    assert.deepEqual(readdirSync(elsewhere), [], 'nothing is written where a link leads')
    rmSync(join(disk, 'cars'), { recursive: true })
    symlinkSync(elsewhere, join(disk, 'cars'))
    const out = await world.run(['export', '--to', disk, '--json'])
    assert.deepEqual([out.exit, codesOf(out)], [2, ['DISK_FOREIGN']])
    assert.deepEqual(readdirSync(elsewhere), [])
  })

  it('cannot make a mirror believe another log, or an older state', async (t) => {
    const world = await aDiskWorld(t)
    const { disk } = world
    await world.exported(world.home)
    const mirror = await world.emptyMirror('mirror')
    assert.equal((await world.at(mirror, ['import', disk, ...world.asNew, '--json'])).exit, 0)
    const older = join(world.path, 'old-disk')
    assert.equal((await world.at(world.older, ['export', '--to', older, '--json'])).exit, 0)
    const stale = await world.at(mirror, ['import', older, '--json'])
    assert.deepEqual([stale.exit, codesOf(stale), doneOf(stale)['size']], [0, ['SOURCE_STALE'], SIZE])
    // Two histories of one key: a backup that published on.
    await world.at(world.older, ['add', world.another('otherVideo1'), '--access', 'public', '--json'])
    const fork = await world.at(world.older, ['publish', '--yes', '--offline', '--json'], {
      XDG_STATE_HOME: join(world.path, 'none'),
    })
    assert.equal(fork.exit, 0, fork.stdout)
    assert.equal((await world.at(world.older, ['export', '--to', older, '--json'])).exit, 0)
    const forked = await world.at(mirror, ['import', older, '--json'])
    assert.deepEqual([forked.exit, codesOf(forked)], [4, ['LOG_FORKED']], forked.stdout)
    const [evidence = ''] = readdirSync(join(logHome(mirror), 'evidence'))
    const shown = await world.at(mirror, [
      'verify',
      join(logHome(mirror), 'evidence', evidence),
      '--policy',
      world.policy,
      '--json',
    ])
    assert.equal(shown.exit, 0, shown.stdout)
    const foreign = await world.at(mirror, ['import', join(world.path, 'nothing'), '--json'])
    assert.deepEqual([foreign.exit, codesOf(foreign)], [2, ['DISK_MISSING']])
    assert.equal((await world.run(['export', '--to', world.home, '--json'])).exit, 2)
  })
})

describe('a disk on its way back', { concurrency: 2 }, () => {
  it('brings a publisher nothing that is not a wanted signature of its head', async (t) => {
    const world = await aDiskWorld(t)
    const { disk, home } = world
    await world.exported(home)
    const before = readFileSync(join(home, 'manifest/checkpoint'), 'utf8')
    const place = join(disk, 'cosignatures')
    mkdirSync(place)
    const line = `— m-evil/mirror ${Buffer.alloc(76, 7).toString('base64')}\n`
    const name = (n: number): string => join(place, `${SIZE}-0000000${n}.checkpoint`)
    writeFileSync(name(1), `${before.split('\n\n')[0]}\n\n${line}`)
    writeFileSync(name(2), 'nonsense')
    writeFileSync(name(3), Buffer.alloc(1_000_000, 'x'))
    symlinkSync(join(home, 'keys', 'log.key'), name(4))
    writeFileSync(join(place, 'other name'), before)
    const brought = await world.at(home, ['import', disk, '--json'])
    assert.deepEqual([brought.exit, new Set(codesOf(brought))], [3, new Set(['COSIGNATURE_REFUSED'])], brought.stdout)
    assert.deepEqual(
      [doneOf(brought)['taken'], doneOf(brought)['refused']],
      [0, 2],
      'links and what is too long are not even read',
    )
    assert.equal(readFileSync(join(home, 'manifest/checkpoint'), 'utf8'), before)
    const other = await world.emptyMirror('mirror')
    writeFileSync(join(disk, 'holdfast-disk.txt'), 'holdfast/disk/v1\nother.example/log\n')
    const foreign = await world.at(home, ['import', disk, '--json'])
    assert.deepEqual([foreign.exit, codesOf(foreign)], [2, ['DISK_FOREIGN']])
    const unknown = await world.at(other, ['import', disk, ...world.asNew, '--json'])
    assert.deepEqual([unknown.exit, codesOf(unknown)], [2, ['USAGE']], 'the policy is about another log')
  })

  it('tells a publisher that its home is an old backup, and how it is mended', async (t) => {
    const world = await aDiskWorld(t)
    await world.exported(world.home)
    const behind = await world.at(world.older, ['import', world.disk, '--json'])
    assert.deepEqual([behind.exit, codesOf(behind)], [4, ['HEAD_BEHIND']], behind.stdout)
    const mended = await followHint(world, world.older, problemOf(behind, 'HEAD_BEHIND'))
    assert.equal(mended.exit, 0, mended.stdout)
    const again = await world.at(world.older, ['import', world.disk, '--json'])
    assert.deepEqual([again.exit, codesOf(again)], [0, []])
  })

  it('that was not finished, or cannot be written to, is used for what it is good for', async (t) => {
    const world = await aDiskWorld(t)
    const stick = join(world.path, 'stick')
    using mount = mounted(t, stick, 100_000)
    if (mount === undefined) return
    const disk = join(stick, 'archive')
    assert.equal((await world.run(['export', '--to', disk, '--json'])).exit, 0)
    rmSync(join(disk, 'SHA256SUMS'))
    mount.readOnly()
    const mirror = await world.emptyMirror('mirror')
    const read = await world.at(mirror, ['import', disk, ...world.asNew, '--json'])
    assert.deepEqual([read.exit, doneOf(read)['held'], doneOf(read)['returned']], [3, BUNDLES, 0], read.stdout)
    assert.deepEqual(new Set(codesOf(read)), new Set(['DISK_UNSEALED', 'DISK_READ_ONLY']))
    assert.ok(linesOfEvent(read, 'cosigned').length >= 2, 'the lines can go another way')
  })
})

describe('a disk that is full or pulled out', () => {
  it('is told before anything is written, and while it is', async (t) => {
    const world = await aDiskWorld(t)
    using small = mounted(t, join(world.path, 'stick'), 64)
    if (small === undefined) return
    const disk = join(world.path, 'stick', 'archive')
    const early = await world.run(['export', '--to', disk, '--json'])
    assert.deepEqual([early.exit, codesOf(early)], [3, ['DISK_FULL']])
    assert.match(String(problemOf(early, 'DISK_FULL')['hint']), /--since or --only/)
    assert.deepEqual(existsSync(disk) ? filesOf(disk) : [], [])
    small.grow()
    const limited = await world.run(['export', '--to', disk, '--json'], { prefix: ['prlimit', '--fsize=3000'] })
    assert.deepEqual([limited.exit, codesOf(limited)], [3, ['DISK_FULL']], limited.stdout)
    assert.equal((await world.run(['export', '--to', disk, '--json'])).exit, 0)
    await assertSealed(disk)
  })

  it('is not mistaken for the empty directory that it leaves behind', async (t) => {
    const world = await aMirrorWorld(t)
    const media = { mp4: Buffer.alloc(40_000_000, 'a film') }
    for (let n = 0; n < 6; n += 1)
      aVideo(join(world.path, 'films'), {
        id: `longFilm00${n}`,
        media: { mp4: Buffer.concat([Buffer.from(String(n)), media.mp4]) },
      })
    await world.run(['add', join(world.path, 'films'), '--json'])
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const stick = join(world.path, 'stick')
    using mount = mounted(t, stick, 600_000)
    if (mount === undefined) return
    const running = world.start(['export', '--to', join(stick, 'archive'), '--json'])
    await running.until(({ event }) => event === 'exported')
    mount.pullOut()
    const outcome = await running.outcome()
    assert.deepEqual([outcome.exit, codesOf(outcome)], [3, ['DISK_GONE']], outcome.stdout)
    assert.deepEqual(readdirSync(stick), [], 'nothing is written into the mount point')
  })
})

function flip(path: string): void {
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
