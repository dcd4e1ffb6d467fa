import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aLbryDaemon } from '../fakes/lbry-daemon.ts'
import { droppedAfter, goError, slow } from '../fakes/lbry-faults.ts'
import { aWorld } from './harness.ts'

describe('holdfast channel', () => {
  it('makes a channel once, asks nobody with --yes, and shows what the wallet has', async (t) => {
    const world = aWorld(t)
    await using fake = await aLbryDaemon()
    fake.wallet.fund('1.0')
    const url = ['--url', fake.url]
    const none = await world.run(['channel', ...url, '--json'])
    assert.deepEqual([none.exit, none.events.at(-1)?.['channels']], [0, 0])
    const made = await world.run(['channel', 'create', '@archive', '--bid', '0.01', '--yes', ...url, '--json'])
    assert.equal(made.exit, 0, made.stdout)
    const [channel] = made.events
    assert.equal(channel?.['name'], '@archive')
    assert.equal(channel?.['claimId'], fake.wallet.claims()[0]?.claimId)
    assert.equal(made.events.at(-1)?.['made'], 1)
    const spent = 100_000_000n - fake.wallet.balance().available
    assert.equal(Number(made.events.at(-1)?.['spent']) * 1e8, Number(spent))
    const again = await world.run(['channel', 'create', '@archive', '--yes', ...url, '--json'])
    assert.deepEqual([again.exit, again.events.at(-1)?.['made']], [0, 0])
    assert.equal(fake.wallet.claims().length, 1)
    const text = await world.run(['channel', 'list', ...url])
    assert.match(text.stdout, /^@archive {2}lbry:\/\/@archive#[0-9a-f]{40} {2}0\.01 LBC, waits for a block\n$/)
    assert.equal(fake.asked.filter(({ method }) => /export|sign/.test(method)).length, 0)
  })

  it('finds the channel of a call whose answer was lost, and makes no second one', async (t) => {
    const world = aWorld(t)
    await using fake = await aLbryDaemon()
    fake.wallet.fund('1.0')
    // The first is the preview.
    fake.fault('channel_create', slow(0), droppedAfter)
    const made = await world.run(['channel', 'create', '@archive', '--yes', '--url', fake.url, '--json'])
    assert.equal(made.exit, 0, made.stdout)
    assert.equal(made.events.at(-1)?.['made'], 1)
    assert.equal(fake.wallet.claims().length, 1)
    const spent = 100_000_000n - fake.wallet.balance().available
    assert.equal(Number(made.events.at(-1)?.['spent']) * 1e8, Number(spent))
  })

  it('asks before it spends, and says what is wrong with a name, a bid, funds, a lock or a daemon without a wallet', async (t) => {
    const world = aWorld(t)
    await using fake = await aLbryDaemon()
    const create = async (...args: string[]): Promise<readonly [number | null, unknown]> => {
      const { exit, events } = await world.run(['channel', 'create', ...args, '--url', fake.url, '--json'])
      return [exit, events.find(({ event }) => event === 'problem')?.['code']]
    }
    assert.deepEqual(await create('@archive', '--yes'), [3, 'TARGET_FUNDS_LOW'])
    fake.wallet.fund('1.0')
    assert.deepEqual(await create('@archive'), [2, 'NEEDS_YES'])
    assert.deepEqual(await create('archive', '--yes'), [1, 'TARGET_REFUSED'])
    assert.deepEqual(await create('@archive', '--bid', '1', '--yes'), [1, 'TARGET_REFUSED'])
    await fake.methods.answer('wallet_encrypt', { new_password: 'marker-of-the-password' })
    fake.methods.restart()
    assert.deepEqual(await create('@archive', '--yes'), [2, 'TARGET_LOCKED'])
    fake.fault('*', goError(501, 'Wallet commands are not implemented for now.'))
    assert.deepEqual(await create('@archive', '--yes'), [2, 'TARGET_UNSUITABLE'])
    assert.equal(fake.wallet.claims().length, 0)
    const far = await world.run(['channel', '--url', 'http://192.0.2.1:5279', '--json'])
    assert.equal(far.events.find(({ event }) => event === 'problem')?.['code'], 'TARGET_UNSUITABLE')
  })
})

describe('holdfast target split', () => {
  it('splits the funds of the target once, for a fee, and asks first', async (t) => {
    const world = aWorld(t)
    await world.init()
    await using fake = await aLbryDaemon()
    fake.wallet.fund('2.0')
    const target = await world.run(['target', 'add', 'lbry', '--channel', '@archive', '--url', fake.url, '--json'])
    assert.equal(target.exit, 0, target.stdout)
    const split = ['target', 'split', '--outputs', '10', '--amount', '0.1']
    assert.equal((await world.run([...split, '--json'])).exit, 2)
    const done = await world.run([...split, '--yes', '--json'])
    assert.deepEqual([done.exit, done.events.at(-1)?.['made']], [0, 9])
    const spent = 200_000_000n - fake.wallet.balance().available
    assert.equal(Math.round(Number(done.events.at(-1)?.['spent']) * 1e8), Number(spent))
    fake.wallet.mine(1)
    const again = await world.run([...split, '--yes', '--json'])
    assert.deepEqual([again.exit, again.events.at(-1)?.['made']], [0, 0])
    const wrong = await world.run(['target', 'split', '--amount', '1', '--yes', '--json'])
    assert.equal(wrong.events.find(({ event }) => event === 'problem')?.['code'], 'TARGET_REFUSED')
  })
})
