import assert from 'node:assert/strict'
import { openDaemon } from '../src/lbry-sdk-client/index.ts'
import { aLbryDaemon, type StatefulLbryDaemon } from '../test/fakes/lbry-daemon.ts'
import type { Person } from './program.ts'
import { lesson, tell } from './stage.ts'

const HOME = ['--home', 'home']
const CHANNEL = '@demo-archive'

/** A daemon of ours that only plays the network, with a channel and play money. */
export async function openFakeDaemon(): Promise<StatefulLbryDaemon> {
  const daemon = await aLbryDaemon()
  daemon.wallet.fund('1.0', 5)
  await using client = openDaemon({ url: daemon.url })
  await client.call('channel_create', { name: CHANNEL, bid: '0.01', blocking: true })
  daemon.wallet.mine(1)
  return daemon
}

export async function publishCopies(publisher: Person, daemon: StatefulLbryDaemon): Promise<void> {
  lesson('(A fake LBRY daemon runs on this computer, with play money. Nothing here reaches the real network.)')

  await publisher.holdfast(0, 'target', 'add', 'lbry', '--channel', CHANNEL, '--url', daemon.url, ...HOME)
  const plan = (await publisher.holdfast(0, 'publish', '--to', 'lbry', '--dry-run', ...HOME)).one('target')
  assert.equal(plan.items, 5)
  tell('holdfast publish --to lbry --dry-run', `5 to copy to ${CHANNEL}; ${plan.lbc} LBC of ${plan.available}.`)

  const copied = await publisher.holdfast(0, 'publish', '--to', 'lbry', '--yes', ...HOME)
  const copies = copied.all('copied')
  assert.equal(copies.length, 5)
  const claims = daemon.wallet.claims().filter(({ valueType }) => valueType === 'stream')
  assert.deepEqual(new Set(copies.map(({ claimId }) => claimId)), new Set(claims.map(({ claimId }) => claimId)))
  const { spent } = copied.one('done')
  tell(
    'holdfast publish --to lbry',
    `5 copied for ${String(spent)} LBC, each with a statement in the log, such as`,
    `  ${copies[0]?.url}`,
  )

  const again = (await publisher.holdfast(0, 'publish', '--to', 'lbry', '--yes', ...HOME)).one('done')
  assert.deepEqual([again['copied'], again['spent']], [0, '0.0'])
  tell('holdfast publish --to lbry', 'Once more: nothing is published twice, and nothing is spent.')
}
