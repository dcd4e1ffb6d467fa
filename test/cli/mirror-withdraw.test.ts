import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { codesOf, doneOf, linesOfEvent, type Running } from './harness.ts'
import { aMirrorWorld, logHome, type MirrorWorld, synced } from './mirror-world.ts'
import { EXTRA_ID } from './published-world.ts'

const PRELOAD = new URL('processes/kill-at-event.ts', import.meta.url)

interface Target {
  readonly id: string
  readonly root: string
  readonly video: string
}

async function theBundle(world: MirrorWorld): Promise<Target> {
  const [match] = linesOfEvent(await world.run(['lookup', `https://youtu.be/${EXTRA_ID}`, '--json']), 'match')
  assert.ok(match !== undefined)
  const [file] = match['files'] as { cid: string }[]
  return { id: String(match['id']), root: String(match['root']), video: file?.cid ?? '' }
}

/** What a gateway makes of every way to ask for it. */
async function statuses(url: string, { root, video }: Target): Promise<Set<number>> {
  const paths = [
    `${root}?format=raw`,
    `${root}?format=car`,
    `${root}/video.mp4`,
    `${root}/files.json`,
    video,
    `${video}?format=raw`,
  ]
  return new Set(await Promise.all(paths.map(async (path) => (await fetch(`${url}/ipfs/${path}`)).status)))
}

function following(world: MirrorWorld, home: string): Running {
  return world.start(['mirror', 'run', '--every', '1', '--json'], { env: { HOLDFAST_HOME: home } })
}

describe('a bundle that is withdrawn', { concurrency: 2 }, () => {
  it('is refused within one poll by a mirror and by the mirror of that mirror, in every form, and kept in quarantine', async (context) => {
    const world = await aMirrorWorld(context)
    const target = await theBundle(world)
    const publisher = await world.serveHome(world.home)
    const near = await world.mirror('near', [publisher.url])
    await synced(world, near)
    const nearServer = await world.serveHome(near)
    const far = await world.mirror('far', [nearServer.url])
    await synced(world, far)
    const farServer = await world.serveHome(far)
    for (const { url } of [nearServer, farServer]) assert.deepEqual(await statuses(url, target), new Set([200]))
    const runs = [near, far].map((home) => following(world, home))
    assert.equal((await world.run(['withdraw', target.id, '--json'])).exit, 0)
    assert.deepEqual(await statuses(publisher.url, target), new Set([410]))
    for (const run of runs) await run.until(({ event, id }) => event === 'withdrawn' && id === target.id)
    for (const { url } of [nearServer, farServer]) assert.deepEqual(await statuses(url, target), new Set([410]))
    for (const run of runs) run.process.kill('SIGINT')
    for (const run of runs) assert.equal((await run.outcome()).exit, 0)
    for (const home of [near, far]) assert.ok(existsSync(join(logHome(home), 'quarantine', target.video)))
  })

  it('for legal reasons is refused where they bind, with 451, and served elsewhere', async (context) => {
    const world = await aMirrorWorld(context)
    const target = await theBundle(world)
    const publisher = await world.serveHome(world.home)
    const bound = await world.mirror('bound', [publisher.url], ['--jurisdiction', 'DE'])
    const free = await world.mirror('free', [publisher.url], ['--jurisdiction', 'IS'])
    for (const home of [bound, free]) await synced(world, home)
    const legal = ['withdraw', target.id, '--reason', 'legal', '--jurisdiction', 'DE', '--json']
    assert.equal((await world.run(legal)).exit, 0)
    for (const home of [bound, free]) await synced(world, home)
    assert.deepEqual(await statuses((await world.serveHome(bound)).url, target), new Set([451]))
    assert.deepEqual(await statuses((await world.serveHome(free)).url, target), new Set([200]))
  })
})

describe('a mirror whose clock was set back', () => {
  it('says so, exits with 3, obeys and holds on, and signs nothing as a holder', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    await synced(world, mirror)
    const target = await theBundle(world)
    assert.equal((await world.run(['withdraw', target.id, '--json'])).exit, 0)
    const env = { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK: '1999-12-31T23:59:59Z' }
    const wrong = await world.sync(mirror, env)
    assert.deepEqual([wrong.exit, codesOf(wrong).includes('CLOCK_WRONG')], [3, true], wrong.stdout)
    assert.equal(doneOf(wrong)['cosigned'], 2, 'as a mirror and a witness')
    const right = await synced(world, mirror)
    assert.equal(right['held'], 3)
  })
})
