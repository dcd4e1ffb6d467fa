import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseCid } from '../../../src/model/content-id.ts'
import { parseReference, type Reference } from '../../../src/model/original.ts'
import { bundleStatements } from '../../../src/pipeline/bundle-statement.ts'
import { lookUpInHome } from '../../../src/pipeline/look-up-in-home.ts'
import { makeReceipt } from '../../../src/pipeline/make-receipt.ts'
import { servedContent } from '../../../src/pipeline/served-content.ts'
import { transaction } from '../../../src/store/transaction.ts'
import { anInstallation, type Installation, only } from './installation.ts'

function reference(text: string): Reference {
  const parsed = parseReference(text)
  if (parsed === undefined) throw new TypeError(`${text} refers to nothing`)
  return parsed
}

/** What a run leaves that was killed between the statement and the head. */
async function sequenceOnly({ home, openLog }: Installation, id: string): Promise<void> {
  const log = await openLog()
  const bundle = home.bundles.get(id)
  assert.ok(bundle !== undefined)
  const [statement] = bundleStatements(home, bundle)
  transaction(home.db, () => home.bundles.setLogIndex(bundle.root, log.sequence(statement)))
}

describe('a bundle whose statement no head covers yet', () => {
  it('is not called published, looked up as such, or served', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id, root } = only(await it.add())
    await sequenceOnly(it, id)
    assert.equal(it.home.bundles.get(id)?.state, 'added')
    const { views, unpublished } = lookUpInHome(it.home, reference(id))
    assert.deepEqual(views, [])
    assert.deepEqual([only(unpublished).state, only(unpublished).index], ['added', null])
    assert.equal(servedContent(it.home).standing(parseCid(root)), 'unknown')
    await it.publish()
    assert.equal(it.home.bundles.get(id)?.state, 'published')
    assert.equal(servedContent(it.home).standing(parseCid(root)), 'served')
  })

  it('is looked up as the version that others see', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id, root } = only(await it.add())
    await it.publish()
    it.video({ id: 'testimony01', description: 'corrected' })
    const newer = only(await it.add())
    await sequenceOnly(it, id)
    assert.equal(only(lookUpInHome(it.home, reference(id)).views).root, root)
    assert.equal(servedContent(it.home).standing(parseCid(newer.root)), 'unknown')
    await it.publish()
    assert.equal(only(lookUpInHome(it.home, reference(id)).views).root, newer.root)
  })
})

describe('a receipt', () => {
  it('never takes the place of another file, and may be made again', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id } = only(await it.add())
    await it.publish()
    const video = join(it.archive, 'evidence.mp4')
    writeFileSync(video, 'the only copy')
    await assert.rejects(makeReceipt(it.home, id, { output: video }), { name: 'PipelineError', code: 'OUTPUT_EXISTS' })
    assert.equal(readFileSync(video, 'utf8'), 'the only copy')
    const output = join(it.archive, 'receipt.tlog-proof')
    await makeReceipt(it.home, id, { output })
    await makeReceipt(it.home, id, { output })
    assert.ok(existsSync(output))
  })

  it('is made for a statement about that bundle, or for the genesis, and for no other', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    it.video({ id: 'testimony02' })
    await it.add()
    await it.publish()
    const [one, two] = ['testimony01', 'testimony02'].map((video) =>
      only(it.home.bundles.idsOfKey(`youtube:video:${video}`)),
    )
    assert.ok(one !== undefined && two !== undefined)
    const other = it.home.bundles.get(two)?.logIndex ?? -1
    for (const index of [other, 1, 999]) {
      const made = makeReceipt(it.home, one, { output: join(it.archive, `${index}`), index })
      await assert.rejects(made, { name: 'PipelineError', code: 'SELECTION_UNCLEAR' })
    }
    assert.equal((await makeReceipt(it.home, one, { output: join(it.archive, 'genesis'), index: 0 })).index, 0)
  })
})
