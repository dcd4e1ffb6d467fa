import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { verifyClaim } from '../../../../src/lbry-sdk-client/index.ts'
import { PublishError } from '../../../../src/publish/errors.ts'
import type { Evidence, Offer } from '../../../../src/publish/target.ts'
import { collect } from '../../../fakes/collect.ts'
import { droppedAfter, droppedBefore, htmlAfter } from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld, type OdyseeWorld } from './an-odysee-world.ts'
import { runOnce } from './drive.ts'

const signal = new AbortController().signal

async function published(world: OdyseeWorld): Promise<{ readonly offer: Offer; readonly evidence: Evidence }> {
  const offer = await world.anOffer()
  const ended = await runOnce(world, offer, aLedger())
  assert.ok('evidence' in ended, inspect(ended))
  return { offer, evidence: ended.evidence }
}

describe('a claim that is looked at again', () => {
  it('has its canonical URL and confirmations once a block has it', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const target = world.open()
    const before = await target.settle(evidence, offer, signal)
    assert.equal(before?.confirmations, 0)
    assert.equal(before?.canonicalUrl, undefined)
    world.state.wallet.mine(7)
    const after = await target.settle(before ?? {}, offer, signal)
    assert.equal(after?.confirmations, 7)
    assert.match(String(after?.canonicalUrl), /^lbry:\/\/@archive#\w+\/a-testimony-\d+#\w+$/)
    assert.equal(after?.equality, 'asserted')
    assert.equal(after?.transaction, evidence.transaction)
  })

  it('stays verified while it names the same stream, also with its file away', async () => {
    await using world = await anOdyseeWorld()
    const { evidence } = await published(world)
    world.state.wallet.mine(1)
    const after = await world.open().settle({ ...evidence, equality: 'verified' }, undefined, signal)
    assert.equal(after?.equality, 'verified')
  })

  it('differs when somebody gave it another stream', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const stream = { sd_hash: 'ab'.repeat(48), file_name: 'x.mp4', file_size: 5, file_hash: 'cd'.repeat(48) }
    const params = {
      claim_id: evidence.claimId,
      replace: true,
      channel_id: evidence.channelId,
      blocking: true,
      ...stream,
    }
    await world.state.methods.answer('stream_update', params)
    for (const given of [offer, undefined]) {
      const after = await world.open().settle(evidence, given, signal)
      assert.equal(after?.equality, 'differs')
      assert.notEqual(after?.txid, evidence.txid)
      assert.notEqual(after?.transaction, evidence.transaction)
    }
  })

  it('is gone when it was abandoned elsewhere', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    await world.state.methods.answer('stream_abandon', { claim_id: evidence.claimId, blocking: true })
    assert.equal(await world.open().settle(evidence, offer, signal), undefined)
  })

  it('is not called gone by an account that never had it', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const foreign = { ...evidence, claimId: '22'.repeat(20), channelId: '33'.repeat(20), url: 'lbry://x#2222' }
    assert.deepEqual(await world.open().settle(foreign, offer, signal), foreign)
  })
})

