import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type FakeKubo, fakeKubo, type KuboFault } from '../fakes/kubo-rpc.ts'
import { manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, linesOfEvent, type World } from './harness.ts'
import { finished, killed, numbersFrom, SEED } from './killing.ts'

const SLOW = process.env['SLOW'] === '1'
/** Seconds in `npm test`; `BUNDLES=2000 KILLS=20` takes minutes, and faults and kills meet. */
const BUNDLES = Number(process.env['BUNDLES'] ?? (SLOW ? 300 : 8))
const KILLS = Number(process.env['KILLS'] ?? (SLOW ? 20 : 3))
const TOO_LONG_MS = 1_800_000
/** Runs after which the faults end, so that few bundles take seconds; many are brought there through all of them. */
const CALM_AFTER = BUNDLES > 100 ? Number.POSITIVE_INFINITY : 4
/** The longer a run takes, the later it is killed: in the midst of recording, of sending, and of noting. */
const KILL_WITHIN_MS = BUNDLES > 1_000 ? 12_000 : 2_500
const FAULTS: readonly KuboFault[] = ['dropped', 'html', 'refused', 'no-pin', 'busy']

/** Three of ten answers of that Kubo are a fault. */
function shaken(kubo: FakeKubo, next: () => number): void {
  kubo.roll = () => (next() < 0.3 ? FAULTS[Math.floor(next() * FAULTS.length)] : undefined)
}

async function listedOf(world: World): Promise<readonly { readonly id: string; readonly root: string }[]> {
  const lines = linesOfEvent(await world.run(['list', '--json']), 'listed')
  for (const { replicas } of lines)
    assert.deepEqual(replicas, [
      { engine: 'car', state: 'pinned' },
      { engine: 'kubo', state: 'pinned' },
    ])
  return lines.map(({ id, root }) => ({ id: String(id), root: String(root) }))
}

describe(`two engines, of which one fails at random, and publish killed ${KILLS} times`, () => {
  it('have exactly what is published in the end, and nothing half', async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    const next = numbersFrom(SEED)
    const world = aWorld(t)
    await world.init()
    await using kubo = await fakeKubo()
    const [archive, usb] = [join(world.path, 'archive'), join(world.path, 'usb')]
    manyVideos(archive, BUNDLES)
    await finished(world, world.home, ['add', archive])
    await finished(world, world.home, ['engine', 'add', 'kubo', '--url', kubo.url])
    await finished(world, world.home, ['engine', 'add', 'car', '--dir', usb])
    shaken(kubo, next)
    for (let n = 0; n < KILLS; n += 1) {
      const kill = { label: `kill ${n}`, env: {}, afterMs: 800 + next() * KILL_WITHIN_MS }
      await killed(world, world.home, ['publish', '--yes'], kill)
    }
    for (let runs = 0; ; runs += 1) {
      assert.ok(runs < 200, 'it ends at last')
      if (runs >= CALM_AFTER) kubo.roll = undefined
      const outcome = await world.run(['publish', '--yes', '--json'], { tooLongMs: TOO_LONG_MS })
      assert.ok(outcome.exit === 0 || outcome.exit === 3, outcome.stderr)
      const { replicasRemaining } = doneOf(outcome)
      if (BUNDLES > 100) t.diagnostic(`run ${runs}: ${replicasRemaining} remain, ${kubo.asked.length} requests so far`)
      if (replicasRemaining === 0) break
    }
    kubo.roll = undefined
    const listed = await listedOf(world)
    const roots = listed.map(({ root }) => root).toSorted()
    assert.equal(roots.length, BUNDLES)
    assert.deepEqual(kubo.pins, new Map(listed.map(({ id, root }) => [root, `holdfast ${id}`])))
    const files = readdirSync(usb, { recursive: true }).map(String)
    const named = (end: string): string[] =>
      files.filter((file) => file.endsWith(end)).map((file) => file.slice(3, -end.length))
    for (const end of ['.sha256', '.index', '.1.car']) assert.deepEqual(named(end).toSorted(), roots, end)
    assert.deepEqual(named('.part'), [])
    const audited = await world.run(['audit', '--all', '--json'], { tooLongMs: TOO_LONG_MS })
    const { places, bad, missing } = doneOf(audited)
    assert.deepEqual([audited.exit, places, bad, missing], [0, 3, 0, 0])
    const { published, replicated } = doneOf(await world.run(['publish', '--yes', '--json']))
    assert.deepEqual([published, replicated], [0, 0], 'nothing is sent twice')
  })
})
