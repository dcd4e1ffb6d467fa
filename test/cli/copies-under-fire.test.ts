import { describe, it } from 'node:test'
import { openDaemon } from '../../src/lbry-sdk-client/index.ts'
import { aLbryDaemon, type LbryFault, type StatefulLbryDaemon, sendJson } from '../fakes/lbry-daemon.ts'
import { droppedAfter, droppedBefore, htmlPage, notJson, raises, wrongType } from '../fakes/lbry-faults.ts'
import { numbersFrom, SEED } from './killing.ts'
import { BUNDLES, copiesUnderFire, FAULTS, KILLS, succeeds } from './under-fire.ts'

const LINE: readonly LbryFault[] = [droppedAfter, droppedBefore, htmlPage, notJson, wrongType]
const MONEY: readonly LbryFault[] = [
  raises('InsufficientFundsError', 'Not enough funds to cover this transaction.'),
  raises('RPCError', "(1, 'the transaction was rejected by network rules. 64: too-long-mempool-chain')"),
]
/** One call in five hundred meets a daemon that somebody has just started again. */
const RESTARTS = 0.002
const RESTARTED = raises(
  'ComponentsNotStartedError',
  'the following required components have not yet started: ["wallet"]',
)
const WAITS = 'waits = { blockMs = 2000, lookMs = 100, pollMs = 5, retryMs = 1, unansweredMs = 50 }\n'

/** Gives a daemon money and a channel, and from then on three in ten of its calls go wrong. */
async function underFire(daemon: StatefulLbryDaemon, next: () => number): Promise<void> {
  daemon.wallet.fund('1.0', 200)
  daemon.wallet.mine(2)
  await using client = openDaemon({ url: daemon.url })
  await client.call('channel_create', { name: '@archive', bid: '0.01', blocking: true })
  daemon.wallet.mine(1)
  const good: LbryFault = async (answer, run) => sendJson(answer, await run())
  const any = (faults: readonly LbryFault[]): LbryFault => faults[Math.floor(next() * faults.length)] ?? good
  for (const method of ['*', 'stream_create']) {
    const faults = method === '*' ? LINE : [...LINE, ...MONEY]
    const one: LbryFault = (answer, run) => {
      daemon.fault(method, one)
      const fault = next() < RESTARTS ? RESTARTED : next() < FAULTS ? any(faults) : good
      return fault(answer, run)
    }
    daemon.fault(method, one)
  }
}

describe('copies to an LBRY daemon under fire', () => {
  it(`are one claim and one copy/1 for each of ${BUNDLES} bundles, through faults in a third of all calls and ${KILLS} kills`, async (t) => {
    await using daemon = await aLbryDaemon()
    await underFire(daemon, numbersFrom(SEED + 1))
    await copiesUnderFire(t, {
      target: 'lbry',
      wallet: daemon.wallet,
      settings: WAITS,
      add: async (world) =>
        void (await succeeds(world, ['target', 'add', 'lbry', '--channel', '@archive', '--url', daemon.url])),
    })
  })
})
