import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseLbryReference } from '../../../src/model/lbry-reference.ts'
import { type CopyAnswer, checkLbryCopy } from '../../../src/read/check-lbry-copy.ts'
import { readSdBlobFile, readTransactionFile } from '../../../src/read/lbry-evidence.ts'
import { aLbryPublication, type LbryPublication } from '../../fakes/lbry-publication.ts'
import { someBytes } from '../../fakes/made-bundle.ts'

let directory = ''
let film: LbryPublication
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-copy-'))
  film = await aLbryPublication(directory, someBytes(2_500_000))
})
after(() => rmSync(directory, { recursive: true, force: true }))

interface Given {
  readonly claim?: string
  readonly file?: string
  readonly sdBlob?: true
  readonly tx?: string
  readonly channelTx?: true
  readonly channelId?: string
  readonly blobs?: string
}

async function check({ claim, file = film.file, sdBlob, tx, channelTx, ...more }: Given): Promise<CopyAnswer> {
  return await checkLbryCopy({
    ...{ file, ...more },
    reference: claim === undefined ? undefined : parseLbryReference(claim),
    sdBlob: sdBlob && (await readSdBlobFile(film.sdBlob)),
    transaction: tx === undefined ? undefined : await readTransactionFile(tx),
    channelTransaction: channelTx && (await readTransactionFile(film.channelTx)),
  })
}

function failedIn({ steps }: CopyAnswer): string[] {
  return steps.filter(({ verdict }) => verdict === 'failed').map(({ step }) => step)
}

/** A digit with which the id does not begin. */
function otherThan(id: string): string {
  return id.startsWith('1') ? '2' : '1'
}

describe('whether a file is the one on LBRY', () => {
  it('is proven from descriptor and claim, and from the descriptor alone where no claim was named', async () => {
    const all = await check({
      ...{ claim: `lbry://@channel/my-film#${film.claimId}`, sdBlob: true, tx: film.tx, channelTx: true },
      ...{ channelId: film.channelId, blobs: film.blobs },
    })
    assert.deepEqual([all.equal, all.equality, all.unanswered], [true, 'proven', []])
    assert.deepEqual(
      all.steps.filter(({ verdict }) => verdict !== 'verified').map(({ step }) => step),
      ['block'],
    )
    for (const given of [{ sdBlob: true }, { sdBlob: true, tx: film.tx }] as const)
      assert.equal((await check(given)).equal, true)
  })

  it('is only asserted by a claim alone', async () => {
    const answer = await check({ claim: film.claimId, tx: film.tx })
    assert.deepEqual([answer.equal, answer.equality, answer.unanswered], [null, 'asserted', []])
  })

  it('is not answered for a claim that nothing ties to what was given', async () => {
    for (const given of [
      { claim: film.claimId, sdBlob: true },
      { claim: `lbry://my-film#${film.claimId.slice(0, 4)}`, sdBlob: true, tx: film.tx },
      { claim: 'lbry://my-film', sdBlob: true, tx: film.tx },
      { claim: film.claimId, sdBlob: true, tx: film.updateTx },
      { channelId: film.channelId, sdBlob: true, tx: film.tx },
      { channelTx: true, sdBlob: true },
    ] as const) {
      const { equal, equality, unanswered } = await check(given)
      assert.deepEqual([equal, equality, unanswered.length], [null, 'proven', 1], JSON.stringify(given))
    }
    assert.equal((await check({})).equal, null)
  })

  it('is proven for an update and a shortened id by the key of the channel that was named', async () => {
    const signed = { sdBlob: true, channelTx: true, channelId: film.channelId } as const
    assert.equal((await check({ ...signed, claim: film.claimId, tx: film.updateTx })).equal, true)
    assert.equal(
      (await check({ ...signed, claim: `lbry://my-film#${otherThan(film.claimId)}`, tx: film.tx })).equal,
      false,
    )
    const short = `https://odysee.com/@channel:${film.channelId.slice(0, 2)}/my-film:${film.claimId.slice(0, 2)}`
    assert.equal((await check({ ...signed, claim: short, tx: film.tx })).equal, true)
    assert.equal((await check({ sdBlob: true, claim: `${film.txid}:0`, tx: film.tx })).equal, true)
  })

  it('is no where anything that was named is another one', async () => {
    const other = '0'.repeat(40)
    for (const [claim, steps] of [
      [other, ['claim-id']],
      [`lbry://other-film#${film.claimId}`, ['name']],
      [`lbry://@channel#${otherThan(film.channelId)}/my-film#${film.claimId}`, ['channel']],
      [`lbry://@stranger/my-film#${film.claimId}`, ['channel-key']],
      [`${'0'.repeat(64)}:0`, ['transaction']],
    ] as const) {
      const answer = await check({ claim, sdBlob: true, tx: film.tx, channelTx: true })
      assert.deepEqual([answer.equal, failedIn(answer)], [false, steps], claim)
    }
    const channel = await check({ channelId: other, sdBlob: true, tx: film.tx })
    assert.deepEqual([channel.equal, failedIn(channel)], [false, ['channel']])
  })

  it('is no for another file, of whatever size', async () => {
    const altered = readFileSync(film.file)
    altered[2_400_000] = (altered[2_400_000] ?? 0) ^ 1
    for (const content of [altered, altered.subarray(1), Buffer.alloc(0)]) {
      writeFileSync(join(directory, 'other'), content)
      const answer = await check({ file: join(directory, 'other'), sdBlob: true, tx: film.tx })
      assert.deepEqual([answer.equal, answer.equality, failedIn(answer)], [false, 'differs', ['file']])
      const said = await check({ file: join(directory, 'other'), tx: film.tx })
      assert.deepEqual([said.equal, failedIn(said)], [false, ['source-hash']])
    }
  })
})

