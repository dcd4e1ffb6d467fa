import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { decideWithdrawals, openWithdrawals } from '../../../src/pipeline/mirror/decide-withdrawals.ts'
import { type FollowedLog, openFollowedLog } from '../../../src/pipeline/mirror/followed-log.ts'
import { purgeable, purgeFiles } from '../../../src/pipeline/mirror/purge-quarantine.ts'
import { ALMA, approvedBy, aRestore, aWithdrawal, BEK, testId } from '../../fakes/manifest-log.ts'
import { aHeldWorld, type HeldWorld } from './held-world.ts'

const NOW = '2031-03-01T12:00:00Z'
const IN_29_DAYS = '2031-03-30T12:00:00Z'
const IN_30_DAYS = '2031-03-31T12:00:00Z'

/** With the log open as a command has it, at some time. */
async function at<T>({ mirror }: HeldWorld, now: string, action: (log: FollowedLog) => Promise<T>): Promise<T> {
  await using log = await openFollowedLog(mirror.home, 'archive', { write: 'test' })
  return await action({ ...log, home: { ...log.home, now: () => now } })
}

/** Three withdrawals wait: those of bundles 21 to 23 of 24. */
async function aWaitingWorld(context: TestContext): Promise<HeldWorld> {
  const world = await aHeldWorld(context, Array(24).fill(100))
  await world.mirror.sync(NOW)
  world.log.add(...Array.from({ length: 23 }, (_, n) => aWithdrawal(n + 1))).head()
  world.publish()
  assert.equal((await world.mirror.sync(NOW)).waiting, 3)
  return world
}

function decide(
  world: HeldWorld,
  ids: readonly string[] | undefined,
  verdict: 'obeyed' | 'kept',
): Promise<readonly string[]> {
  return at(world, NOW, async (log) => {
    const withdrawn: string[] = []
    const onWithdrawn = (id: string): void => void withdrawn.push(id)
    await decideWithdrawals(log, openWithdrawals(log, ids), { verdict, by: 'op', onWithdrawn })
    return withdrawn
  })
}

describe('the operator of a mirror', { concurrency: 4 }, () => {
  it('may obey what waits, one or all, which costs nothing of the count and is written down', async (context) => {
    const world = await aWaitingWorld(context)
    const root = (n: number): string => world.bundles[n - 1]?.root ?? ''
    assert.deepEqual(await decide(world, [testId(22).toUpperCase()], 'obeyed'), [testId(22)])
    assert.deepEqual([await world.standing(root(21)), await world.standing(root(22))], ['served', 'withdrawn'])
    assert.ok(!existsSync(join(world.mirror.home, 'mirrors/archive/content', world.bundles[21]?.files[0]?.cid ?? '')))
    assert.deepEqual(await decide(world, undefined, 'obeyed'), [21, 23].map(testId))
    const { waiting, held, faults } = await world.mirror.sync(NOW)
    assert.deepEqual([waiting, held, faults], [0, 1, []])
    await at(world, NOW, async ({ home, tables }) => {
      assert.equal(tables.obeyedSince('').size, 20)
      assert.deepEqual(
        home.decisions.of(testId(22)).map(({ by, what }) => [by, what]),
        [['op', 'obey-withdrawal']],
      )
    })
  })

  it('may serve on what was withdrawn, until approvers stand behind it or the operator thinks again', async (context) => {
    const world = await aWaitingWorld(context)
    const root = world.bundles[20]?.root ?? ''
    assert.deepEqual(await decide(world, undefined, 'kept'), [])
    for (const later of [NOW, IN_30_DAYS]) {
      const { waiting, faults, held } = await world.mirror.sync(later)
      assert.deepEqual([waiting, faults, held], [0, [], 4], later)
    }
    assert.equal(await world.standing(root), 'served')
    assert.deepEqual(await decide(world, [testId(22)], 'obeyed'), [testId(22)])
    world.log.add(approvedBy([ALMA, BEK], aWithdrawal(21))).head()
    world.publish()
    assert.deepEqual([(await world.mirror.sync(IN_30_DAYS)).held, await world.standing(root)], [2, 'withdrawn'])
  })

  it('cannot decide about what does not wait', async (context) => {
    const world = await aWaitingWorld(context)
    for (const id of [testId(1), testId(24), 'nonsense'])
      await assert.rejects(decide(world, [id], 'obeyed'), { name: 'MirrorError', code: 'WITHDRAWAL_NOT_OPEN' })
  })

  it('may delete what lay in quarantine for 30 days, and nothing earlier, nor by a clock that went back', async (context) => {
    const world = await aHeldWorld(context, [5_000, 6_000])
    const { mirror, log, publish } = world
    await mirror.sync(NOW)
    log.add(aWithdrawal(1)).head()
    publish()
    await mirror.sync(NOW)
    const quarantine = join(mirror.home, 'mirrors', 'archive', 'quarantine')
    const due = (now: string): Promise<number> => at(world, now, async (followed) => purgeable(followed).length)
    assert.deepEqual([await due(NOW), await due(IN_29_DAYS), await due(IN_30_DAYS)], [0, 0, 1])
    await mirror.sync(IN_30_DAYS)
    await assert.rejects(due(IN_29_DAYS), { name: 'MirrorError', code: 'CLOCK_WRONG' })
    const purge = (): Promise<number> =>
      at(world, IN_30_DAYS, (followed) =>
        purgeFiles(followed, purgeable(followed), {
          stopping: new AbortController().signal,
          onPurged: () => undefined,
        }),
      )
    assert.deepEqual([await purge(), readdirSync(quarantine), await purge()], [1, [], 0])
    const after = await mirror.sync(IN_30_DAYS)
    assert.deepEqual([after.quarantined, after.held, after.faults], [0, 1, []])
    assert.equal(await world.standing(world.bundles[0]?.root ?? ''), 'withdrawn')
    log.add(aRestore(1, [ALMA, BEK])).head()
    publish()
    const back = await mirror.sync(IN_30_DAYS)
    assert.deepEqual([back.fetched, back.held, back.missing], [1, 2, 0], 'what was deleted is fetched again')
  })

  it('gives commands while the mirror runs, which waits for them instead of looking an hour later', async (context) => {
    const { mirror } = await aHeldWorld(context, [100])
    await mirror.sync(NOW)
    const command = await openFollowedLog(mirror.home, 'archive', { write: 'mirror check' })
    await assert.rejects(openFollowedLog(mirror.home, 'archive', { write: 'mirror sync' }), { code: 'HOME_LOCKED' })
    const waiting = openFollowedLog(mirror.home, 'archive', { write: 'mirror sync', waitMs: 60_000 })
    await command[Symbol.asyncDispose]()
    await (await waiting)[Symbol.asyncDispose]()
  })
})
