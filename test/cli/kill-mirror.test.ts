import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseCid } from '../../src/model/content-id.ts'
import { openFollowedLog } from '../../src/pipeline/mirror/followed-log.ts'
import { openCosignedHeads } from '../../src/store/cosigned-heads.ts'
import { type CosignerRole, readCosigners } from '../../src/store/cosigner-keys.ts'
import { homePaths } from '../../src/store/home.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { doneOf } from './harness.ts'
import { eachKill, finished, KILLS, type Kill, killed, wholeRun } from './killing.ts'
import { aMirrorWorld, LOG_NAME, logHome, type MirrorWorld, statusOf } from './mirror-world.ts'

const BUNDLES = 7
/** Twice as many as for other commands: this one writes for hours where they write for seconds. */
const kills = process.env['KILLS'] === undefined ? 2 * KILLS : KILLS
/** Two hundred kills take a quarter of an hour on a small machine. */
const LONGEST_MS = 2_400_000
const signal = AbortSignal.timeout(LONGEST_MS)

/** Three films of some megabytes, each MiB of which is like no other. */
function writeFilms(directory: string): void {
  for (let film = 0; film < 3; film += 1) {
    const parts = Array.from({ length: 100_000 }, (_, i) => createHash('sha256').update(`film ${film} ${i}`).digest())
    aVideo(directory, { id: `longFilm00${film}`, media: { mp4: Buffer.concat(parts) } })
  }
}

/**
 * Whatever the mirror says that it holds, it can give, block by block; what it shows of the log is sound; and what its keys
 * decided to sign is true: as a mirror only what is shown here, as a holder only where nothing is missing.
 */
async function checkSound(world: MirrorWorld, home: string): Promise<number> {
  await using log = await openFollowedLog(home, LOG_NAME)
  const { content, bundles, publishedSize } = log.home
  let held = 0
  for (const { root, logIndex } of bundles.all()) {
    if (logIndex === undefined) continue
    for (const { cid } of content.blocksOf(parseCid(root))) assert.ok(await content.readBlock(cid, { signal }))
    held += 1
  }
  assert.ok(log.home.journal.size() >= publishedSize())
  const signed = await signedSizes(home)
  assert.ok(signed.mirror <= publishedSize(), `${signed.mirror} signed as a mirror, ${publishedSize()} shown`)
  assert.ok(signed.witness <= log.home.journal.size())
  if (signed.holder > 0) assert.deepEqual([signed.holder, held], [publishedSize(), BUNDLES], 'signed as a holder')
  if (publishedSize() > 0) {
    const verified = await world.at(logHome(home), ['manifest', 'verify', '--json'])
    assert.equal(verified.exit, 0, verified.stdout)
  }
  return held
}

/** Of the newest head that each key has signed or is about to, 0 for none. */
async function signedSizes(home: string): Promise<Readonly<Record<CosignerRole, number>>> {
  const paths = homePaths(home)
  const vkeys = await readCosigners(paths)
  assert.ok(vkeys !== undefined)
  using heads = await openCosignedHeads(paths)
  const sizeOf = (role: CosignerRole): number => heads.list(vkeys[role])[0]?.size ?? 0
  return { witness: sizeOf('witness'), mirror: sizeOf('mirror'), holder: sizeOf('holder') }
}

describe('a mirror that is killed at any instant', { timeout: LONGEST_MS }, () => {
  it('never claims what it does not hold, and goes on where it was', async (context) => {
    const world = await aMirrorWorld(context)
    const films = join(world.path, 'films')
    writeFilms(films)
    assert.equal((await world.run(['add', films, '--json'])).exit, 0)
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const publisher = await world.serve({ env: { HOLDFAST_HOME: world.home }, tooLongMs: LONGEST_MS })
    const fresh = await world.mirror('fresh', [publisher.url])
    const once = join(world.path, 'once')
    cpSync(fresh, once, { recursive: true })
    const whole = await wholeRun(world, once, ['mirror', 'sync'])
    const home = join(world.path, 'killed')
    let fetched = 0
    const kill = async (_n: number, one: Kill): Promise<void> => {
      rmSync(home, { recursive: true, force: true })
      cpSync(fresh, home, { recursive: true })
      const lines = await killed(world, home, ['mirror', 'sync'], one)
      const told = lines.filter(({ event }) => event === 'fetched').length
      const held = await checkSound(world, home)
      assert.ok(held >= told, `${held} held, ${told} told`)
      const last = await finished(world, home, ['mirror', 'sync'])
      assert.deepEqual([last['held'], last['missing'], last['problems']], [BUNDLES, 0, 0])
      assert.equal(last['fetched'], BUNDLES - held)
      assert.deepEqual(new Set(Object.values(await signedSizes(home))), new Set([last['size']]), 'signed with all keys')
      assert.equal(await checkSound(world, home), BUNDLES)
      fetched += Number(last['fetched'])
      const parts = readdirSync(logHome(home), { recursive: true, encoding: 'utf8' })
      assert.deepEqual(
        parts.filter((name) => name.endsWith('.part')),
        [],
      )
    }
    await eachKill(context, whole, kill, kills)
    assert.ok(fetched < kills * BUNDLES || kills < 8, 'some kills came late enough to leave bundles whole')
  })

  it('fetches of a film only what is not there when it was killed in its middle', async (context) => {
    const world = await aMirrorWorld(context)
    const films = join(world.path, 'films')
    writeFilms(films)
    await world.run(['add', films, '--json'])
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url], ['--limit', '4MB'])
    const running = world.start(['mirror', 'sync', '--json'], { env: { HOLDFAST_HOME: mirror } })
    const content = join(logHome(mirror), 'content')
    const partBytes = (): number => {
      const names = existsSync(content) ? readdirSync(content, { recursive: true, encoding: 'utf8' }) : []
      const parts = names.filter((name) => name.endsWith('.part'))
      // What is allocated: a later part of a film may be there before an earlier one.
      return parts.reduce(
        (sum, name) => sum + (statSync(join(content, name), { throwIfNoEntry: false })?.blocks ?? 0) * 512,
        0,
      )
    }
    while (partBytes() < 2_097_152) await new Promise((resolve) => setTimeout(resolve, 20))
    running.process.kill('SIGKILL')
    await running.outcome()
    const add = ['mirror', 'add', LOG_NAME, '--limit', '0', '--json']
    assert.equal((await world.at(mirror, add)).exit, 0)
    const done = await world.sync(mirror)
    assert.equal(done.exit, 0, done.stdout)
    assert.equal(doneOf(done)['held'], BUNDLES)
    const [source] = (await statusOf(world, mirror))['sources'] as { bytes: number }[]
    assert.ok(Number(source?.bytes) < 9_600_000 - 1_000_000, `${source?.bytes} bytes came again`)
  })
})
