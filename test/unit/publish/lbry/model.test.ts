import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseLbc } from '../../../../src/lbry-sdk-client/daemon/amounts.ts'
import type { LbryTarget } from '../../../../src/publish/lbry/target.ts'
import type { Offer } from '../../../../src/publish/target.ts'
import type { LbryFault } from '../../../fakes/lbry-daemon.ts'
import { cutInTheMiddle, droppedAfter, droppedBefore, htmlPage, raises, wrongType } from '../../../fakes/lbry-faults.ts'
import { aLedger, aPublisher, aStep, type Noted, type Publisher } from './a-publisher.ts'

const signal = new AbortController().signal
const ITEMS = 3

const FAULTS: readonly LbryFault[] = [
  ...[droppedAfter, droppedBefore, cutInTheMiddle, htmlPage, wrongType],
  raises('InsufficientFundsError', 'Not enough funds to cover this transaction.'),
  raises('RPCError', "(1, 'the transaction was rejected by network rules. 258: txn-mempool-conflict')"),
  raises('AssertionError', 'Cannot spend funds with locked wallet, unlock first.'),
]

/** What may happen, in any order, to a few items with a ledger each. */
type Deed =
  | { readonly what: 'publish' | 'settle' | 'take back'; readonly item: number }
  | { readonly what: 'mine' | 'restart' | 'split' }
  | { readonly what: 'fault'; readonly fault: number; readonly after: number }

const item = fc.nat(ITEMS - 1)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('publish' as const), item }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('settle' as const, 'take back' as const), item }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('mine' as const, 'restart' as const, 'split' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('fault' as const),
      fault: fc.nat(FAULTS.length - 1),
      after: fc.nat(8),
    }),
  },
)

interface World {
  readonly publisher: Publisher
  readonly offers: readonly Offer[]
  readonly ledgers: readonly Noted[]
  target: LbryTarget
  split: bigint
}

async function does(world: World, one: Deed): Promise<void> {
  const { publisher, offers, ledgers, target } = world
  const { fake } = publisher
  switch (one.what) {
    case 'publish':
      await target.publish(offers[one.item] as Offer, aStep(ledgers[one.item] as Noted))
      return
    case 'settle':
      await quietly(target.settle(ledgers[one.item]?.evidence ?? {}, offers[one.item], signal))
      return
    case 'take back':
      await quietly(target.takeBack(ledgers[one.item] as Noted, signal))
      return
    case 'mine':
      fake.wallet.mine(1)
      return
    case 'restart':
      world.target = publisher.open({ waits: WAITS })
      return
    case 'split': {
      const before = fake.wallet.balance().available
      await quietly(target.splitOutputs(3, '0.5', signal))
      world.split += before - fake.wallet.balance().available
      return
    }
    case 'fault': {
      let left = one.after
      fake.misbehave(() => {
        left -= 1
        return left === -1 ? FAULTS[one.fault] : undefined
      })
    }
  }
}

const WAITS = { blockMs: 5, lookMs: 12, pollMs: 3, retryMs: 1, unansweredMs: 0 }

async function quietly(work: Promise<unknown>): Promise<void> {
  // A fault of the daemon ends it with a code; a bug would be another kind of error.
  await work.catch((error: unknown) => assert.ok(error instanceof Error && 'code' in error, String(error)))
}

/** At most one claim of a name at any time, and every dewie in a ledger once the last answers have been looked for. */
async function assertSound(world: World, start: bigint): Promise<void> {
  const { publisher, ledgers, offers, target } = world
  const { fake } = publisher
  const claims = fake.wallet.claims().filter(({ valueType }) => valueType === 'stream')
  assert.equal(new Set(claims.map(({ purpose }) => 'name' in purpose && purpose.name)).size, claims.length)
  fake.misbehave(() => undefined)
  fake.wallet.mine(1)
  for (const [i, ledger] of ledgers.entries())
    if (ledger.evidence['intentAt'] !== undefined) await target.publish(offers[i] as Offer, aStep(ledger))
  const costs = ledgers.reduce((sum, { evidence }) => sum + parseLbc(String(evidence['cost'] ?? '0.0')), 0n)
  assert.equal(costs + world.split, start - fake.wallet.balance().available)
}

describe('publishing and taking back in any order, with any faults', () => {
  it('never has two claims of one item, and has every dewie in a ledger', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 25 }), async (deeds) => {
        await using publisher = await aPublisher()
        const offers = await Promise.all(Array.from({ length: ITEMS }, (_, i) => publisher.offer(`item${i}`)))
        const target = publisher.open({ waits: WAITS })
        const world: World = { publisher, offers, ledgers: offers.map(() => aLedger()), target, split: 0n }
        const start = publisher.fake.wallet.balance().available
        for (const one of deeds) await does(world, one)
        await assertSound(world, start)
      }),
      { numRuns: process.env['SLOW'] === '1' ? 1_000 : 60 },
    )
  })
})
