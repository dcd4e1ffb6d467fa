import assert from 'node:assert/strict'
import { createHash, hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { readChannelKey } from '../../../../src/lbry-sdk-client/claim/channel-key.ts'
import { splitClaimValue } from '../../../../src/lbry-sdk-client/claim/claim-value.ts'
import { claimsIn, findClaim } from '../../../../src/lbry-sdk-client/claim/find-claim.ts'
import type { Step } from '../../../../src/lbry-sdk-client/claim/step.ts'
import { parseTransaction } from '../../../../src/lbry-sdk-client/claim/transaction.ts'
import { type KnownClaim, verifyClaim } from '../../../../src/lbry-sdk-client/claim/verify-claim.ts'
import { signatureDigest } from '../../../../src/lbry-sdk-client/claim/verify-signature.ts'
import mainNetwork from '../../../vectors/lbrynet/claim/main-network.json' with { type: 'json' }
import {
  channel,
  channelMessage,
  claimScript,
  film,
  hashOfId,
  publicKey,
  recordedBy,
  signedValue,
  streamMessage,
  transactionOf,
  transactions,
  unsignedValue,
} from './samples.ts'

function verdicts(steps: readonly Step[]): Record<string, string> {
  return Object.fromEntries(steps.map(({ step, verdict }) => [step, verdict]))
}

function outcome(raw: Uint8Array | string, known: KnownClaim = {}): Record<string, string> {
  return verdicts(verifyClaim(raw, known).steps)
}

/** Longer than nodes take: the daemon makes previews of such claims all the same. */
const isTooLong = ({ name = '', hex }: { name?: string; hex: string }): boolean =>
  Buffer.byteLength(name) > 255 || hex.length / 2 > 8450

describe('verifying a claim', () => {
  const claims = transactions.filter(({ op }) => op !== undefined)
  for (const [i, recording] of claims.entries()) {
    const { method, name, txid, claimId, nout, op, hex } = recording
    if (isTooLong(recording)) {
      it(`finds no claim where nodes would find none: ${i}, ${method}`, () =>
        assert.throws(() => verifyClaim(hex), { name: 'LbryClaimError', code: 'CLAIM_ABSENT' }))
      continue
    }
    it(`says what the daemon said: ${i}, ${method} ${name?.slice(0, 12)}`, () => {
      const known = {
        txid,
        claimId,
        name,
        ...(recording.signed === true && { channelId: recording.channelId, publicKey: recording.publicKey }),
      }
      const { claim, steps } = verifyClaim(hex, known)
      assert.deepEqual({ ...claim }, expectedClaim(recording))
      const bound = op === 'create' ? 'verified' : 'claimed'
      const signer =
        recording.signed === true
          ? { channel: 'verified', 'channel-key': 'claimed', signature: 'verified' }
          : { channel: 'not-checked', signature: 'not-checked' }
      const stream = recording.signed === true ? 'verified' : 'claimed'
      const source = recording.sdHash === undefined ? 'not-checked' : stream
      assert.deepEqual(verdicts(steps), {
        transaction: 'verified',
        'claim-id': bound,
        name: bound,
        ...signer,
        source,
        block: 'not-checked',
      })
      const { firstOutpoint } = parseTransaction(hex)
      assert.equal(Buffer.from(firstOutpoint.subarray(0, 32)).reverse().toString('hex'), recording.firstInput.txid)
      assert.equal(Buffer.from(firstOutpoint).readUInt32LE(32), recording.firstInput.nout)
      assert.equal(nout, 0)
    })
  }

  it('finds no claim in payments and supports', () => {
    const others = transactions.filter(({ op }) => op === undefined)
    assert.equal(others.length, 3)
    for (const { hex, txid } of others) {
      assert.equal(parseTransaction(hex).txid, txid)
      assert.throws(() => verifyClaim(hex), { name: 'LbryClaimError', code: 'CLAIM_ABSENT' })
    }
  })

  it('proves the key of a channel from the transaction that made it', () => {
    assert.equal(Buffer.from(readChannelKey(channel.hex).publicKey).toString('hex'), channel.publicKey)
    const known = { txid: film.txid, channelId: channel.claimId, channelTransaction: channel.hex }
    const { block, ...rest } = outcome(film.hex, known)
    assert.equal(block, 'not-checked')
    assert.deepEqual([...new Set(Object.values(rest))], ['verified'])
  })

  it('knows the transaction of a new claim by the claim id, which is its hash, but not that of an update', () => {
    const update = recordedBy(({ op }) => op === 'update')
    assert.equal(outcome(film.hex, { claimId: film.claimId })['transaction'], 'verified')
    assert.equal(outcome(update.hex, { claimId: update.claimId })['transaction'], 'claimed')
    assert.equal(outcome(film.hex, { claimId: film.claimId, txid: 'ab'.repeat(32) })['transaction'], 'failed')
  })

  it('makes the digest that was measured on the daemon', () => {
    const transaction = parseTransaction(film.hex)
    const { message, signature } = splitClaimValue(findClaim(transaction).value)
    const digest = signatureDigest(transaction, signature?.channelHash ?? Buffer.of(), message)
    assert.equal(
      Buffer.from(transaction.firstOutpoint).toString('hex'),
      '9f1bb1febbf198b3649e50655de8d96067083c2c3b963b7620c9898cfd4e8e2d01000000',
    )
    assert.equal(
      Buffer.from(digest).toString('hex'),
      'aa9b97972a033c8c2b7a8cfed1a9357222469920adb6a202a4742a9a298dd5da',
    )
  })

  it('verifies claims of the main network whose channels have keys in DER', () => {
    for (const { stream, channel: made } of mainNetwork.slice(1)) {
      const result = outcome(stream, { channelTransaction: made })
      assert.equal(result['signature'], 'verified')
      assert.equal(result['channel-key'], 'verified')
      assert.equal(result['source'], 'verified')
    }
  })

  it('refuses claims in formats from before 2019, and says so', () => {
    const [legacy] = mainNetwork
    assert.throws(() => verifyClaim(legacy?.stream ?? ''), { name: 'LbryClaimError', code: 'CLAIM_LEGACY' })
    const json = transactionOf([claimScript('old', Buffer.from('{"ver": "0.0.3"}'))])
    assert.throws(() => verifyClaim(json), { code: 'CLAIM_LEGACY' })
    for (const value of [Buffer.of(), Buffer.of(2, 3), Buffer.from('01'.repeat(84), 'hex')])
      assert.throws(() => verifyClaim(transactionOf([claimScript('odd', value)])), { code: 'CLAIM_INVALID' })
  })

  it('accepts both values of s, as the daemon does', () => {
    const value = signedValue(streamMessage({}), Buffer.alloc(20, 3))
    const { s } = secp256k1.Signature.fromBytes(value.subarray(21, 85))
    const high = Buffer.from(value)
    high.write((secp256k1.Point.Fn.ORDER - s).toString(16).padStart(64, '0'), 53, 'hex')
    assert.notDeepEqual(high, value)
    for (const one of [value, high])
      assert.equal(outcome(transactionOf([claimScript('x', one)]), { publicKey })['signature'], 'verified')
  })

  it('fails what is contradicted', () => {
    const other = 'ab'.repeat(20)
    const [, main] = mainNetwork
    const wrong: readonly [step: string, known: KnownClaim][] = [
      ['transaction', { txid: 'ab'.repeat(32) }],
      ['claim-id', { claimId: other }],
      ['name', { name: 'first-vide' }],
      ['channel', { channelId: other, publicKey: channel.publicKey }],
      ['signature', { publicKey }],
      ['channel-key', { channelTransaction: main?.channel }],
      ['channel-key', { channelTransaction: channel.hex, publicKey }],
    ]
    for (const [step, known] of wrong) assert.equal(outcome(film.hex, known)[step], 'failed', step)
    assert.equal(outcome(film.hex, { publicKey })['source'], 'claimed')
  })

  it('does not say verified of a channel whose signature was not checked', () => {
    const { channelId } = film
    assert.equal(outcome(film.hex, { channelId })['channel'], 'claimed')
    assert.equal(outcome(film.hex, { channelId })['signature'], 'not-checked')
    assert.equal(outcome(film.hex, { channelId, publicKey })['channel'], 'claimed')
  })

  it('fails an unsigned claim when a channel is expected', () => {
    const raw = transactionOf([claimScript('free', unsignedValue(streamMessage({})))])
    for (const known of [{ channelId: 'ab'.repeat(20) }, { publicKey }, { channelTransaction: channel.hex }]) {
      assert.equal(outcome(raw, known)['channel'], 'failed')
      assert.equal(outcome(raw, known)['signature'], 'failed')
    }
  })

  it('says no more than claimed of a signed message that was put under another name or claim', () => {
    const transaction = parseTransaction(film.hex)
    const { value } = findClaim(transaction)
    const renamed = transactionOf([claimScript('other-film', value)], transaction.firstOutpoint)
    const known = { channelId: film.channelId, publicKey: film.publicKey }
    const result = outcome(renamed, known)
    // The channel did sign these words.
    assert.equal(result['signature'], 'verified')
    assert.equal(result['name'], 'claimed')
    assert.equal(outcome(renamed, { ...known, claimId: film.claimId })['claim-id'], 'failed')
    const updated = transactionOf([claimScript('x', value, hashOfId(film.claimId ?? ''))], transaction.firstOutpoint)
    assert.equal(outcome(updated, { ...known, claimId: film.claimId })['claim-id'], 'claimed')
    assert.equal(outcome(updated, { ...known, txid: film.txid })['transaction'], 'failed')
  })

  it('says no more than claimed of a key that only an update shows', () => {
    const channelHash = Buffer.alloc(20, 3)
    const update = transactionOf([claimScript('@c', unsignedValue(channelMessage()), channelHash)])
    const raw = transactionOf([claimScript('x', signedValue(streamMessage({}), channelHash))])
    const result = outcome(raw, { channelTransaction: update })
    assert.equal(result['channel-key'], 'claimed')
    assert.equal(result['signature'], 'verified')
  })

  it('names a claim after its place, the number big end first', () => {
    const scripts = [Buffer.of(0x51), claimScript('second', unsignedValue(streamMessage({})))]
    const transaction = parseTransaction(transactionOf(scripts))
    const place = Buffer.concat([transaction.hash, Buffer.of(0, 0, 0, 1)])
    const expected = createHash('ripemd160')
      .update(hash('sha256', place, 'buffer'))
      .digest()
      .reverse()
      .toString('hex')
    assert.equal(findClaim(transaction).claimId, expected)
  })

  it('picks one of several claims when told which, and never guesses', () => {
    const scripts = ['one', 'two'].map((name) => claimScript(name, unsignedValue(streamMessage({}))))
    const raw = transactionOf([Buffer.of(0x51), ...scripts])
    const [one, two] = claimsIn(parseTransaction(raw))
    assert.equal(one?.nout, 1)
    assert.notEqual(one?.claimId, two?.claimId)
    assert.throws(() => verifyClaim(raw), { name: 'LbryClaimError', code: 'CLAIM_AMBIGUOUS' })
    assert.throws(() => verifyClaim(raw, { claimId: 'ab'.repeat(20) }), { code: 'CLAIM_AMBIGUOUS' })
    assert.throws(() => verifyClaim(raw, { nout: 0 }), { code: 'CLAIM_ABSENT' })
    assert.equal(verifyClaim(raw, { nout: 2 }).claim.name, 'two')
    assert.equal(verifyClaim(raw, { claimId: one?.claimId }).claim.name, 'one')
    assert.equal(outcome(raw, { nout: 2, claimId: one?.claimId })['claim-id'], 'failed')
  })

  it('takes the key of no claim but a channel', () => {
    assert.throws(() => readChannelKey(film.hex), { name: 'LbryClaimError', code: 'CLAIM_ABSENT' })
    const update = recordedBy(({ op }) => op === 'update')
    assert.throws(() => readChannelKey(update.hex), { code: 'CLAIM_ABSENT' })
  })
})

function expectedClaim(recording: (typeof transactions)[number]): Record<string, unknown> {
  const { txid, claimId, nout, op, name, type, title = '', channelId, sdHash, sourceHash, size } = recording
  const source = {
    ...(sdHash === undefined ? {} : { sdHash }),
    ...(sourceHash === undefined ? {} : { sourceHash }),
    ...(size === undefined ? {} : { sizeBytes: Number(size) }),
  }
  return {
    ...{ txid, nout, op, claimId, name, type, titleBytes: Buffer.byteLength(title) },
    ...(channelId === undefined ? {} : { channelId }),
    ...(type === 'stream' ? { source } : {}),
  }
}
