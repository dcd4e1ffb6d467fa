import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { aWithdrawal, testId } from '../fakes/manifest-log.ts'
import { aHeldWorld, type HeldWorld } from '../unit/mirror/held-world.ts'
import { aWorld, codesOf, doneOf, linesOfEvent, type Outcome, problemOf } from './harness.ts'

/** A mirror that holds some bundles, and its commands. */
async function aKeptMirror(
  context: TestContext,
  sizes: readonly number[],
): Promise<HeldWorld & { readonly place: string; run(...args: readonly string[]): Promise<Outcome> }> {
  const world = await aHeldWorld(context, sizes)
  const { run } = aWorld(context)
  await world.mirror.sync()
  return {
    ...world,
    place: join(world.mirror.home, 'mirrors', 'archive'),
    run: (...args) => run(['mirror', ...args, '--json'], { env: { HOLDFAST_HOME: world.mirror.home } }),
  }
}

describe('the operator of a mirror', { concurrency: 2 }, () => {
  it('reads everything again: exit 4 when a file rotted, until a sync has fetched it again', async (context) => {
    const { run, place, bundles } = await aKeptMirror(context, [5_000, 6_000])
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const well = await run('check')
    assert.deepEqual([well.exit, doneOf(well)['files'], doneOf(well)['damaged']], [0, 2, 0])
    assert.equal(linesOfEvent(well, 'checked')[0]?.['whyNotHolder'], undefined)
    assert.equal(doneOf(await run('check', '--days', '1'))['files'], 0, 'all of it was read today')
    const cid = bundles[0]?.files[0]?.cid ?? ''
    const path = join(place, 'content', cid.slice(-2), cid)
    writeFileSync(path, Buffer.alloc(5_000, 1))
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const rotten = await run('check', 'archive')
    assert.deepEqual([rotten.exit, doneOf(rotten)['damaged']], [4, 1])
    assert.equal(problemOf(rotten, 'HELD_DAMAGED')['path'], path)
    assert.match(String(linesOfEvent(rotten, 'checked')[0]?.['whyNotHolder']), /1 bundles are not here, or are damaged/)
    const mended = await run('sync')
    assert.deepEqual([mended.exit, doneOf(mended)['fetched']], [0, 1], mended.stdout)
    assert.equal((await run('check')).exit, 0)
  })

  it('sees what waits, and decides only after being asked', async (context) => {
    const { run, log, publish } = await aKeptMirror(context, Array(23).fill(100))
    log.add(...Array.from({ length: 23 }, (_, n) => aWithdrawal(n + 1))).head()
    publish()
    assert.deepEqual(codesOf(await run('sync')), ['WITHDRAWALS_WAIT'])
    const listed = await run('obey', 'archive')
    assert.deepEqual([listed.exit, doneOf(listed)['decided'], doneOf(listed)['waiting']], [0, 0, 3])
    assert.deepEqual(
      linesOfEvent(listed, 'waiting').map(({ id, state }) => [id, state]),
      [21, 22, 23].map((n) => [testId(n), 'waiting']),
    )
    const unasked = await run('obey', 'archive', '--all')
    assert.deepEqual([unasked.exit, codesOf(unasked)], [2, ['NEEDS_YES']])
    const one = await run('obey', 'archive', testId(21), '--yes')
    assert.deepEqual([one.exit, doneOf(one)['decided'], doneOf(one)['waiting']], [0, 1, 2])
    assert.equal(doneOf(await run('obey', 'archive', testId(22), '--keep', '--yes'))['waiting'], 1)
    const again = await run('obey', 'archive', testId(21), '--yes')
    assert.deepEqual([again.exit, codesOf(again)], [2, ['WITHDRAWAL_NOT_OPEN']])
    assert.equal(doneOf(await run('obey', 'archive', '--all', '--yes'))['waiting'], 0)
    const last = await run('sync')
    assert.deepEqual([last.exit, doneOf(last)['held'], doneOf(last)['quarantined']], [0, 1, 22])
  })

  it('deletes what lay in quarantine for a month, and sees before what that is', async (context) => {
    const { run, log, publish, place } = await aKeptMirror(context, [5_000, 6_000])
    log.add(aWithdrawal(1), aWithdrawal(2)).head()
    publish()
    assert.equal(doneOf(await run('sync'))['quarantined'], 2)
    assert.deepEqual(doneOf(await run('purge', 'archive', '--yes'))['purged'], 0)
    const state = new DatabaseSync(join(place, 'state.sqlite'))
    state.exec("UPDATE quarantined SET at = '2026-01-01T00:00:00Z' WHERE path = (SELECT min(path) FROM quarantined)")
    state.close()
    const dry = await run('purge', 'archive', '--dry-run')
    const [line] = linesOfEvent(dry, 'purged')
    assert.deepEqual([dry.exit, line?.['deleted'], doneOf(dry)['due']], [0, false, 1])
    assert.ok(existsSync(String(line?.['path'])))
    assert.deepEqual(codesOf(await run('purge', 'archive')), ['NEEDS_YES'])
    const purged = await run('purge', 'archive', '--yes')
    assert.deepEqual([doneOf(purged)['purged'], doneOf(purged)['quarantined']], [1, 1])
    assert.ok(!existsSync(String(line?.['path'])))
    assert.equal(readdirSync(join(place, 'quarantine')).length, 1)
  })
})
