import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { exportMapping } from '../../../src/pipeline/export-mapping.ts'
import { recordOriginal } from '../../../src/pipeline/record-original.ts'
import { anInstallation, only } from './installation.ts'

const { signal } = new AbortController()
const url = 'https://youtu.be/elsewhere01'

describe('an original that is recorded later', () => {
  it('is written once, and finds the bundle from then on', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id } = only(await it.add())
    await it.publish()
    const first = await recordOriginal(it.home, await it.openLog(), { id, url, signal })
    assert.equal(first.index, 4)
    const again = await recordOriginal(it.home, await it.openLog(), { id, url, signal })
    assert.deepEqual([again.index, again.manifestSize], [undefined, first.manifestSize])
    const seen = await recordOriginal(it.home, await it.openLog(), { id, url, state: 'removed', signal })
    assert.equal(seen.index, 6, 'what was seen there is worth a statement each time')
  })

  it('is not written when its evidence cannot be read', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id } = only(await it.add())
    await it.publish()
    const evidence = join(it.archive, 'no such file')
    const recorded = recordOriginal(it.home, await it.openLog(), { id, url, evidence, signal })
    await assert.rejects(recorded, { name: 'StoreError', code: 'STORE_UNREADABLE' })
    assert.equal((await it.openLog()).view(id)?.originals.length, 1)
  })
})

describe('the exported mapping', () => {
  it('shows nothing of a withdrawn bundle but that it was one', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id } = only(await it.add())
    await it.publish()
    await it.withdraw(id)
    const output = join(it.archive, 'mapping.jsonl')
    assert.equal(await exportMapping(it.home, { format: 'json', output, onText: () => undefined }), 1)
    const row = JSON.parse(readFileSync(output, 'utf8'))
    assert.deepEqual([row.id, row.state, row.files], [id, 'withdrawn', []])
  })

  it('leaves nothing half behind where it cannot be written', async (context) => {
    const it = await anInstallation(context)
    mkdirSync(join(it.archive, 'taken'), { recursive: true })
    const written = exportMapping(it.home, {
      format: 'csv',
      output: join(it.archive, 'taken'),
      onText: () => undefined,
    })
    await assert.rejects(written, { name: 'StoreError', code: 'STORE_UNWRITABLE' })
    assert.deepEqual(readdirSync(it.archive), ['taken'])
  })
})
