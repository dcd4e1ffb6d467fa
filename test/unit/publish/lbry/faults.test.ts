import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { formatLbc, parseLbc } from '../../../../src/lbry-sdk-client/daemon/amounts.ts'
import type { Outcome } from '../../../../src/publish/target.ts'
import type { Asked, LbryFault } from '../../../fakes/lbry-daemon.ts'
import {
  cutInTheMiddle,
  droppedAfter,
  droppedBefore,
  goError,
  goStub,
  htmlPage,
  inTrouble,
  neither,
  notJson,
  raises,
  redirect,
  silent,
  wrongType,
} from '../../../fakes/lbry-faults.ts'
import { aLedger, aPublisher, aStep, type Publisher, SOON } from './a-publisher.ts'

/** Stands for what a path or a page may tell; must not come out again. */
const MARKER = 'lbry-marker-5c1f'
const signal = new AbortController().signal

/** Every call that publishing makes, in order, and those that follow a lost answer. */
const STEPS: Readonly<Record<string, (asked: Asked) => boolean>> = {
  channel: ({ method }) => method === 'channel_list',
  look: ({ method }) => method === 'stream_list',
  preview: ({ method, params }) => method === 'stream_create' && params['preview'] === true,
  balance: ({ method }) => method === 'account_balance',
  create: ({ method, params }) => method === 'stream_create' && params['preview'] !== true,
}
const FAULTS: Readonly<Record<string, LbryFault>> = {
  'dropped before': droppedBefore,
  'dropped after': droppedAfter,
  'cut in the middle': cutInTheMiddle,
  'no answer': silent,
  'no JSON': notJson,
  'another type': wrongType,
  'neither result nor error': neither,
  'an HTML page': htmlPage,
  'a page that tells things': (answer) => void answer.writeHead(500, { 'content-type': 'text/html' }).end(MARKER),
  'a 500': inTrouble,
  'a redirect': redirect('http://127.0.0.1:1/'),
  'no funds': raises('InsufficientFundsError', 'Not enough funds to cover this transaction.'),
  'a locked wallet': raises('AssertionError', 'Cannot spend funds with locked wallet, unlock first.'),
  'a hub that is away': raises('RPCError', `(-32603, '[${'5a'.repeat(600)}]')`),
  'a long chain': raises(
    'RPCError',
    "(1, 'the transaction was rejected by network rules. 64: too-long-mempool-chain')",
  ),
  'a conflict': raises('RPCError', "(1, 'the transaction was rejected by network rules. 258: txn-mempool-conflict')"),
  'a daemon that starts': raises('ComponentsNotStartedError', 'the following required components have not yet started'),
  'an unknown fault': raises('OSError', `[Errno 28] No space left on device: '/home/${MARKER}/x.mp4'`),
  'a Go daemon': goError(501, 'Wallet commands are not implemented for now.'),
  'a Go daemon without words': goError(-32000, '', 400),
  'an old Go daemon': goStub('stream_create'),
}

function streams({ fake }: Publisher): number {
  return fake.wallet.claims().filter(({ valueType }) => valueType === 'stream').length
}

describe('a fault at any step', () => {
  for (const [step, isIt] of Object.entries(STEPS))
    for (const [name, fault] of Object.entries(FAULTS))
      it(`makes one claim in the end, paid once: ${name} at ${step}`, async () => {
        await using publisher = await aPublisher()
        const { fake } = publisher
        const start = fake.wallet.balance().available
        let left = 6
        fake.misbehave((asked) => {
          if (!isIt(asked) || left === 0) return undefined
          left -= 1
          return fault
        })
        const offer = await publisher.offer('7k3q2m9x4ht')
        const ledger = aLedger()
        const outcomes: Outcome[] = []
        let spent = 0n
        // As many runs as it takes; each is a target of its own, as after a crash.
        for (
          let run = 0;
          run < 12 && !outcomes.some(({ status }) => status === 'copied' || status === 'adopted');
          run += 1
        ) {
          const waits = { ...SOON, answerMs: 60, blockMs: 20, lookMs: 20 }
          await using target = publisher.open({ waits })
          outcomes.push(await target.publish(offer, aStep(ledger)))
          spent += parseLbc(target.spent())
        }
        assert.ok(
          outcomes.at(-1)?.status === 'copied' || outcomes.at(-1)?.status === 'adopted',
          JSON.stringify(outcomes),
        )
        assert.equal(streams(publisher), 1)
        assert.equal(parseLbc(String(ledger.evidence['cost'])), start - fake.wallet.balance().available)
        assert.ok(spent === 0n || formatLbc(spent) === ledger.evidence['cost'])
        assert.doesNotMatch(JSON.stringify([outcomes, ledger.saved]), new RegExp(`${MARKER}|Aigul|secret|5a5a5a5a`))
      })
})

