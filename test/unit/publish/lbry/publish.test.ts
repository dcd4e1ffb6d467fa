import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Outcome } from '../../../../src/publish/target.ts'
import { aLedger, aPublisher, aStep, PRIVATE_NAME, type Publisher } from './a-publisher.ts'

const signal = new AbortController().signal

function evidenceIn(outcome: Outcome): Readonly<Record<string, unknown>> {
  assert.ok('evidence' in outcome, JSON.stringify(outcome))
  return outcome.evidence
}

/** Puts the blobs of the fake where the real daemon has them. */
async function writeBlobs({ fake, directory }: Publisher): Promise<void> {
  for (const claim of fake.wallet.claims()) {
    const source = claim.value?.['source'] as { readonly sd_hash?: string } | undefined
    for (const hash of fake.methods.streams.blobHashes(source?.sd_hash ?? ''))
      await writeFile(join(directory, hash), fake.methods.streams.blob(hash) ?? '')
  }
}

describe('the lbry target', () => {
  it('publishes a file once, notes the intent first, and says where the claim is', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open()
    await target.prepare(signal)
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    const evidence = evidenceIn(await target.publish(offer, aStep(ledger)))
    const [intent, noted] = ledger.saved
    assert.equal(intent?.['intentHash'], offer.sourceHash)
    assert.equal(typeof intent?.['intentAt'], 'number')
    assert.equal(noted?.['intentAt'], undefined)
    const [claim] = publisher.fake.wallet.claims().filter(({ valueType }) => valueType === 'stream')
    assert.equal(evidence['claimId'], claim?.claimId)
    assert.equal(evidence['txid'], claim?.txid)
    assert.equal(evidence['url'], `lbry://${offer.claim.name}#${claim?.claimId}`)
    assert.equal(evidence['channelId'], publisher.channelId)
    assert.equal(evidence['sourceHash'], offer.sourceHash)
    assert.equal(evidence['sourceBytes'], offer.bytes)
    assert.equal(evidence['equality'], 'asserted')
    assert.match(String(evidence['transaction']), /^[0-9a-f]+$/)
    assert.equal(evidence['cost'], target.spent())
    assert.deepEqual(ledger.evidence, evidence)
    // What stands between a repeated call and a second payment.
    assert.doesNotMatch(JSON.stringify(publisher.fake.asked), /allow_duplicate_name/)
  })

  it('tells nobody the name that the file has here, and leaves no link behind', async () => {
    await using publisher = await aPublisher()
    const { fake, directory } = publisher
    const target = publisher.open()
    const ledger = aLedger()
    await target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(ledger))
    assert.doesNotMatch(JSON.stringify([fake.asked, ledger.saved]), /Aigul/)
    const made = fake.wallet.transactions.get(String(ledger.evidence.txid))
    assert.equal(Buffer.from(made?.hex ?? '', 'hex').includes(PRIVATE_NAME), false)
    assert.equal(Buffer.from(made?.hex ?? '', 'hex').includes('a-testimony-7k3q2m9x4ht.mp4'), true)
    assert.deepEqual(await readdir(join(directory, 'links')), [])
  })

  it('adopts a claim with the same bytes, and refuses one with others', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open()
    const offer = await publisher.offer('7k3q2m9x4ht')
    await target.publish(offer, aStep(aLedger()))
    const again = await target.publish(offer, aStep(aLedger()))
    assert.equal(again.status, 'adopted')
    assert.equal(evidenceIn(again)['cost'], undefined)
    const other = { ...(await publisher.offer('7k3q2m9x4ht')), claim: offer.claim }
    const refused = await target.publish(other, aStep(aLedger()))
    assert.equal(refused.status, 'refused')
    assert.equal('problem' in refused && refused.problem.code, 'CLAIM_NAME_TAKEN')
    assert.equal(publisher.fake.wallet.claims().length, 2)
  })

  it('proves the stream when the descriptor can be had', async () => {
    await using publisher = await aPublisher()
    const plain = publisher.open()
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    assert.equal(evidenceIn(await plain.publish(offer, aStep(ledger)))['equality'], 'asserted')
    await writeBlobs(publisher)
    const target = publisher.open({ blobs: publisher.directory })
    assert.equal(evidenceIn(await target.publish(offer, aStep(aLedger())))['equality'], 'verified')
    const settled = await target.settle(ledger.evidence, offer, signal)
    assert.equal(settled?.equality, 'verified')
  })

  it('settles: confirmations, canonical URL, and gone when it was abandoned elsewhere', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open()
    const ledger = aLedger()
    await target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(ledger))
    const before = await target.settle(ledger.evidence, undefined, signal)
    assert.equal(before?.canonicalUrl, undefined)
    assert.equal(before?.equality, 'asserted')
    publisher.fake.wallet.mine(6)
    const after = await target.settle(ledger.evidence, undefined, signal)
    assert.equal(after?.confirmations, 6)
    assert.match(String(after?.canonicalUrl), /^lbry:\/\/@archive#\w\/a-testimony-7k3q2m9x4ht#\w$/)
    assert.equal(after?.isReflected, false)
    await publisher.fake.methods.answer('stream_abandon', { claim_id: after?.claimId, blocking: true })
    assert.equal(await target.settle(ledger.evidence, undefined, signal), undefined)
  })

  it('takes a claim back, again without harm, and gets the bid back', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const start = fake.wallet.balance().available
    const target = publisher.open()
    const ledger = aLedger()
    await target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(ledger))
    await target.takeBack(ledger, signal)
    await target.takeBack(ledger, signal)
    assert.equal(fake.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
    assert.equal(fake.asked.filter(({ method }) => method === 'stream_abandon').length, 1)
    const spent = start - fake.wallet.balance().available
    assert.equal(target.spent(), `0.${String(spent).padStart(8, '0')}`.replace(/0+$/, ''))
    assert.equal(ledger.evidence['cost'], target.spent())
  })
})
