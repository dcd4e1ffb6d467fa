import assert from 'node:assert/strict'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { encodeStatement } from '../../../src/manifest/statement.ts'
import { bundleStatements } from '../../../src/pipeline/bundle-statement.ts'
import { planPublication } from '../../../src/pipeline/plan.ts'
import type { CatalogueBundle } from '../../../src/store/catalogue/bundles.ts'
import { box, bytes, FTYP, MVHD, xyz } from '../clear/media-files.ts'
import { anInstallation, type Installation, only } from './installation.ts'

const filmed = bytes(FTYP, box('moov', MVHD, box('udta', xyz())))

/** One bundle that lies on two disks, with a place in its video that the lint finds. */
async function onTwoDisks(it: Installation): Promise<{ id: string; first: string; second: string }> {
  for (const disk of ['disk 1', 'disk 2']) it.video({ id: 'testimony01', media: { mp4: filmed } }, disk)
  const [{ id } = { id: '' }] = await it.add()
  const [first = '', second = ''] = ['disk 1', 'disk 2'].map((disk) => {
    const directory = join(it.archive, disk)
    return join(directory, readdirSync(directory).find((name) => name.endsWith('.mp4')) ?? '')
  })
  return { id, first, second }
}

describe('the plan of a publication', () => {
  it('rests on the bytes that the root names, not on what lies at a path of theirs by now', async (context) => {
    const it = await anInstallation(context)
    const { first, second } = await onTwoDisks(it)
    for (const scrubbed of [first, second]) {
      writeFileSync(scrubbed, bytes(FTYP, box('moov', MVHD)))
      const { goesOut, held } = await it.plan()
      assert.deepEqual(goesOut, [], 'the other disk still has the place, and it is what would be served')
      assert.match(only(held).reason, /^lint: /)
    }
  })

  it('says nothing of local paths when a file is away', async (context) => {
    const it = await anInstallation(context)
    const { first, second } = await onTwoDisks(it)
    rmSync(first)
    rmSync(second)
    assert.equal(only((await it.plan()).held).reason.includes(it.archive), false)
  })

  it('lets out nothing that it had not looked at when it was stopped', async (context) => {
    const it = await anInstallation(context)
    for (let i = 10; i < 40; i += 1) it.video({ id: `testimony${i}` })
    await it.add()
    const stop = new AbortController()
    const { signal } = new AbortController()
    const onItem = (): void => stop.abort()
    const plan = await planPublication(it.home, { signal, stopping: stop.signal, onItem })
    assert.ok(plan.goesOut.length > 0 && plan.goesOut.length < 30, `${plan.goesOut.length} of 30`)
  })
})

describe('the statements of a bundle', () => {
  it('fit into the log however long its originals are: those that do not fit follow on their own', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'testimony01' })
    const { id } = only(await it.add())
    const bundle = it.home.bundles.get(id)
    assert.ok(bundle !== undefined)
    const originals = Array.from({ length: 32 }, (_, i) => ({
      key: `web:page:${'x'.repeat(100)}${String(i).padStart(2, '0')}`,
      url: `https://www.example.org/${'y'.repeat(1500)}${String(i).padStart(2, '0')}`,
    }))
    const document = JSON.stringify({ originals, schema: 'holdfast-bundle/1', title: [] })
    const long: CatalogueBundle = { ...bundle, document }
    const [statement, ...surplus] = bundleStatements(it.home, long)
    for (const each of [statement, ...surplus]) encodeStatement(each)
    assert.ok(statement.originals.length > 5 && surplus.length > 5)
    const keys = [...statement.originals, ...surplus].map(({ key }) => key)
    assert.deepEqual(
      keys,
      originals.map(({ key }) => key),
    )
  })
})
