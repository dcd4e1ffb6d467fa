import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_FILE_BYTES } from '../../../../src/publish/odysee/outcomes.ts'
import { endless, silent } from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld, aStep } from './an-odysee-world.ts'
import { drive, runOnce } from './drive.ts'

const signal = new AbortController().signal

describe('what Odysee does not take', () => {
  for (const bytes of [0, MAX_FILE_BYTES + 1]) {
    it(`is refused before anything is asked: a file of ${bytes} bytes`, async () => {
      await using world = await anOdyseeWorld()
      const offer = { ...(await world.anOffer()), bytes }
      const outcome = await world.open().publish(offer, aStep(aLedger()))
      assert.equal(outcome.status, 'refused')
      assert.ok('problem' in outcome)
      assert.equal(outcome.problem.code, 'FILE_UNPUBLISHABLE')
      assert.equal(world.odysee.asked.length, 0)
    })
  }

  it('begins beyond 16 GiB', () => assert.equal(MAX_FILE_BYTES, 17_179_869_184))

  it('is published with one byte', async () => {
    await using world = await anOdyseeWorld()
    const ended = await runOnce(world, await world.anOffer({ bytes: 1 }), aLedger())
    assert.equal(ended.status, 'copied')
  })
})

describe('the cost', () => {
  it('is bid and fee of each claim, held against what the wallet has', async () => {
    await using world = await anOdyseeWorld()
    const offers = [await world.anOffer(), await world.anOffer()]
    const few = await world.open().estimate(offers, signal)
    assert.equal(few.affordable, 2)
    assert.ok(Number(few.lbc) > 0.004 && Number(few.lbc) < 0.0055, few.lbc)
    assert.ok(Number(few.available) > 199)
    const dear = await world.open({ bid: '150.0' }).estimate(offers, signal)
    assert.equal(dear.affordable, 1)
  })

  it('is at least what is then spent, and what is spent is what the wallet has less', async () => {
    await using world = await anOdyseeWorld()
    const target = world.open()
    const offer = await world.anOffer()
    const before = await target.estimate([offer], signal)
    await target.publish(offer, aStep(aLedger()))
    const after = await target.estimate([], signal)
    assert.ok(Number(target.spent()) <= Number(before.lbc))
    const less = Math.round((Number(before.available) - Number(after.available)) * 1e8)
    assert.equal(Math.round(Number(target.spent()) * 1e8), less)
  })
})

describe('a service that says nothing', () => {
  for (const call of ['stream_list', 'leave', 'tus POST', 'tus PATCH', 'create', 'poll']) {
    it(`is not waited for for ever at ${call}`, async () => {
      await using world = await anOdyseeWorld()
      world.odysee.fault(call, silent, endless)
      const options = { timing: { askMs: 300, stallMs: 300 } }
      const ends = await drive(world, await world.anOffer(), aLedger(), { options })
      assert.equal(ends.at(-1)?.status, 'copied')
      assert.deepEqual([...world.state.madeClaims().values()], [1])
    })
  }
})
