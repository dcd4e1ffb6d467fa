import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatLbc, parseLbc } from '../../../../src/lbry-sdk-client/daemon/amounts.ts'
import { createParams } from '../../../../src/publish/lbry/create-params.ts'
import { feeBound } from '../../../../src/publish/lbry/funds.ts'
import type { ClaimText, Outcome } from '../../../../src/publish/target.ts'
import { aLbryDaemon } from '../../../fakes/lbry-daemon.ts'
import { droppedAfter, droppedBefore, goError, raises } from '../../../fakes/lbry-faults.ts'
import { aLedger, anOffer, aPublisher, aStep, type Publisher, SOON } from './a-publisher.ts'

const signal = new AbortController().signal

function endOf(outcome: Outcome): readonly [status: string, code: unknown, stop: unknown] {
  const code = 'problem' in outcome ? outcome.problem.code : undefined
  return [outcome.status, code, outcome.status === 'waiting' ? outcome.stop : undefined]
}

function streams({ fake }: Publisher): number {
  return fake.wallet.claims().filter(({ valueType }) => valueType === 'stream').length
}

/** Blocks that come by themselves while something is waited for. */
function mining({ fake }: Publisher): Disposable {
  const timer = setInterval(() => fake.wallet.mine(1), 30)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

describe('the wallet', () => {
  it('stops the run before it is dry, and has spent nothing on what does not go out', async () => {
    await using publisher = await aPublisher({ funds: '0.02' })
    const target = publisher.open()
    const outcomes: Outcome[] = []
    for (let i = 0; i < 8; i += 1)
      outcomes.push(await target.publish(await publisher.offer(`item${i}`), aStep(aLedger())))
    const made = outcomes.filter(({ status }) => status === 'copied').length
    assert.equal(streams(publisher), made)
    assert.ok(made >= 3 && made < 8, String(made))
    assert.deepEqual(endOf(outcomes[made] ?? { status: 'refused', problem: { code: '', message: '' } }), [
      'waiting',
      'TARGET_FUNDS_LOW',
      true,
    ])
    assert.match(JSON.stringify(outcomes.at(-1)), /has 0\.\d+ LBC to spend, and the next claim needs 0\.\d+/)
  })

  it('keeps the fee of one more transaction back', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const bid = formatLbc(fake.wallet.balance().available - 40_000n)
    const outcome = await publisher.open({ bid }).publish(await publisher.offer('first'), aStep(aLedger()))
    assert.deepEqual(endOf(outcome), ['waiting', 'TARGET_FUNDS_LOW', true])
    const tried = fake.asked.filter(({ method }) => method === 'stream_create')
    assert.deepEqual(
      tried.map(({ params }) => params['preview']),
      [true],
    )
  })

  it('takes a no of the network for certain: the item goes out after the next block, in the same run', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    fake.wallet.refusals.push("(1, 'the transaction was rejected by network rules. 258: txn-mempool-conflict')")
    const target = publisher.open({ waits: { ...SOON, blockMs: 5_000, unansweredMs: 60_000 } })
    using _ = mining(publisher)
    const outcome = await target.publish(await publisher.offer('first'), aStep(aLedger()))
    assert.equal(outcome.status, 'copied')
  })

  it('waits for a block while its change is not seen yet, and goes on by itself when one comes', async () => {
    await using publisher = await aPublisher()
    publisher.fake.wallet.seesWithBlock = true
    const target = publisher.open({ waits: { ...SOON, blockMs: 5_000 } })
    using _ = mining(publisher)
    for (const code of ['first', 'second', 'third'])
      assert.equal((await target.publish(await publisher.offer(code), aStep(aLedger()))).status, 'copied')
    assert.equal(streams(publisher), 3)
  })

  it('ends the run when no block comes, keeps nothing unsure, and goes on with the next run', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    fake.wallet.seesWithBlock = true
    const target = publisher.open()
    await target.publish(await publisher.offer('first'), aStep(aLedger()))
    const offer = await publisher.offer('second')
    const ledger = aLedger()
    assert.deepEqual(endOf(await target.publish(offer, aStep(ledger))), ['waiting', 'CLAIM_WAITS_FOR_BLOCK', true])
    assert.equal(ledger.evidence['intentAt'], undefined)
    fake.wallet.mine(1)
    assert.equal((await target.publish(offer, aStep(ledger))).status, 'copied')
  })

  it('does not send a 21st transaction in a row before a block, over several runs too', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    fake.wallet.chainLimit = 25
    const outcomes: Outcome[] = []
    for (let i = 0; i < 21; i += 1) {
      // A target a run: nothing that the last one remembered is left.
      await using target = publisher.open()
      outcomes.push(await target.publish(await publisher.offer(`item${i}`), aStep(aLedger())))
    }
    assert.deepEqual(endOf(outcomes[20] as Outcome), ['waiting', 'CLAIM_WAITS_FOR_BLOCK', true])
    assert.equal(streams(publisher), 20)
    assert.equal(fake.methods.streams.count, 20)
    fake.wallet.mine(1)
    await using target = publisher.open()
    assert.equal((await target.publish(await publisher.offer('item20'), aStep(aLedger()))).status, 'copied')
  })

  it('sends more between two blocks once its funds are split', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const start = fake.wallet.balance().available
    const target = publisher.open()
    assert.equal(await target.splitOutputs(3, '0.5', signal), 2)
    fake.wallet.mine(1)
    assert.equal(await target.splitOutputs(3, '0.5', signal), 0)
    assert.equal(start - fake.wallet.balance().available, parseLbc(target.spent()))
    for (let i = 0; i < 30; i += 1)
      assert.equal((await target.publish(await publisher.offer(`item${i}`), aStep(aLedger()))).status, 'copied')
    assert.equal(start - fake.wallet.balance().available, parseLbc(target.spent()))
  })

  it('is not split twice when the answer is lost, and says so when it cannot be told', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const target = publisher.open()
    fake.fault('account_fund', droppedAfter)
    assert.equal(await target.splitOutputs(4, '0.5', signal), 3)
    assert.equal(fake.asked.filter(({ method }) => method === 'account_fund').length, 1)
    fake.wallet.mine(1)
    fake.fault('account_fund', droppedBefore)
    await assert.rejects(target.splitOutputs(6, '0.5', signal), { code: 'CLAIM_UNSURE' })
    await assert.rejects(target.splitOutputs(6, '500.0', signal), { code: 'TARGET_FUNDS_LOW' })
  })

  it('clears what a refused broadcast leaves in the daemon', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    fake.wallet.refusals.push("(1, 'the transaction was rejected by network rules. 258: txn-mempool-conflict')")
    const target = publisher.open({ waits: { ...SOON, blockMs: 5_000 } })
    using _ = mining(publisher)
    const first = await target.publish(await publisher.offer('first'), aStep(aLedger()))
    assert.equal(first.status, 'copied')
    fake.wallet.refusals.push("(1, 'the transaction was rejected by network rules. 64: dust')")
    const dust = await target.publish(await publisher.offer('second'), aStep(aLedger()))
    assert.deepEqual(endOf(dust), ['waiting', 'TARGET_REFUSED', false])
    assert.equal(fake.methods.streams.count, 1)
  })

  it('ends the run when the network refuses three items in a row, whatever it has against them', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    for (let i = 0; i < 3; i += 1)
      fake.wallet.refusals.push("(1, 'the transaction was rejected by network rules. 66: mempool min fee not met')")
    const target = publisher.open()
    const stops: unknown[] = []
    for (let i = 0; i < 3; i += 1)
      stops.push(endOf(await target.publish(await publisher.offer(`item${i}`), aStep(aLedger())))[2])
    assert.deepEqual(stops, [false, false, true])
    assert.equal((await target.publish(await publisher.offer('item3'), aStep(aLedger()))).status, 'copied')
  })

  it('is estimated before anything is spent, and never for less than it costs', async () => {
    await using publisher = await aPublisher({ funds: '0.02' })
    const target = publisher.open()
    const offers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((code) => publisher.offer(code)))
    const { lbc, available, affordable, seconds } = await target.estimate(offers, signal)
    assert.equal(available, formatLbc(publisher.fake.wallet.balance().available))
    assert.ok(affordable >= 3 && affordable < 5)
    assert.ok(Number(seconds) >= 10)
    const each = parseLbc(lbc) / 5n
    for (const offer of offers.slice(0, affordable))
      assert.equal((await target.publish(offer, aStep(aLedger()))).status, 'copied')
    assert.ok(parseLbc(target.spent()) <= each * BigInt(affordable))
    assert.deepEqual((await target.estimate([], signal)).lbc, '0.0')
  })

  it('has fees below the bound for any words', async () => {
    await using publisher = await aPublisher({ funds: '100.0' })
    const text = fc.string({ unit: 'grapheme', maxLength: 400 })
    const claims = fc.record({
      ...{ name: fc.stringMatching(/^[a-z0-9-]{1,60}$/), title: text, description: text },
      ...{
        tags: fc.array(fc.stringMatching(/^[a-z]{1,40}$/), { maxLength: 8 }),
        languages: fc.constant(['kk', 'zh-Hans']),
      },
      ...{ license: text, licenseUrl: fc.webUrl(), thumbnailUrl: fc.webUrl() },
      ...{ releaseTime: fc.integer({ min: -1e9, max: 2e9 }), duration: fc.nat(1e6) },
    })
    const path = `${publisher.directory}/x.mp4`
    await writeFile(path, 'film')
    await fc.assert(
      fc.asyncProperty(claims, async (claim: ClaimText) => {
        const params = createParams({ claim }, { bid: '0.002', channelId: publisher.channelId, path })
        const built = await publisher.fake.methods.answer('stream_create', { ...params, preview: true })
        const { total_fee } = built as { readonly total_fee: string }
        assert.ok(parseLbc(total_fee) <= feeBound({ claim, publicName: 'x.mp4' }))
      }),
      { numRuns: process.env['SLOW'] === '1' ? 1_000 : 60 },
    )
  })
})

