import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeRecord, parseRecord } from '../../../../src/announce/record.ts'
import { VALID_MS } from '../../../../src/announce/sequence.ts'
import { announceHead } from '../../../../src/pipeline/announce/announce-head.ts'
import { renewName } from '../../../../src/pipeline/announce/keep-name.ts'
import { makeOwnRecord, ownRecord } from '../../../../src/pipeline/announce/own-record.ts'
import { servedName } from '../../../../src/pipeline/announce/served-name.ts'
import { openAnnounced } from '../../../../src/store/announced.ts'
import { openKey, type SigningKey } from '../../../../src/store/keys.ts'
import { anInstallation, type Installation } from '../installation.ts'

const askPassphrase = async (): Promise<string> => ''
const onProblem = (): void => assert.fail('nothing is wrong')

async function announced(it: Installation): Promise<SigningKey> {
  it.video({ id: 'testimony01' })
  await it.add()
  await it.publish()
  return (await openKey(it.home.paths.ipnsKey, askPassphrase)).key
}

/** Puts a record in place of the own one. */
function put({ home }: Installation, key: SigningKey, change: { sequence?: bigint; leftMs?: number }): void {
  const own = ownRecord(home)
  assert.ok(own !== undefined)
  const { sequence = own.sequence, leftMs = VALID_MS } = change
  const record = makeRecord(key, { ...own, sequence, validUntilMs: Date.now() + leftMs })
  openAnnounced(home.db).putRecord(key.publicKey, { bytes: record.bytes, size: home.publishedSize() })
}

describe('the record of the own name', () => {
  it('is renewed by a server when a third of its time is over, and not while another command writes', async (context) => {
    const it = await anInstallation(context)
    const key = await announced(it)
    const options = { askPassphrase, onProblem }
    assert.equal(await renewName(it.home.paths, options), false)
    put(it, key, { leftMs: (VALID_MS * 2) / 3 - 1_000 })
    const before = ownRecord(it.home)
    await assert.rejects(renewName(it.home.paths, options), { code: 'HOME_LOCKED' })
    await it.home[Symbol.asyncDispose]()
    assert.equal(await renewName(it.home.paths, options), true)
    assert.equal(await renewName(it.home.paths, options), false)
    const { openHome } = await import('../../../../src/pipeline/open-home.ts')
    await using home = await openHome(it.home.paths.home)
    const after = ownRecord(home)
    assert.ok(before !== undefined && after !== undefined)
    assert.equal(after.sequence, before.sequence + 1n)
    assert.equal(`${after.root}`, `${before.root}`)
    assert.ok(after.validUntilMs > Date.now() + VALID_MS - 60_000)
  })

  it('is above every record that was seen, and refused where that cannot honestly be', async (context) => {
    const it = await anInstallation(context)
    const key = await announced(it)
    const own = ownRecord(it.home)
    assert.ok(own !== undefined)
    const seen = (sequence: bigint) => makeRecord(key, { ...own, sequence, validUntilMs: Date.now() + VALID_MS })
    const options = { askPassphrase, onProblem }
    const next = await announceHead(it.home, { ...options, seen: seen(own.sequence + 41n) })
    assert.deepEqual([next?.made, next?.record.sequence], [true, own.sequence + 42n])
    assert.equal((await announceHead(it.home, { ...options, seen: seen(own.sequence) }))?.made, false)
    const thief = seen(2n ** 62n)
    await assert.rejects(announceHead(it.home, { ...options, seen: thief }), { code: 'RECORD_AHEAD' })
    assert.equal(ownRecord(it.home)?.sequence, own.sequence + 42n)
  })

  it('is not served once it is over, nor to who asks for another name', async (context) => {
    const it = await anInstallation(context)
    const key = await announced(it)
    const readName = servedName(it.home)
    const served = readName(key.publicKey)
    assert.ok(served !== undefined)
    parseRecord(it.home.primitives, key.publicKey, served.bytes)
    assert.equal(readName(new Uint8Array(32)), undefined)
    put(it, key, { leftMs: -2_000 })
    assert.equal(readName(key.publicKey), undefined)
  })

  it('is made by its own key alone', async (context) => {
    const it = await anInstallation(context)
    await announced(it)
    const { key } = await openKey(it.home.paths.logKey, askPassphrase)
    const root = openAnnounced(it.home.db).newest()
    assert.ok(root !== undefined)
    const before = ownRecord(it.home)?.bytes
    makeOwnRecord(it.home, root, key)
    assert.deepEqual(ownRecord(it.home)?.bytes, before, 'the record of another key is nothing to this name')
  })
})