describe('a directory of blobs', () => {
  it('has the descriptor that the claim names, too', async () => {
    const answer = await check({ claim: film.claimId, tx: film.tx, blobs: film.blobs })
    assert.deepEqual([answer.equal, answer.equality], [true, 'proven'])
  })

  it('that lacks a blob leaves open whether it is a copy, and one with a damaged blob is none', async () => {
    const own = await aLbryPublication(join(directory, 'own'), someBytes(4_300_000))
    const given = {
      file: own.file,
      sdBlob: await readSdBlobFile(own.sdBlob),
      blobs: own.blobs,
    }
    const blob = join(own.blobs, own.blobHashes[1] ?? '')
    const whole = readFileSync(blob)
    const verdict = async (): Promise<unknown> => {
      const { equal, equality, steps } = await checkLbryCopy(given)
      return [equal, equality, steps.at(-1)?.step, steps.at(-1)?.verdict]
    }
    assert.deepEqual(await verdict(), [true, 'proven', 'blobs', 'verified'])
    rmSync(blob)
    assert.deepEqual(await verdict(), [null, 'proven', 'blobs', 'not-checked'])
    for (const bytes of [whole.subarray(1), Buffer.from(whole).fill(0)]) {
      writeFileSync(blob, bytes)
      assert.deepEqual(await verdict(), [false, 'proven', 'blobs', 'failed'])
    }
    truncateSync(blob, 0)
    assert.deepEqual(await verdict(), [null, 'proven', 'blobs', 'not-checked'])
  })
})

describe('what is given in files', () => {
  it('is a transaction in digits, bytes, lines, or in what the daemon printed', async () => {
    const digits = readFileSync(film.tx, 'utf8').trim()
    const path = join(directory, 'given')
    const lines = digits.replaceAll(/.{64}/g, '$&\r\n')
    for (const content of [
      ...[digits, digits.toUpperCase(), ` ${lines}\n`, `"${digits}"\n`, Buffer.from(digits, 'hex')],
      ...[JSON.stringify({ hex: digits, txid: 'x' }), JSON.stringify({ jsonrpc: '2.0', result: { hex: digits } })],
      Buffer.from(`\uFEFF${digits}\r\n`, 'utf16le'),
      `\uFEFF${digits}`,
    ]) {
      writeFileSync(path, content)
      assert.equal((await check({ claim: film.claimId, sdBlob: true, tx: path })).equal, true)
    }
  })

  it('is refused with a code when it is something else', async () => {
    const path = join(directory, 'given')
    for (const content of ['00', '{', '{"hex": 5}', '{"hex": "zz"}', 'not hex', '\0', readFileSync(film.sdBlob)]) {
      writeFileSync(path, content)
      await assert.rejects(check({ tx: path }), { name: 'LbryClaimError', code: 'CLAIM_TRANSACTION_INVALID' })
    }
    writeFileSync(path, '')
    await assert.rejects(check({ tx: path }), { name: 'ReadError', code: 'EVIDENCE_UNREADABLE' })
    truncateSync(path, 5_000_000)
    await assert.rejects(check({ tx: path }), { code: 'EVIDENCE_UNREADABLE' })
    await assert.rejects(readSdBlobFile(path), { code: 'EVIDENCE_UNREADABLE' })
    await assert.rejects(readSdBlobFile(directory), { code: 'EVIDENCE_UNREADABLE' })
    await assert.rejects(check({ tx: join(directory, 'nothing') }), { code: 'EVIDENCE_UNREADABLE' })
    await assert.rejects(check({ tx: film.channelTx, claim: `${film.txid}:7` }), { code: 'CLAIM_ABSENT' })
    await assert.rejects(check({ file: join(directory, 'nothing'), sdBlob: true }), { code: 'STREAM_FILE_UNREADABLE' })
  })
})
