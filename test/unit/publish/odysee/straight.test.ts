import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { verifyPublication } from '../../../../src/lbry-sdk-client/index.ts'
import { aLedger, anOdyseeWorld, aStep, CHANNEL, TOKEN } from './an-odysee-world.ts'

const signal = new AbortController().signal

describe('publishing on Odysee', () => {
  it('makes one claim that says our bytes, and whose transaction proves it', async () => {
    await using world = await anOdyseeWorld()
    const target = world.open()
    await target.prepare(signal)
    const offer = await world.anOffer({ bytes: 3_000_000 })
    const ledger = aLedger()
    const outcome = await target.publish(offer, aStep(ledger))
    assert.equal(outcome.status, 'copied', JSON.stringify(outcome))
    assert.ok('evidence' in outcome)
    const { evidence } = outcome
    assert.equal(evidence.equality, 'asserted')
    assert.equal(evidence.sourceHash, offer.sourceHash)
    assert.equal(evidence.sourceBytes, offer.bytes)
    assert.equal(evidence.url, `lbry://${offer.claim.name}#${evidence.claimId}`)
    const proof = await verifyPublication({
      file: offer.localPath,
      transaction: evidence.transaction,
      known: { claimId: evidence.claimId, txid: evidence.txid, channelId: evidence.channelId },
    })
    assert.equal(proof.sound, true)
    assert.equal(proof.equality, 'asserted')
    assert.deepEqual([...world.state.madeClaims()], [[offer.claim.name, 1]])
    assert.equal(target.channel, CHANNEL)
  })

  it('tells no local name, and keeps no token in its notes', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer()
    const ledger = aLedger()
    await world.open().publish(offer, aStep(ledger))
    const [upload] = world.state.uploads.values()
    assert.equal(upload?.filename, offer.publicName)
    assert.equal(upload?.filetype, 'video/mp4')
    assert.doesNotMatch(JSON.stringify(world.odysee.asked), /Secret/)
    assert.ok(ledger.saved.length > 2)
    assert.doesNotMatch(JSON.stringify(ledger.saved), new RegExp(`${TOKEN}|Secret|eyJ`))
  })
})