describe('a claim that is taken back', () => {
  it('is abandoned once, and again without an error', async () => {
    await using world = await anOdyseeWorld()
    const { evidence } = await published(world)
    const target = world.open()
    await target.takeBack(aLedger(evidence), signal)
    assert.equal(world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
    await target.takeBack(aLedger(evidence), signal)
  })

  for (const [name, fault] of Object.entries({ droppedAfter, htmlAfter })) {
    it(`is known to be gone when only the answer is missing (${name})`, async () => {
      await using world = await anOdyseeWorld()
      const { evidence } = await published(world)
      world.odysee.fault('stream_abandon', fault)
      await world.open().takeBack(aLedger(evidence), signal)
      assert.equal(world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
    })
  }

  it('is tried again later when nothing happened', async () => {
    await using world = await anOdyseeWorld()
    const { evidence } = await published(world)
    world.odysee.fault('stream_abandon', droppedBefore)
    await assert.rejects(world.open().takeBack(aLedger(evidence), signal), { code: 'TARGET_UNREACHABLE' })
    await world.open().takeBack(aLedger(evidence), signal)
    assert.equal(world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
  })

  it('while it is still being made is waited for, and then abandoned', async () => {
    await using world = await anOdyseeWorld()
    world.state.asksWallet = 'at-the-end'
    world.state.pendingLooks = 1_000_000
    const ledger = aLedger()
    await runOnce(world, await world.anOffer(), ledger, { timing: { pollForMs: 10 } })
    await assert.rejects(world.open().takeBack(ledger, signal), { code: 'CLAIM_UNSURE' })
    for (const query of world.state.queries.values()) query.looksLeft = 0
    await world.open().takeBack(ledger, signal)
    assert.equal(world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
    assert.equal(world.state.madeClaims().size, 1)
  })

  it('can be published again, as a claim of its own', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const ledger = aLedger()
    world.odysee.fault('poll', ...Array.from({ length: 4 }, () => droppedAfter))
    await runOnce(world, offer, ledger)
    await world.open().takeBack(ledger, signal)
    assert.equal(ledger.evidence['uploadUrl'], undefined)
    const again = await runOnce(world, offer, ledger)
    assert.equal(again.status, 'copied')
    const [now] = world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream')
    assert.equal(now?.claimId, again.evidence.claimId)
  })

  it('whose create call was never answered is found, or forgotten after a day, and never asked for', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const lost = aLedger()
    world.odysee.fault('create', ...Array.from({ length: 4 }, () => droppedAfter))
    await runOnce(world, offer, lost)
    await world.open().takeBack(lost, signal)
    assert.equal(world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
    const never = aLedger()
    world.odysee.fault('create', ...Array.from({ length: 4 }, () => droppedBefore))
    await runOnce(world, await world.anOffer(), never)
    await assert.rejects(world.open().takeBack(never, signal), { code: 'CLAIM_UNSURE' })
    await world.open({ now: () => Date.now() + 25 * 3_600_000 }).takeBack(never, signal)
    assert.equal(world.state.madeClaims().size, 1)
  })

  it('that was never asked for needs nothing but the account', async () => {
    await using world = await anOdyseeWorld()
    await world.open().takeBack(aLedger({ uploadUrl: `${world.odysee.url}/v1/uploads/${'a'.repeat(32)}` }), signal)
    assert.equal(world.odysee.asked.filter(({ call }) => call === 'stream_abandon').length, 0)
  })

  it('with the token of another account is refused, since it would look abandoned from there', async () => {
    await using world = await anOdyseeWorld()
    const ledger = aLedger({ claimId: '22'.repeat(20), channelId: '33'.repeat(20) })
    await assert.rejects(world.open().takeBack(ledger, signal), { code: 'CHANNEL_MISSING' })
  })
})

describe('an edit', () => {
  it('says everything anew and keeps stream, id and channel', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const ledger = aLedger(evidence)
    const claim = { ...offer.claim, title: 'Another title', tags: ['c:unlisted', 'history'] }
    const after = await world.open().edit(claim, ledger, signal)
    assert.equal(after.claimId, evidence.claimId)
    assert.notEqual(after.txid, evidence.txid)
    assert.equal(after.sdHash, evidence.sdHash)
    assert.equal(after.channelId, evidence.channelId)
    assert.equal(after.equality, 'asserted')
    const [now] = world.state.wallet.claims().filter(({ valueType }) => valueType === 'stream')
    assert.equal(now?.value?.['title'], 'Another title')
    assert.equal(now?.value?.['description'], offer.claim.description)
    assert.deepEqual(now?.value?.['tags'], ['history'])
    const { claim: proven } = verifyClaim(String(after.transaction), { claimId: String(after.claimId) })
    assert.equal(proven.source?.sourceHash, offer.sourceHash)
  })

  it('that was lost is made again, and never a second claim', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const ledger = aLedger(evidence)
    world.odysee.fault('create', droppedAfter)
    const target = world.open()
    await assert.rejects(target.edit(offer.claim, ledger, signal), PublishError)
    const after = await target.edit(offer.claim, ledger, signal)
    assert.equal(after.claimId, evidence.claimId)
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })

  it('that is under way is followed, and not asked for again', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const ledger = aLedger(evidence)
    world.state.pendingLooks = 1_000_000
    const options = { timing: { pollForMs: 10 } }
    await assert.rejects(world.open(options).edit(offer.claim, ledger, signal), { code: 'CLAIM_UNSURE' })
    for (const query of world.state.queries.values()) query.looksLeft = 0
    await world.open(options).edit(offer.claim, ledger, signal)
    const updates = [...world.state.queries.values()].filter(({ method }) => method === 'stream_update')
    assert.equal(updates.length, 1)
  })
})

describe('the claims of a channel', () => {
  it('are all there, each once, over several pages', async () => {
    await using world = await anOdyseeWorld()
    const channel_id = world.state.wallet.claims().find(({ valueType }) => valueType === 'channel')?.claimId
    const stream = { sd_hash: 'ab'.repeat(48), file_name: 'x.mp4', file_size: 5, file_hash: 'cd'.repeat(48) }
    for (let i = 0; i < 130; i += 1)
      await world.state.methods.answer('stream_create', { name: `old-${i}`, bid: '0.001', channel_id, ...stream })
    world.state.wallet.mine(1)
    const found = await collect(world.open().claimsOf(undefined, signal))
    assert.equal(new Set(found.map(({ evidence }) => evidence.claimId)).size, 130)
    assert.equal(found.length, 130)
  })

  it('are those that the network has, with their words', async () => {
    await using world = await anOdyseeWorld()
    const { offer, evidence } = await published(world)
    const target = world.open()
    assert.deepEqual(await collect(target.claimsOf(undefined, signal)), [])
    world.state.wallet.mine(1)
    for (const channel of [undefined, '@archive', evidence.channelId]) {
      const [found, second] = await collect(target.claimsOf(channel, signal))
      assert.equal(second, undefined)
      assert.equal(found?.evidence.claimId, evidence.claimId)
      assert.equal(found?.evidence.sourceHash, offer.sourceHash)
      assert.equal(found?.description, offer.claim.description)
    }
    await assert.rejects(collect(target.claimsOf('@nobody', signal)), { code: 'CHANNEL_MISSING' })
  })
})
