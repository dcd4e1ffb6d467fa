import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { findClaim } from '../../../../src/lbry-sdk-client/claim/find-claim.ts'
import { parseTransaction } from '../../../../src/lbry-sdk-client/claim/transaction.ts'
import { type Publication, verifyPublication } from '../../../../src/lbry-sdk-client/claim/verify-publication.ts'
import { encodeDescriptor } from '../../../../src/lbry-sdk-client/stream/descriptor.ts'
import { bytesOf, CHUNK, published } from '../stream/samples.ts'
import {
  channelMessage,
  claimScript,
  hashOfId,
  type Source,
  signedValue,
  streamMessage,
  transactionOf,
  unsignedValue,
} from './samples.ts'

const channelTransaction = transactionOf([claimScript('@testimony', unsignedValue(channelMessage()))])
const { claimId: channelId } = findClaim(parseTransaction(channelTransaction))
const known = { channelId, channelTransaction }

describe('verifying a publication', async () => {
  const film = await published(bytesOf('film', 2 * CHUNK + 9))
  const other = join(film.dir, 'other.mp4')
  await writeFile(other, bytesOf('other', 2 * CHUNK + 9))
  after(async () => film[Symbol.asyncDispose]())
  const { sdBlob, sdHash, sourceHash, sizeBytes } = film.made
  const honest = { sdHash: Buffer.from(sdHash, 'hex'), hash: Buffer.from(sourceHash, 'hex'), size: BigInt(sizeBytes) }

  function claimOf(source: Source): Buffer {
    return transactionOf([claimScript('a-film', signedValue(streamMessage(source), hashOfId(channelId)))])
  }
  async function outcome(publication: Publication): Promise<Record<string, unknown>> {
    const { steps, equality, sound } = await verifyPublication(publication)
    return { ...Object.fromEntries(steps.map(({ step, verdict }) => [step, verdict])), equality, sound }
  }
  const transaction = claimOf(honest)
  const all = { file: film.path, sdBlob, transaction, known }

  it('proves that a channel signed a claim whose stream is a file', async () => {
    const { txid } = parseTransaction(transaction)
    const result = await outcome({ ...all, known: { ...known, txid } })
    const { block, ...rest } = result
    assert.equal(block, 'not-checked')
    const steps = [
      'transaction',
      'claim-id',
      'name',
      'channel',
      'channel-key',
      'signature',
      'source',
      'descriptor',
      'file',
      'source-hash',
    ]
    assert.deepEqual(rest, {
      ...Object.fromEntries(steps.map((step) => [step, 'verified'])),
      equality: 'proven',
      sound: true,
    })
  })

  it('finds another file, by whatever it has to compare', async () => {
    const byStream = await outcome({ ...all, file: other })
    assert.deepEqual([byStream['file'], byStream['equality'], byStream['sound']], ['failed', 'differs', false])
    const byHash = await outcome({ ...all, file: other, sdBlob: undefined })
    assert.deepEqual([byHash['source-hash'], byHash['equality'], byHash['sound']], ['failed', 'differs', false])
  })

  it('does not judge by a descriptor that the claim does not name', async () => {
    await using twin = await published(film.content)
    const result = await outcome({ ...all, sdBlob: twin.made.sdBlob })
    assert.deepEqual([result['descriptor'], result['file'], result['sound']], ['failed', 'not-checked', false])
    assert.equal(result['equality'], 'asserted')
  })

  it('does not judge by bytes that are no descriptor, although the claim names them', async () => {
    const junk = Buffer.from('{}')
    const claim = claimOf({ ...honest, sdHash: hash('sha384', junk, 'buffer') })
    const result = await outcome({ ...all, sdBlob: junk, transaction: claim })
    assert.deepEqual([result['descriptor'], result['file'], result['sound']], ['failed', 'not-checked', false])
  })

  it('says no more than asserted without the descriptor', async () => {
    const result = await outcome({ ...all, sdBlob: undefined })
    assert.deepEqual(
      [result['descriptor'], result['file'], result['source-hash']],
      ['not-checked', 'not-checked', 'claimed'],
    )
    assert.deepEqual([result['equality'], result['sound']], ['asserted', true])
  })

  it('says that a claim lies about size or hash even when its stream is the file', async () => {
    for (const lie of [{ size: honest.size + 1n }, { hash: Buffer.alloc(48) }]) {
      const result = await outcome({ ...all, transaction: claimOf({ ...honest, ...lie }) })
      assert.deepEqual([result['file'], result['source-hash']], ['verified', 'failed'])
      assert.deepEqual([result['equality'], result['sound']], ['proven', false])
    }
  })

  it('proves what it can when the claim is missing, and nothing when all is', async () => {
    const result = await outcome({ file: film.path, sdBlob })
    assert.deepEqual(result, {
      descriptor: 'claimed',
      file: 'verified',
      'source-hash': 'not-checked',
      equality: 'proven',
      sound: true,
    })
    const nothing = await outcome({})
    assert.deepEqual([nothing['equality'], nothing['sound']], ['unknown', true])
    const noSource = await outcome({ ...all, sdBlob: undefined, transaction: claimOf({}) })
    assert.deepEqual([noSource['source'], noSource['equality']], ['not-checked', 'unknown'])
  })

  it('falls back to what is asserted for a stream that is cut in another way', async () => {
    const [first = { hash: '', iv: '', length: 0 }, second = first] = film.made.descriptor.blobs
    const odd = encodeDescriptor({ ...film.made.descriptor, blobs: [{ ...first, length: 16 }, second] })
    const claim = claimOf({ ...honest, sdHash: hash('sha384', odd, 'buffer') })
    const result = await outcome({ ...all, sdBlob: odd, transaction: claim })
    assert.deepEqual(
      [result['descriptor'], result['file'], result['equality']],
      ['verified', 'not-checked', 'asserted'],
    )
  })

  it('passes on that the file cannot be read', async () => {
    await assert.rejects(verifyPublication({ ...all, file: join(film.dir, 'no') }), { code: 'STREAM_FILE_UNREADABLE' })
  })
})
