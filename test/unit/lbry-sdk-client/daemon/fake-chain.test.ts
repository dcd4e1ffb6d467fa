import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type LbryDaemon, openDaemon } from '../../../../src/lbry-sdk-client/daemon/client.ts'
import type { ClaimValue, Transaction } from '../../../../src/lbry-sdk-client/daemon/output.ts'
import { verifyClaim } from '../../../../src/lbry-sdk-client/index.ts'
import { aLbryDaemon, type StatefulLbryDaemon } from '../../../fakes/lbry-daemon.ts'
import { readRecordings } from '../../../fakes/lbry-recordings.ts'
import { FakeLbryWallet } from '../../../fakes/lbry-wallet.ts'

const recordings = await readRecordings()
const FILE = '/media/video one.mp4'

interface World extends AsyncDisposable {
  readonly fake: StatefulLbryDaemon
  readonly daemon: LbryDaemon
  create(name: string): Promise<Transaction>
}

async function aWorld(): Promise<World> {
  const fake = await aLbryDaemon()
  fake.wallet.fund('10.0')
  fake.methods.streams.virtualFiles.set(FILE, Buffer.from('a film'))
  const daemon = openDaemon({ url: fake.url })
  return {
    fake,
    daemon,
    create: (name) => daemon.call('stream_create', { name, bid: '0.01', file_path: FILE, blocking: true }),
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

describe('the chain of the fake daemon', () => {
  it('updates a claim as the real one does: same id, other transaction, tags added', async () => {
    await using world = await aWorld()
    const { fake, daemon } = world
    await daemon.call('channel_create', { name: '@testpub', bid: '0.01', title: 'Test', blocking: true })
    const channel_id = fake.wallet.claims()[0]?.claimId
    await fake.methods.answer('stream_create', { ...recordings[16]?.request.params, channel_id })
    const made = fake.wallet.claims().find(({ valueType }) => valueType === 'stream')
    const claim_id = made?.claimId ?? ''
    const asked = { ...recordings[114]?.request.params, claim_id, blocking: true }
    const { outputs, hex } = await daemon.call('stream_update', asked)
    const real = recordings[114]?.response.result as { readonly outputs: readonly [{ readonly value: ClaimValue }] }
    const { source, tags = [], ...value } = outputs[0]?.value ?? {}
    const { source: _, tags: realTags = [], ...realValue } = real.outputs[0].value
    assert.deepEqual(value, realValue)
    // Python keeps tags in a set: their order means nothing.
    assert.deepEqual([...tags].sort(), [...realTags].sort())
    assert.notEqual(outputs[0]?.txid, made?.txid)
    const { claim } = verifyClaim(hex)
    assert.deepEqual([claim.op, claim.claimId, claim.channelId], ['update', claim_id, channel_id])
    assert.equal(claim.source?.sdHash, source?.sd_hash)
    assert.deepEqual(
      (await daemon.call('file_list', { claim_id })).items.map(({ sd_hash }) => sd_hash),
      [source?.sd_hash],
    )
    const unknown = { ...recordings[116]?.request.params, claim_id: '0'.repeat(40) } as const
    await assert.rejects(daemon.call('stream_update', unknown), { code: 'LBRY_CLAIM_UNKNOWN' })
  })

  it('drops everything but the source with replace, and makes a new stream of a new file', async () => {
    await using world = await aWorld()
    const { daemon, fake } = world
    const { outputs } = await world.create('x')
    const claim_id = outputs[0]?.claim_id ?? ''
    const replaced = await daemon.call('stream_update', { claim_id, replace: true, title: 'Replaced', blocking: true })
    assert.deepEqual(replaced.outputs[0]?.value, { ...outputs[0]?.value, title: 'Replaced' })
    fake.methods.streams.virtualFiles.set('/media/other.mp4', Buffer.from('another film'))
    await daemon.call('stream_update', { claim_id, file_path: '/media/other.mp4', blocking: true })
    const { items } = await daemon.call('file_list', { claim_id })
    assert.equal(items[0]?.file_name, 'other.mp4')
    assert.notEqual(items[0]?.sd_hash, outputs[0]?.value?.source?.sd_hash)
  })

  it('takes so many transactions in a row and no more before a block', async () => {
    await using world = await aWorld()
    const { fake } = world
    fake.wallet.chainLimit = 5
    for (let i = 0; i < 5; i += 1) await world.create(`a${i}`)
    await assert.rejects(world.create('b'), { code: 'LBRY_MEMPOOL_CHAIN_LONG', effect: 'none' })
    // The stream that was made for it stays, without a claim.
    assert.equal(fake.methods.streams.count, 6)
    fake.wallet.mine(1)
    await world.create('b')
  })

  it('lets a hub that is slow to tell hide the change until a block comes', async () => {
    await using world = await aWorld()
    const { fake, daemon } = world
    fake.wallet.seesWithBlock = true
    await world.create('a')
    await assert.rejects(world.create('b'), { code: 'LBRY_FUNDS_UNAVAILABLE' })
    assert.equal((await daemon.call('account_balance', { confirmations: 1 })).available, '0.0')
    assert.notEqual((await daemon.call('account_balance', {})).available, '0.0')
    fake.wallet.mine(1)
    await world.create('b')
  })

  it('outlives the server with wallet, keys and streams, and is locked then if it is encrypted', async () => {
    await using world = await aWorld()
    const { fake } = world
    await fake.methods.answer('channel_create', { name: '@a', bid: '0.01', blocking: true })
    await world.create('x')
    await fake.methods.answer('wallet_encrypt', { new_password: 'pw' })
    await using again = await aLbryDaemon(fake.methods)
    await using daemon = openDaemon({ url: again.url })
    assert.equal((await daemon.call('wallet_status', {})).is_locked, true)
    assert.equal(await daemon.call('wallet_unlock', { password: 'pw' }), true)
    const channel_id = (await daemon.call('channel_list', {})).items[0]?.claim_id ?? ''
    await daemon.call('stream_create', { name: 'y', bid: '0.01', file_path: FILE, channel_id, blocking: true })
    assert.equal((await daemon.call('file_list', { claim_name: 'x' })).items.length, 1)
  })

  it('shows what a reflector has, and claims of others to whoever asks the hub', async () => {
    await using world = await aWorld()
    const { fake, daemon } = world
    const { outputs } = await world.create('x')
    const sd_hash = outputs[0]?.value?.source?.sd_hash ?? ''
    fake.methods.streams.reflect(sd_hash, 40)
    assert.equal((await daemon.call('file_list', { sd_hash })).items[0]?.reflector_progress, 40)
    fake.methods.streams.reflect(sd_hash, 100)
    assert.equal((await daemon.call('file_list', { sd_hash })).items[0]?.is_fully_reflected, true)
    const other = await aLbryDaemon()
    await using _ = other
    other.wallet.fund('1.0')
    await other.methods.answer('channel_create', { name: '@other', bid: '0.01', blocking: true })
    fake.wallet.elsewhere.push(other.wallet)
    const url = 'lbry://@other'
    assert.equal((await daemon.call('resolve', { urls: url })).get(url)?.found, false)
    other.wallet.mine(1)
    assert.equal((await daemon.call('resolve', { urls: url })).get(url)?.found, true)
    assert.equal((await daemon.call('channel_list', {})).items.length, 0)
    assert.equal(new FakeLbryWallet().elsewhere.length, 0)
  })
})
