import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimEvidence } from '../../../../src/publish/odysee/claim-evidence.ts'
import type { Evidence } from '../../../../src/publish/target.ts'
import { droppedAfter } from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld, type OdyseeWorld } from './an-odysee-world.ts'
import { drive, runOnce } from './drive.ts'

/** A claim that was made elsewhere, say in a browser. */
async function aClaim(world: OdyseeWorld, name: string, source: Partial<Evidence> | undefined): Promise<void> {
  const { sourceBytes, sourceHash } = source ?? {}
  const stream = { sd_hash: 'ab'.repeat(48), file_name: 'x.mp4', file_size: sourceBytes, file_hash: sourceHash }
  const params = { name, bid: '0.001', title: 'Elsewhere', blocking: true, ...(source === undefined ? {} : stream) }
  await world.state.methods.answer('stream_create', params)
}

describe('what the account has under the name', () => {
  it('is adopted when it says our bytes, and nothing is uploaded', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    await aClaim(world, offer.claim.name, { sourceHash: offer.sourceHash, sourceBytes: offer.bytes })
    const ended = await runOnce(world, offer, aLedger())
    assert.equal(ended.status, 'adopted')
    assert.equal(ended.evidence.equality, 'asserted')
    assert.ok(ended.evidence.transaction !== undefined)
    assert.equal(world.state.uploads.size, 0)
  })

  it('is adopted without its transaction when that is not to be had, and settled later', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    await aClaim(world, offer.claim.name, { sourceHash: offer.sourceHash, sourceBytes: offer.bytes })
    world.odysee.fault('transaction_show', ...Array.from({ length: 4 }, () => droppedAfter))
    const ended = await runOnce(world, offer, aLedger())
    assert.equal(ended.status, 'adopted')
    assert.equal(ended.evidence.transaction, undefined)
    assert.equal(ended.evidence.equality, 'asserted')
    world.odysee.calm()
    const settled = await world.open().settle(ended.evidence, offer, new AbortController().signal)
    assert.ok(settled?.transaction !== undefined)
  })

  for (const [name, source] of Object.entries({
    'other bytes': { sourceHash: 'cd'.repeat(48), sourceBytes: 100_000 },
    'another size': { sourceBytes: 99_999 },
    'no bytes at all': undefined,
  })) {
    it(`is left alone when it says ${name}, and the item waits for a person`, async () => {
      await using world = await anOdyseeWorld()
      const offer = await world.anOffer()
      await aClaim(world, offer.claim.name, source && { sourceHash: offer.sourceHash, ...source })
      const ended = await runOnce(world, offer, aLedger())
      assert.equal(ended.status, 'refused')
      assert.ok('problem' in ended)
      assert.equal(ended.problem.code, 'CLAIM_NAME_TAKEN')
      assert.equal(world.state.uploads.size, 0)
    })
  }

  it('is told as taken when it is no stream, which shows only when the claim is asked for', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const answer = world.state.methods.answer.bind(world.state.methods)
    await aClaim(world, offer.claim.name, { sourceHash: 'cd'.repeat(48), sourceBytes: 1 })
    world.state.methods.answer = async (method, params) => {
      const hidden = { items: [], page: 1, page_size: 50, total_items: 0, total_pages: 0 }
      return method === 'stream_list' ? hidden : await answer(method, params)
    }
    const ended = await runOnce(world, offer, aLedger())
    assert.equal(ended.status, 'refused')
    assert.ok('problem' in ended)
    assert.equal(ended.problem.code, 'CLAIM_NAME_TAKEN')
  })
})

describe('a wallet that does not show what it has, as one that was just loaded', () => {
  it('is waited for, because the network knows better', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const answer = world.state.methods.answer.bind(world.state.methods)
    const channel_id = world.state.wallet.claims().find(({ valueType }) => valueType === 'channel')?.claimId
    const stream = { sd_hash: 'ab'.repeat(48), file_name: 'x.mp4', file_size: offer.bytes, file_hash: offer.sourceHash }
    await answer('stream_create', { name: offer.claim.name, bid: '0.001', channel_id, ...stream })
    world.state.wallet.mine(1)
    let isLoading = true
    world.state.methods.answer = async (method, params) => {
      const none = { items: [], page: 1, page_size: 50, total_items: 0, total_pages: 0 }
      return method === 'stream_list' && isLoading ? none : await answer(method, params)
    }
    const ledger = aLedger()
    const first = await runOnce(world, offer, ledger)
    assert.ok('problem' in first)
    assert.equal(first.problem.code, 'CLAIM_UNSURE')
    assert.equal(world.state.uploads.size, 0)
    isLoading = false
    assert.equal((await runOnce(world, offer, ledger)).status, 'adopted')
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })
})