describe('an answer that is lost', () => {
  const atCreate = (fault: LbryFault) => (asked: Asked) => (STEPS['create']?.(asked) === true ? fault : undefined)

  it('is looked for, and the claim counts as made in this run', async () => {
    await using publisher = await aPublisher()
    publisher.fake.misbehave(atCreate(droppedAfter))
    const target = publisher.open()
    const waits: string[] = []
    const step = { ...aStep(aLedger()), onWait: (what: string) => void waits.push(what) }
    const outcome = await target.publish(await publisher.offer('7k3q2m9x4ht'), step)
    assert.equal(outcome.status, 'copied')
    assert.deepEqual(waits, ['a claim whose answer was lost'])
    assert.notEqual(target.spent(), '0.0')
    assert.equal(publisher.fake.asked.filter((asked) => STEPS['create']?.(asked)).length, 1)
  })

  it('keeps the item from being sent again while the call may be at work, in this run and the next', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    fake.misbehave(atCreate(droppedBefore))
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    const waits = { ...SOON, unansweredMs: 60_000 }
    for (let run = 0; run < 3; run += 1) {
      await using target = publisher.open({ waits })
      const outcome = await target.publish(offer, aStep(ledger))
      assert.equal('problem' in outcome && outcome.problem.code, 'CLAIM_UNSURE')
      fake.misbehave(() => undefined)
    }
    assert.equal(fake.asked.filter((asked) => STEPS['create']?.(asked)).length, 1)
    assert.equal(streams(publisher), 0)
    const [intent] = ledger.saved
    // An hour later there is no such call any more.
    const late = aLedger({ ...intent, intentAt: Date.now() - 3_600_000 })
    await using target = publisher.open({ waits })
    assert.equal((await target.publish(offer, aStep(late))).status, 'copied')
    assert.equal(streams(publisher), 1)
  })

  it('ends the run when it is the third in a row', async () => {
    await using publisher = await aPublisher()
    publisher.fake.misbehave(atCreate(droppedBefore))
    const target = publisher.open({ waits: { ...SOON, lookMs: 10 } })
    const stops: unknown[] = []
    for (let i = 0; i < 3; i += 1) {
      const outcome = await target.publish(await publisher.offer(`item${i}`), aStep(aLedger()))
      stops.push(outcome.status === 'waiting' && outcome.stop)
    }
    assert.deepEqual(stops, [false, false, true])
  })

  it('does not lead to a second claim when the first call ends long after the line was cut', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const finish = Promise.withResolvers<void>()
    let late: Promise<string> | undefined
    fake.misbehave(
      atCreate((answer, run) => {
        late = finish.promise.then(run)
        answer.destroy()
      }),
    )
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    const waits = { ...SOON, unansweredMs: 60_000 }
    const target = publisher.open({ waits })
    assert.equal((await target.publish(offer, aStep(ledger))).status, 'waiting')
    fake.misbehave(() => undefined)
    // Its link is gone, and a call that has not opened the file yet would fail. This one has it open.
    const [asked] = fake.asked.filter((one) => STEPS['create']?.(one))
    fake.methods.streams.virtualFiles.set(String(asked?.params['file_path']), await readFile(offer.localPath))
    finish.resolve()
    await late
    const outcome = await target.publish(offer, aStep(ledger))
    assert.equal(outcome.status, 'adopted')
    assert.equal(streams(publisher), 1)
    assert.ok(parseLbc(String(ledger.evidence['cost'])) > 200_000n)
  })

  it('is not sent again while the wallet has not read all that it has sent', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger({ name: offer.claim.name, intentAt: 1, intentHash: offer.sourceHash })
    const target = publisher.open()
    const end = async (): Promise<unknown> => {
      const outcome = await target.publish(offer, aStep(ledger))
      return 'problem' in outcome ? outcome.problem.code : outcome.status
    }
    fake.wallet.isSyncing = true
    assert.equal(await end(), 'CLAIM_UNSURE')
    fake.wallet.isSyncing = false
    fake.wallet.blocksBehind = 2
    assert.equal(await end(), 'TARGET_NOT_READY')
    fake.wallet.blocksBehind = 0
    assert.equal(await end(), 'copied')
  })

  it('counts an intent from the future as one of now, so that a wrong clock stops nothing for ever', async () => {
    await using publisher = await aPublisher()
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger({ name: offer.claim.name, intentAt: Date.now() + 1e10, intentHash: offer.sourceHash })
    const target = publisher.open({ waits: { ...SOON, unansweredMs: 60_000 } })
    assert.equal((await target.publish(offer, aStep(ledger))).status, 'waiting')
    assert.ok(Number(ledger.evidence['intentAt']) <= Date.now())
  })

  it('leaves the intent when it is aborted in the middle, and throws the reason', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const stop = new AbortController()
    fake.misbehave(
      atCreate(async (_, run) => {
        await run()
        stop.abort(new Error('Ctrl-C'))
      }),
    )
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    const target = publisher.open()
    await assert.rejects(target.publish(offer, aStep(ledger, stop.signal)), /Ctrl-C/)
    assert.equal(typeof ledger.evidence['intentAt'], 'number')
    fake.misbehave(() => undefined)
    assert.equal((await target.publish(offer, aStep(ledger))).status, 'adopted')
    assert.equal(streams(publisher), 1)
  })

  it('of an abandonment is looked for, and abandoning again does no harm', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const start = fake.wallet.balance().available
    const target = publisher.open()
    const ledger = aLedger()
    await target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(ledger))
    fake.fault('stream_abandon', droppedBefore)
    await assert.rejects(target.takeBack(ledger, signal), { code: 'CLAIM_UNSURE' })
    fake.fault('stream_abandon', droppedAfter)
    await target.takeBack(ledger, signal)
    await target.takeBack(ledger, signal)
    assert.equal(streams(publisher), 0)
    assert.equal(parseLbc(String(ledger.evidence['cost'])), start - fake.wallet.balance().available)
    assert.equal(target.spent(), ledger.evidence['cost'])
  })
})
