import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FoundClaim } from '../../../../src/publish/target.ts'
import { aLbryDaemon, type StatefulLbryDaemon } from '../../../fakes/lbry-daemon.ts'
import { droppedBefore, htmlPage } from '../../../fakes/lbry-faults.ts'
import { aLedger, aPublisher, aStep, type Publisher } from './a-publisher.ts'

const signal = new AbortController().signal

async function gathered(claims: AsyncIterable<FoundClaim>): Promise<FoundClaim[]> {
  const all: FoundClaim[] = []
  for await (const claim of claims) all.push(claim)
  return all
}

function namesOf(found: readonly FoundClaim[]): string[] {
  return found.map(({ evidence }) => evidence.name ?? '').sort()
}

/** Somebody else's wallet on the same chain, with the channel `@sync` and streams in it. */
async function aSynchroniser({ fake }: Publisher, names: readonly string[]): Promise<StatefulLbryDaemon> {
  const other = await aLbryDaemon()
  other.wallet.fund('10.0')
  await other.methods.answer('channel_create', { name: '@sync', bid: '0.01', blocking: true })
  const channel_id = other.wallet.claims()[0]?.claimId
  other.methods.streams.virtualFiles.set('/x.mp4', Buffer.from('a film'))
  for (const name of names)
    await other.methods.answer('stream_create', {
      ...{ name, bid: '0.01', file_path: '/x.mp4', channel_id, blocking: true },
      description: `watch https://youtu.be/${name}`,
    })
  other.wallet.mine(1)
  fake.wallet.elsewhere.push(other.wallet)
  return other
}

describe('the claims of a channel', () => {
  it('are those of this wallet, unconfirmed ones too, each once', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open()
    await target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(aLedger()))
    const own = await gathered(target.claimsOf(undefined, signal))
    assert.deepEqual(namesOf(own), ['a-testimony-7k3q2m9x4ht'])
    publisher.fake.wallet.mine(1)
    const known = await gathered(target.claimsOf('@archive', signal))
    assert.deepEqual(namesOf(known), ['a-testimony-7k3q2m9x4ht'])
    assert.equal(known[0]?.evidence.claimId, own[0]?.evidence.claimId)
  })

  it('are those of other wallets on the network, with what their descriptions say', async () => {
    await using publisher = await aPublisher()
    await using _ = await aSynchroniser(publisher, ['one', 'two'])
    const target = publisher.open()
    const found = await gathered(target.claimsOf('@sync', signal))
    const words = found.map(({ description }) => description).sort()
    assert.deepEqual(words, ['watch https://youtu.be/one', 'watch https://youtu.be/two'])
    assert.match(String(found[0]?.evidence.canonicalUrl), /^lbry:\/\/@sync#/)
    await assert.rejects(gathered(target.claimsOf('@nobody', signal)), { code: 'CHANNEL_MISSING' })
  })

  it('are all read, page by page, through faults', async () => {
    await using publisher = await aPublisher()
    const names = Array.from({ length: 120 }, (_, i) => `video-${i}`)
    await using _ = await aSynchroniser(publisher, names)
    publisher.fake.fault('claim_search', droppedBefore, htmlPage)
    const found = await gathered(publisher.open().claimsOf('@sync', signal))
    assert.deepEqual(namesOf(found), names.sort())
  })

  it('can be settled although they are in another wallet', async () => {
    await using publisher = await aPublisher()
    await using _ = await aSynchroniser(publisher, ['one'])
    const target = publisher.open()
    const [claim] = await gathered(target.claimsOf('@sync', signal))
    const settled = await target.settle(claim?.evidence ?? {}, undefined, signal)
    assert.equal(settled?.confirmations, 1)
    assert.equal(settled?.claimId, claim?.evidence.claimId)
  })
})