describe('a claim of other bytes', () => {
  it('that the service made of our upload is recorded as different, and not made again', async () => {
    await using world = await anOdyseeWorld()
    world.state.hashOf = () => 'ef'.repeat(48)
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.equal(ended.status, 'copied')
    assert.equal(ended.evidence.equality, 'differs')
    assert.equal(ended.evidence.sourceHash, 'ef'.repeat(48))
  })

  it('is told apart from one of somebody else when the answers were lost', async () => {
    await using world = await anOdyseeWorld()
    world.state.hashOf = () => 'ef'.repeat(48)
    world.odysee.fault('poll', ...Array.from({ length: 4 }, () => droppedAfter))
    const ends = await drive(world, await world.anOffer(), aLedger())
    const last = ends.at(-1)
    assert.equal(last?.status, 'copied')
    assert.equal(last.evidence.equality, 'differs')
  })

  it('that were on their way when the bundle got new ones takes the name, and is not called ours', async () => {
    await using world = await anOdyseeWorld()
    world.state.asksWallet = 'at-the-end'
    const old = await world.anOffer()
    const ledger = aLedger()
    world.odysee.fault('poll', ...Array.from({ length: 4 }, () => droppedAfter))
    await runOnce(world, old, ledger)
    const renewed = { ...(await world.anOffer()), id: old.id, claim: old.claim, publicName: old.publicName }
    const ends = await drive(world, renewed, ledger)
    const last = ends.at(-1)
    assert.equal(last?.status, 'refused')
    assert.ok('problem' in last)
    assert.equal(last.problem.code, 'CLAIM_NAME_TAKEN')
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })
})

describe('the words of a claim without its transaction', () => {
  const output = {
    ...({ txid: '1'.repeat(64), nout: 0, type: 'claim', amount: '0.1', height: 5, confirmations: 1 } as const),
    ...{ name: 'x', claim_id: '2'.repeat(40), permanent_url: `lbry://x#${'2'.repeat(40)}` },
  }
  const channel = { id: '3'.repeat(40), name: '@x', siblings: [] }
  const ours = { sourceHash: 'ab'.repeat(48), bytes: 7 }
  const said: readonly (readonly [source: object, equality: string])[] = [
    [{ hash: ours.sourceHash, size: '7' }, 'asserted'],
    [{ hash: ours.sourceHash, size: '8' }, 'differs'],
    [{ hash: 'cd'.repeat(48), size: '7' }, 'differs'],
    [{ hash: ours.sourceHash }, 'unknown'],
    [{ size: '7' }, 'unknown'],
    [{}, 'unknown'],
  ]
  for (const [source, equality] of said)
    it(`are ${equality} when they say ${JSON.stringify(source).slice(0, 30)}`, () => {
      const evidence = claimEvidence({ output: { ...output, value: { source } } }, channel, ours)
      assert.equal(evidence.equality, equality)
      assert.equal(claimEvidence({ output: { ...output, value: { source } } }, channel, undefined).equality, 'unknown')
    })
})

describe('the URLs of a claim', () => {
  const id = `a1${'2'.repeat(38)}`
  const urlOf = (canonical_url: string): unknown =>
    claimEvidence(
      {
        output: {
          ...{ txid: '1'.repeat(64), nout: 0, type: 'claim', amount: '0.1', height: 5, confirmations: 1 },
          ...{ name: 'x', claim_id: id, permanent_url: 'javascript:alert(1)', canonical_url },
        },
      },
      { id: '3'.repeat(40), name: '@x', siblings: [] },
      undefined,
    )
  it('are made of its name and id, or are what a hub would make of them', () => {
    for (const url of ['lbry://@archive#6/x#a', 'lbry://x#a12', `lbry://@архив#6f/x#${id}`])
      assert.deepEqual(urlOf(url), { ...(urlOf('') as object), url: `lbry://x#${id}`, canonicalUrl: url })
  })
  it('are not whatever a server says', () => {
    for (const url of [
      'https://x.example',
      'lbry://x#b',
      'lbry://y#a',
      'lbry://@a b#6/x#a',
      'lbry://@a\n#6/x#a',
      'lbry://x',
    ])
      assert.equal((urlOf(url) as Evidence).canonicalUrl, undefined)
  })
})

describe('the transaction that the wallet gives', () => {
  it('counts for more than its words: a hash that only the words have is not asserted', async () => {
    await using world = await anOdyseeWorld()
    world.state.hashOf = () => 'ef'.repeat(48)
    const offer = await world.anOffer()
    const answer = world.state.methods.answer.bind(world.state.methods)
    world.state.methods.answer = async (method, params) => {
      const text = JSON.stringify(await answer(method, params))
      return JSON.parse(text.replaceAll(`"hash":"${'ef'.repeat(48)}"`, `"hash":"${offer.sourceHash}"`))
    }
    const ended = await runOnce(world, offer, aLedger())
    assert.equal(ended.status, 'copied')
    assert.equal(ended.evidence.equality, 'differs')
  })

  it('is not kept when it is another one, and equality stays unknown', async () => {
    await using world = await anOdyseeWorld()
    const other = [...world.state.wallet.transactions.values()].at(-1)
    const answer = world.state.methods.answer.bind(world.state.methods)
    world.state.methods.answer = async (method, params) => {
      const result = await answer(method, params)
      return method === 'stream_create' ? { ...(result as object), hex: other?.hex } : result
    }
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.equal(ended.status, 'copied')
    assert.equal(ended.evidence.equality, 'unknown')
    assert.equal(ended.evidence.transaction, undefined)
  })
})

describe('an item that was begun with another account', () => {
  it('waits for the token of that account, since its claims cannot be seen from here', async () => {
    await using world = await anOdyseeWorld()
    const ledger = aLedger({ name: 'x', channelId: '11'.repeat(20), createSentAt: 1_700_000_000 })
    const ended = await runOnce(world, await world.anOffer(), ledger)
    assert.equal(ended.status, 'waiting')
    assert.ok('problem' in ended)
    assert.equal(ended.problem.code, 'CHANNEL_MISSING')
    assert.equal(world.state.uploads.size, 0)
  })
})
