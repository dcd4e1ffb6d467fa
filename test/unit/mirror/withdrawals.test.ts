import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseCid } from '../../../src/model/content-id.ts'
import { ALMA, approvedBy, aRestore, aWithdrawal, BEK } from '../../fakes/manifest-log.ts'
import { aHeldWorld } from './held-world.ts'

const NOW = '2031-03-01T12:00:00Z'
const A_WEEK_LATER = '2031-03-08T12:00:00Z'
const A_MONTH_LATER = '2031-04-05T12:00:00Z'

describe('withdrawals at a mirror', { concurrency: 4 }, () => {
  it('are obeyed twenty times a month without approvals; the next one waits, whatever time passes', async (context) => {
    const world = await aHeldWorld(context, Array(24).fill(100))
    const { log, bundles, mirror } = world
    assert.equal((await mirror.sync(NOW)).held, 24)
    log.add(...Array.from({ length: 21 }, (_, n) => aWithdrawal(n + 1))).head()
    world.publish()
    const mass = await mirror.sync(NOW)
    assert.deepEqual([mass.held, mass.waiting, mass.withdrawn.length, mass.faults], [4, 1, 20, ['WITHDRAWALS_WAIT']])
    const waiting = bundles[20]?.root ?? ''
    assert.equal(await world.standing(waiting), 'served')
    assert.equal(await world.standing(bundles[0]?.root ?? ''), 'withdrawn')
    for (const later of [A_WEEK_LATER, A_MONTH_LATER]) assert.equal((await mirror.sync(later)).waiting, 1)
    log.add(aWithdrawal(22)).head()
    world.publish()
    const nextMonth = await mirror.sync(A_MONTH_LATER)
    assert.deepEqual([nextMonth.held, nextMonth.waiting], [3, 1])
    assert.equal(await world.standing(waiting), 'served')
    log.add(approvedBy([ALMA, BEK], aWithdrawal(21))).head()
    world.publish()
    const approved = await mirror.sync(A_MONTH_LATER)
    assert.deepEqual([approved.held, approved.waiting, approved.faults], [2, 0, []])
    assert.equal(await world.standing(waiting), 'withdrawn')
  })

  it('are obeyed without a count when approvers stand behind them', async (context) => {
    const { log, mirror, publish } = await aHeldWorld(context, Array(23).fill(100))
    await mirror.sync(NOW)
    log.add(...Array.from({ length: 23 }, (_, n) => approvedBy([ALMA, BEK], aWithdrawal(n + 1)))).head()
    publish()
    const all = await mirror.sync(NOW)
    assert.deepEqual([all.held, all.waiting, all.faults], [0, 0, []])
  })

  it('open no new month when the clock was set back', async (context) => {
    const { log, mirror, publish } = await aHeldWorld(context, Array(22).fill(100))
    await mirror.sync(A_MONTH_LATER)
    log.add(...Array.from({ length: 20 }, (_, n) => aWithdrawal(n + 1))).head()
    publish()
    assert.equal((await mirror.sync(A_MONTH_LATER)).held, 2)
    log.add(aWithdrawal(21)).head()
    publish()
    const back = await mirror.sync('1999-12-31T23:59:59Z')
    assert.deepEqual([back.held, back.waiting], [2, 1])
    assert.ok(back.faults.includes('CLOCK_WRONG'))
  })

  it('are ended by approvers, and what was in quarantine is served again without being fetched', async (context) => {
    const world = await aHeldWorld(context, [900_000, 100])
    const { log, bundles, mirror, source } = world
    const [bundle] = bundles
    const video = bundle?.files[0]?.cid ?? ''
    assert.equal((await mirror.sync(NOW)).held, 2)
    log.add(aWithdrawal(1)).head()
    world.publish()
    const gone = await mirror.sync(NOW)
    assert.deepEqual([gone.held, gone.quarantined], [1, 1])
    const home = join(mirror.home, 'mirrors', 'archive')
    assert.ok(existsSync(join(home, 'quarantine', video)))
    log.add(aRestore(1, [ALMA, BEK])).head()
    world.publish()
    source.asked.length = 0
    const back = await mirror.sync(NOW)
    assert.deepEqual([back.held, back.quarantined, back.faults], [2, 0, []])
    assert.equal(await world.standing(video), 'served')
    assert.deepEqual(
      source.asked.filter((path) => path.startsWith('/ipfs/')),
      [],
    )
    await mirror.look(async (followed) => {
      const content = [...followed.home.content.blocksOf(parseCid(video))]
      for (const { cid } of content)
        assert.ok(await followed.home.content.readBlock(cid, { signal: new AbortController().signal }))
    })
  })

  it('are not ended by whoever is no approver', async (context) => {
    const { log, mirror, publish } = await aHeldWorld(context, [100])
    await mirror.sync(NOW)
    log.add(aWithdrawal(1), aRestore(1, [ALMA])).head()
    publish()
    assert.equal((await mirror.sync(NOW)).held, 0)
  })

  it('for legal reasons bind where the mirror stands, and nowhere else', async (context) => {
    const legal = aWithdrawal(1, { reason: 'legal', jurisdiction: 'KZ' })
    for (const [jurisdictions, standing] of [
      [['KZ'], 'withdrawn-legal'],
      [['DE'], 'served'],
      [[], 'served'],
    ] as const) {
      const world = await aHeldWorld(context, [100], { jurisdictions })
      await world.mirror.sync(NOW)
      world.log.add(legal).head()
      world.publish()
      assert.deepEqual((await world.mirror.sync(NOW)).faults, [])
      assert.equal(await world.standing(world.bundles[0]?.root ?? ''), standing, jurisdictions.join())
    }
  })

  it('of one version leave the others, and what they have in common', async (context) => {
    const world = await aHeldWorld(context, [100, 200])
    const { log, bundles, mirror } = world
    const [first, second] = bundles
    assert.ok(first !== undefined && second !== undefined)
    const both = { ...second, id: first.id, replaces: 1, root: second.root }
    await mirror.sync(NOW)
    assert.equal(await world.standing(first.root), 'served')
    // The second bundle's root is taken by another id, so this is void and changes nothing.
    log.add(both, aWithdrawal(1, { root: first.root })).head()
    world.publish()
    await mirror.sync(NOW)
    assert.equal(await world.standing(first.root), 'withdrawn')
    assert.equal(await world.standing(second.root), 'served')
  })

  it('of what was never here cost nothing of the count, and it is not fetched', async (context) => {
    const { log, mirror, publish, source } = await aHeldWorld(context, Array(30).fill(100))
    log.add(...Array.from({ length: 30 }, (_, n) => aWithdrawal(n + 1))).head()
    publish()
    const first = await mirror.sync(NOW)
    assert.deepEqual([first.held, first.missing, first.waiting, first.faults], [0, 0, 0, []])
    assert.deepEqual(
      source.asked.filter((path) => path.startsWith('/ipfs/')),
      [],
    )
  })
})
