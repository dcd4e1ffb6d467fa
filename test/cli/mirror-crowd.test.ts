import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parsePolicy } from '../../src/manifest/policy.ts'
import { configureNetwork } from '../../src/read/network.ts'
import { nodePrimitives } from '../../src/store/node-primitives.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aMirror } from '../unit/mirror/following.ts'
import { doneOf, linesOfEvent } from './harness.ts'
import { aMirrorWorld, logHome, synced } from './mirror-world.ts'
import { SIZE } from './published-world.ts'

/** All at once, each with a home of its own, in one process: fifty processes would measure this machine. `MIRRORS=50` says how many. */
const CROWD = Number(process.env['MIRRORS'] ?? (process.env['SLOW'] === '1' ? 50 : 8))

describe('a publisher', () => {
  it(`is followed by ${CROWD} mirrors at once`, async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const policy = parsePolicy(readFileSync(world.policy, 'utf8'), nodePrimitives.sha256)
    const mirrors = await Promise.all(
      Array.from({ length: CROWD }, () => aMirror(context, [publisher.url], { policy })),
    )
    // The helpers of the unit tests are impatient, and here all wait for one another.
    configureNetwork({ proxyUrl: undefined })
    const synced = await Promise.all(mirrors.map((mirror) => mirror.sync()))
    for (const { size, held, faults } of synced) assert.deepEqual([size, held, faults], [SIZE, 4, []])
  })

  it('may correct a bundle: mirrors serve the new version and the old one, and withdraw both as one', async (context) => {
    const world = await aMirrorWorld(context)
    const archive = join(world.path, 'own')
    aVideo(archive, { id: 'corrected01', title: 'As it was' })
    await world.run(['add', archive, '--json'])
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    await synced(world, mirror)
    const rootNow = async (home: string): Promise<string> => {
      const [match] = linesOfEvent(await world.at(home, ['lookup', 'https://youtu.be/corrected01', '--json']), 'match')
      return String(match?.['root'])
    }
    const before = await rootNow(world.home)
    const { info } = aVideo(archive, { id: 'corrected01', title: 'As it was', description: 'A better description' })
    writeFileSync(info, readFileSync(info, 'utf8'))
    assert.equal(doneOf(await world.run(['add', archive, '--json']))['failed'], 0)
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['published'], 1)
    const after = await rootNow(world.home)
    assert.notEqual(after, before)
    const done = await synced(world, mirror)
    assert.deepEqual([done['fetched'], done['held'], done['quarantined']], [1, 5, 0])
    assert.equal(await rootNow(logHome(mirror)), after)
    const server = await world.serveHome(mirror)
    const statuses = async (): Promise<number[]> =>
      Promise.all([before, after].map(async (cid) => (await fetch(`${server.url}/ipfs/${cid}?format=raw`)).status))
    assert.deepEqual(await statuses(), [200, 200])
    const late = await world.mirror('late', [server.url])
    assert.equal((await synced(world, late))['fetched'], 6)
    const [match] = linesOfEvent(await world.run(['lookup', 'https://youtu.be/corrected01', '--json']), 'match')
    assert.equal((await world.run(['withdraw', String(match?.['id']), '--json'])).exit, 0)
    await synced(world, mirror)
    assert.deepEqual(await statuses(), [410, 410])
  })

  it('whose server knows ranges sends a follower what is new, and nothing twice', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const whole = readFileSync(join(world.home, 'manifest', 'tile', 'entries', '000.p', String(SIZE)))
    const answer = await fetch(`${publisher.url}/manifest/tile/entries/000.p/${SIZE}`, {
      headers: { range: `bytes=${whole.length - 100}-` },
    })
    assert.deepEqual([answer.status, (await answer.arrayBuffer()).byteLength], [206, 100])
  })
})