describe('what keeps the target from publishing', () => {
  it('is said before anything is tried: starting, behind, locked, no channel, two, or no key', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const refuses = async (code: string, channel = '@archive'): Promise<void> =>
      assert.rejects(publisher.open({ channel }).prepare(signal), { code })
    fake.methods.started = false
    await refuses('TARGET_NOT_READY')
    fake.methods.started = true
    fake.wallet.blocksBehind = 3
    await refuses('TARGET_NOT_READY')
    fake.wallet.blocksBehind = 0
    await refuses('CHANNEL_MISSING', '@nobody')
    await refuses('CHANNEL_MISSING', '0'.repeat(40))
    await publisher.open({ channel: publisher.channelId }).prepare(signal)
    const second = { name: '@archive', bid: '0.01', allow_duplicate_name: true, blocking: true }
    await fake.methods.answer('channel_create', second)
    await refuses('CHANNEL_AMBIGUOUS')
    await fake.methods.answer('wallet_encrypt', { new_password: 'marker-of-the-password' })
    fake.methods.restart()
    await refuses('TARGET_LOCKED', publisher.channelId)
  })

  it('waits a while for a daemon that is starting', async () => {
    await using publisher = await aPublisher()
    publisher.fake.methods.started = false
    setTimeout(() => {
      publisher.fake.methods.started = true
    }, 40)
    await publisher.open({ waits: { ...SOON, lookMs: 5_000 } }).prepare(signal)
  })

  it('is told apart: no daemon, another computer, a daemon in Go, a part that is off', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const prepare = (options: object): Promise<void> => publisher.open(options).prepare(signal)
    await assert.rejects(prepare({ url: 'http://127.0.0.1:1' }), { code: 'TARGET_UNREACHABLE' })
    await assert.rejects(prepare({ url: 'http://192.0.2.7:5279' }), { code: 'TARGET_UNSUITABLE' })
    await assert.rejects(prepare({ url: 'not an address' }), { code: 'TARGET_UNSUITABLE' })
    for (const bid of ['1', '0.0', '-0.1', '1e-2', ''])
      await assert.rejects(prepare({ bid }), { code: 'TARGET_UNSUITABLE' })
    fake.fault('wallet_status', goError(501, 'Commands that require having a wallet are not implemented for now.'))
    await assert.rejects(prepare({}), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'TARGET_UNSUITABLE')
      assert.match(String(error.hint), /lbrynet 0\.113/)
      return true
    })
    fake.fault('wallet_status', raises('NameError', 'wallet is not a known Component'))
    await assert.rejects(prepare({}), { code: 'TARGET_UNSUITABLE' })
  })

  it('ends the run at once when the daemon goes away or locks its wallet in the middle of it', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const target = publisher.open()
    await target.publish(await publisher.offer('first'), aStep(aLedger()))
    await fake.methods.answer('wallet_encrypt', { new_password: 'marker-of-the-password' })
    await using again = await aLbryDaemon(fake.methods)
    const locked = publisher.open({ url: again.url })
    const offer = await publisher.offer('second')
    const ledger = aLedger()
    assert.deepEqual(endOf(await locked.publish(offer, aStep(ledger))), ['waiting', 'TARGET_LOCKED', true])
    assert.equal(ledger.evidence['intentAt'], undefined)
    await again.methods.answer('wallet_unlock', { password: 'marker-of-the-password' })
    assert.equal((await locked.publish(offer, aStep(ledger))).status, 'copied')
    await again[Symbol.asyncDispose]()
    const gone = await locked.publish(await publisher.offer('third'), aStep(aLedger()))
    assert.deepEqual(endOf(gone), ['waiting', 'TARGET_UNREACHABLE', true])
    assert.doesNotMatch(JSON.stringify([gone, fake.asked, again.asked]), /marker-of-the-password/)
  })

  it('is a claim of the network that is too large, or words that the daemon refuses, for that item alone', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open()
    const offer = await publisher.offer('first')
    const huge = { ...offer, claim: { ...offer.claim, description: 'x'.repeat(8_100) } }
    assert.deepEqual(endOf(await target.publish(huge, aStep(aLedger()))), ['refused', 'TARGET_REFUSED', undefined])
    const larger = { ...offer, claim: { ...offer.claim, description: 'x'.repeat(100_000) } }
    assert.deepEqual(endOf(await target.publish(larger, aStep(aLedger()))), ['refused', 'TARGET_REFUSED', undefined])
    const missing = anOffer('second', `${publisher.directory}/missing.mp4`, Buffer.from('x'))
    assert.deepEqual(endOf(await target.publish(missing, aStep(aLedger()))), ['waiting', 'TARGET_REFUSED', false])
    publisher.fake.fault('stream_create', raises('MissingPublishedFileError', 'File does not exist: /x'))
    assert.deepEqual(endOf(await target.publish(offer, aStep(aLedger()))), ['waiting', 'TARGET_REFUSED', true])
    assert.equal((await target.publish(offer, aStep(aLedger()))).status, 'copied')
  })
})
