import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type FakeKubo, fakeKubo, type KuboFault } from '../fakes/kubo-rpc.ts'
import { manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, linesOfEvent, type World } from './harness.ts'
import { finished, killed, numbersFrom, SEED } from './killing.ts'

/** Seconds in `npm test`; with `npm run test:slow` enough that faults and kills meet. */
const [BUNDLES, KILLS] = process.env['SLOW'] === '1' ? [300, 20] : [8, 3]
const FAULTS: readonly KuboFault[] = ['dropped', 'html', 'refused', 'no-pin', 'busy']

/** Three of ten answers of that Kubo are a fault. */
function shaken(kubo: FakeKubo, next: () => number): void {
  kubo.roll = () => (next() < 0.3 ? FAULTS[Math.floor(next() * FAULTS.length)] : undefined)
}

async function rootsOf(world: World): Promise<string[]> {
  const lines = linesOfEvent(await world.run(['list', '--json']), 'listed')
  for (const { replicas } of lines)
    assert.deepEqual(replicas, [
      { engine: 'car', state: 'pinned' },
      { engine: 'kubo', state: 'pinned' },
    ])
  return lines.map(({ root }) => String(root)).toSorted()
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
      const kill = { label: `kill ${n}`, env: {}, afterMs: 800 + next() * 2_500 }
      await killed(world, world.home, ['publish', '--yes'], kill)
    }
    for (let runs = 0; ; runs += 1) {
      assert.ok(runs < 60, 'it ends at last')
      if (runs === 4) kubo.roll = undefined
      const outcome = await world.run(['publish', '--yes', '--json'])
      assert.ok(outcome.exit === 0 || outcome.exit === 3, outcome.stderr)
      if (doneOf(outcome)['replicasRemaining'] === 0) break
    }
    kubo.roll = undefined
    const roots = await rootsOf(world)
    assert.equal(roots.length, BUNDLES)
    assert.deepEqual([...kubo.pins.keys()].toSorted(), roots)
    const files = readdirSync(usb, { recursive: true }).map(String)
    const named = (end: string): string[] =>
      files.filter((file) => file.endsWith(end)).map((file) => file.slice(3, -end.length))
    for (const end of ['.sha256', '.index', '.1.car']) assert.deepEqual(named(end).toSorted(), roots, end)
    assert.deepEqual(named('.part'), [])
    const audited = await finished(world, world.home, ['audit', '--all'])
    assert.deepEqual([audited['places'], audited['bad'], audited['missing']], [3, 0, 0])
  })
})
