import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { Ledger } from '../../../../src/publish/target.ts'
import { anOdysee } from '../../../fakes/odysee.ts'
import { droppedAfter, raises, refuses } from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld, aStep, type OdyseeWorld } from './an-odysee-world.ts'
import { drive, runOnce } from './drive.ts'

class PowerCut extends Error {}

/** Ends the run at one save: after the note is on disk, or before. */
function aLedgerWithoutPower(ledger: Ledger, at: number, isSaved: boolean): Ledger {
  let saves = 0
  return {
    get evidence() {
      return ledger.evidence
    },
    save(evidence) {
      saves += 1
      if (saves !== at || isSaved) ledger.save(evidence)
      if (saves === at) throw new PowerCut('power cut')
    },
  }
}

describe('a publication on Odysee that is cut off at a note', () => {
  for (const isSaved of [true, false])
    for (let at = 1; at <= 4; at += 1)
      it(`is there once when the power fails ${isSaved ? 'after' : 'before'} note ${at}`, async () => {
        await using world = await anOdyseeWorld()
        const offer = await world.anOffer()
        const ledger = aLedger()
        const cut = world.open().publish(offer, aStep(aLedgerWithoutPower(ledger, at, isSaved)))
        await assert.rejects(cut, PowerCut)
        const ends = await drive(world, offer, ledger)
        assert.equal(ends.at(-1)?.status, 'copied', inspect(ends))
        assert.deepEqual([...world.state.madeClaims().values()], [1])
        // A place that was given and never noted is lost: nobody can tell which it was.
        assert.equal(world.state.orphans().length, at === 1 && !isSaved ? 1 : 0)
      })
})

describe('a claim that was asked for and whose answer is lost', () => {
  it('is not made twice by a service that makes a query of each call', async () => {
    await using world = await anOdyseeWorld()
    world.state.isIdempotent = false
    world.odysee.fault('create', droppedAfter, droppedAfter)
    const ends = await drive(world, await world.anOffer(), aLedger())
    assert.equal(ends.at(-1)?.status, 'copied')
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })

  it('waits while the query is pending, and is taken up by the next run', async () => {
    await using world = await anOdyseeWorld()
    world.state.asksWallet = 'at-the-end'
    world.state.pendingLooks = 1_000_000
    const offer = await world.anOffer()
    const ledger = aLedger()
    const options = { timing: { pollForMs: 20 } }
    const first = await runOnce(world, offer, ledger, options)
    assert.ok('problem' in first)
    assert.equal(first.problem.code, 'CLAIM_UNSURE')
    assert.equal(first.status === 'waiting' && first.stop, false)
    for (const query of world.state.queries.values()) query.looksLeft = 0
    const second = await runOnce(world, offer, ledger, options)
    assert.equal(second.status, 'copied')
    assert.equal(world.state.queries.size, 1)
    assert.equal(world.state.uploads.size, 1)
  })

  it('is asked for again when the service has lost the query', async () => {
    await using world = await anOdyseeWorld()
    world.state.asksWallet = 'at-the-end'
    world.state.pendingLooks = 1_000_000
    const offer = await world.anOffer()
    const ledger = aLedger()
    await runOnce(world, offer, ledger, { timing: { pollForMs: 20 } })
    world.state.queries.clear()
    world.state.pendingLooks = 0
    const ends = await drive(world, offer, ledger)
    assert.equal(ends.at(-1)?.status, 'copied')
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })

  it('is found after a restart of the service, by another process', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const ledger = aLedger()
    world.odysee.fault('poll', ...Array.from({ length: 40 }, () => droppedAfter))
    assert.equal((await runOnce(world, offer, ledger)).status, 'waiting')
    await using again = await anOdysee(world.state)
    const found = await runOnce(world, offer, ledger, { url: again.url })
    assert.equal(found.status, 'copied')
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })
})

describe('a query that fails', () => {
  const failing = async (world: OdyseeWorld, message: Record<string, unknown>): Promise<void> => {
    world.state.methods.answer = ((answer) => async (method: string, params: Record<string, unknown>) => {
      if (method !== 'stream_create') return await answer(method, params)
      world.state.methods.answer = answer
      throw Object.assign(new (await import('../../../fakes/lbry-wallet.ts')).PythonError('Exception', ''), message)
    })(world.state.methods.answer.bind(world.state.methods))
  }

  it('after which a claim may turn up is not repeated for a while', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const ledger = aLedger()
    await failing(world, { message: 'timed out waiting for the sdk' })
    const first = await runOnce(world, offer, ledger)
    assert.ok('problem' in first)
    assert.equal(first.problem.code, 'CLAIM_UNSURE')
    const second = await runOnce(world, offer, ledger)
    assert.ok('problem' in second)
    assert.equal(second.problem.code, 'CLAIM_UNSURE')
    assert.equal(world.state.queries.size, 1)
    const later = await runOnce(world, offer, ledger, { now: () => Date.now() + 20 * 60_000 })
    assert.equal(later.status, 'copied')
    assert.equal(world.state.uploads.size, 1)
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })

  it('for want of funds waits, stops the run, and uploads nothing again', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const ledger = aLedger()
    await failing(world, {
      className: 'InsufficientFundsError',
      message: 'Not enough funds to cover this transaction.',
    })
    const first = await runOnce(world, offer, ledger)
    assert.ok(first.status === 'waiting' && first.stop)
    assert.equal(first.problem.code, 'TARGET_FUNDS_LOW')
    assert.equal((await runOnce(world, offer, ledger)).status, 'copied')
    assert.equal(world.state.uploads.size, 1)
  })

  it('because the wallet refuses what is said of this claim is left to a person', async () => {
    await using world = await anOdyseeWorld()
    await failing(world, { className: 'ValueError', message: "Enum Language has no value defined for name 'xx'" })
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.equal(ended.status, 'refused')
    assert.ok('problem' in ended)
    assert.equal(ended.problem.code, 'TARGET_REFUSED')
    assert.match(ended.problem.message, /Enum Language/)
  })

  it('because an earlier try of the service itself made the claim is that claim', async () => {
    await using world = await anOdyseeWorld()
    const { state } = world
    const answer = state.methods.answer.bind(state.methods)
    state.methods.answer = async (method, params) => {
      if (method === 'stream_create') await answer(method, params)
      return await answer(method, params)
    }
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.equal(ended.status, 'copied')
    assert.deepEqual([...state.madeClaims().values()], [1])
  })

  it('when it is asked for says so, and stops the run', async () => {
    await using world = await anOdyseeWorld()
    world.odysee.fault('create', refuses(-32601, 'forbidden method'))
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.ok(ended.status === 'waiting' && ended.stop)
    assert.equal(ended.problem.code, 'TARGET_ANSWER_UNKNOWN')
    assert.equal(world.state.madeClaims().size, 0)
  })

  it('before anything is sent when the balance does not pay for it', async () => {
    await using world = await anOdyseeWorld()
    const ended = await runOnce(world, await world.anOffer(), aLedger(), { bid: '1000.0' })
    assert.ok(ended.status === 'waiting' && ended.stop)
    assert.equal(ended.problem.code, 'TARGET_FUNDS_LOW')
    assert.equal(world.state.uploads.size, 0)
  })

  it('in the wallet of the account is told with the words of the wallet', async () => {
    await using world = await anOdyseeWorld()
    const words = 'Cannot spend funds with locked wallet, unlock first.'
    world.odysee.fault('stream_list', raises('AssertionError', words))
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.ok('problem' in ended)
    assert.equal(ended.problem.code, 'TARGET_LOCKED')
    assert.match(ended.problem.message, /locked/)
  })
})
