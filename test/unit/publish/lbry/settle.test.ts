import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { parseLbc } from '../../../../src/lbry-sdk-client/daemon/amounts.ts'
import { verifyClaim } from '../../../../src/lbry-sdk-client/index.ts'
import type { Offer } from '../../../../src/publish/target.ts'
import { aLbryDaemon } from '../../../fakes/lbry-daemon.ts'
import { htmlPage, raises } from '../../../fakes/lbry-faults.ts'
import { aLedger, aPublisher, aStep, type Noted, type Publisher, SOON } from './a-publisher.ts'

const signal = new AbortController().signal

async function published(publisher: Publisher): Promise<{ readonly offer: Offer; readonly ledger: Noted }> {
  const offer = await publisher.offer('7k3q2m9x4ht')
  const ledger = aLedger()
  assert.equal((await publisher.open().publish(offer, aStep(ledger))).status, 'copied')
  return { offer, ledger }
}

describe('settling', () => {
  it('tells what a reflector has, and nothing new when the list of files is broken', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const { ledger } = await published(publisher)
    const target = publisher.open()
    const sdHash = String(ledger.evidence.sdHash)
    fake.methods.streams.reflect(sdHash, 50)
    assert.equal((await target.settle(ledger.evidence, undefined, signal))?.isReflected, false)
    fake.methods.streams.reflect(sdHash, 100)
    const reflected = await target.settle(ledger.evidence, undefined, signal)
    assert.equal(reflected?.isReflected, true)
    const words = 'After successfully executing the command, failed to encode result for JSON RPC response.'
    fake.fault('file_list', raises('', words))
    assert.equal((await target.settle(reflected ?? {}, undefined, signal))?.isReflected, true)
  })

  it('is not stopped by streams that refused broadcasts left behind', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const { ledger } = await published(publisher)
    fake.wallet.refusals.push("(1, 'the transaction was rejected by network rules. 258: txn-mempool-conflict')")
    const path = `${publisher.directory}/x.mp4`
    await writeFile(path, 'x')
    await assert.rejects(fake.methods.answer('stream_create', { name: 'orphan', bid: '0.01', file_path: path }))
    await assert.rejects(fake.methods.answer('file_list', {}))
    assert.equal((await publisher.open().settle(ledger.evidence, undefined, signal))?.isReflected, false)
  })

  it('follows a claim that was updated, and finds out when it has other bytes then', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const { ledger, offer } = await published(publisher)
    const claim_id = ledger.evidence.claimId
    await fake.methods.answer('stream_update', { claim_id, title: 'New', blocking: true })
    const target = publisher.open()
    const renamed = await target.settle(ledger.evidence, offer, signal)
    assert.equal(renamed?.equality, 'asserted')
    assert.notEqual(renamed?.txid, ledger.evidence.txid)
    assert.equal(verifyClaim(renamed?.transaction ?? '').claim.claimId, claim_id)
    const path = `${publisher.directory}/other.mp4`
    await writeFile(path, 'another film')
    await fake.methods.answer('stream_update', { claim_id, file_path: path, blocking: true })
    assert.equal((await target.settle(renamed ?? {}, undefined, signal))?.equality, 'differs')
    assert.equal((await target.settle(renamed ?? {}, offer, signal))?.equality, 'differs')
  })

  it('does not take a claim for gone because another wallet is asked', async () => {
    await using publisher = await aPublisher()
    const { ledger, offer } = await published(publisher)
    await using other = await aLbryDaemon()
    other.wallet.fund('1.0')
    await other.methods.answer('channel_create', { name: '@archive', bid: '0.01', blocking: true })
    const target = publisher.open({ url: other.url })
    await assert.rejects(target.settle(ledger.evidence, undefined, signal), { code: 'CLAIM_UNSURE' })
    await assert.rejects(target.takeBack(ledger, signal), { code: 'CLAIM_UNSURE' })
    const outcome = await target.publish(offer, aStep(ledger))
    assert.equal('problem' in outcome && outcome.problem.code, 'CLAIM_UNSURE')
    assert.equal(other.wallet.claims().length, 1)
  })

  it('publishes again what was taken back, when it is asked to, and counts the cost of both', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const start = fake.wallet.balance().available
    const { ledger, offer } = await published(publisher)
    const { claimId } = ledger.evidence
    const target = publisher.open()
    await target.takeBack(ledger, signal)
    assert.equal((await target.publish(offer, aStep(ledger))).status, 'copied')
    assert.notEqual(ledger.evidence.claimId, claimId)
    assert.equal(parseLbc(String(ledger.evidence['cost'])), start - fake.wallet.balance().available)
  })

  it('fails as a whole when the daemon does', async () => {
    await using publisher = await aPublisher()
    const { ledger } = await published(publisher)
    publisher.fake.misbehave(() => htmlPage)
    await assert.rejects(publisher.open().settle(ledger.evidence, undefined, signal), { code: 'TARGET_UNREACHABLE' })
    assert.deepEqual(await publisher.open().settle({}, undefined, signal), {})
  })
})

describe('taking back', () => {
  it('has nothing to do where nothing was begun', async () => {
    await using publisher = await aPublisher()
    const ledger = aLedger()
    await publisher.open().takeBack(ledger, signal)
    assert.deepEqual(ledger.saved, [])
    assert.equal(publisher.fake.asked.filter(({ method }) => method === 'stream_abandon').length, 0)
  })

  it('finds the claim of a call whose answer never came, and waits while it may still come', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const { ledger } = await published(publisher)
    const [intent] = ledger.saved
    const target = publisher.open({ waits: { ...SOON, unansweredMs: 60_000 } })
    await target.takeBack(aLedger(intent), signal)
    assert.equal(fake.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
    const never = { ...intent, name: 'never-made', intentAt: Date.now() }
    await assert.rejects(target.takeBack(aLedger(never), signal), { code: 'CLAIM_UNSURE' })
    await target.takeBack(aLedger({ ...never, intentAt: Date.now() - 120_000 }), signal)
  })

  it('takes the blobs of what is withdrawn out of the daemon, and not the file', async () => {
    await using publisher = await aPublisher()
    const { ledger, offer } = await published(publisher)
    await publisher.open().takeBack(ledger, signal)
    assert.equal(publisher.fake.methods.streams.count, 0)
    assert.equal((await publisher.open().publish(offer, aStep(aLedger()))).status, 'copied')
  })

  it('is told when the wallet is locked, and done later', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const { ledger } = await published(publisher)
    await fake.methods.answer('wallet_encrypt', { new_password: 'pw' })
    fake.methods.restart()
    await assert.rejects(publisher.open().takeBack(ledger, signal), { code: 'TARGET_LOCKED' })
    await fake.methods.answer('wallet_unlock', { password: 'pw' })
    await publisher.open().takeBack(ledger, signal)
  })
})
