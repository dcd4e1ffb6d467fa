import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseReference, type Reference } from '../../../src/model/original.ts'
import { decideAccess } from '../../../src/pipeline/decide-access.ts'
import { lookUpInHome } from '../../../src/pipeline/look-up-in-home.ts'
import { anInstallation, type Installation, only } from './installation.ts'

const { signal } = new AbortController()

async function published(it: Installation): Promise<string> {
  it.video({ id: 'testimony01' }, 'disk one')
  const { id } = only(await it.add())
  await it.publish()
  return id
}

function reference(text: string): Reference {
  const parsed = parseReference(text)
  if (parsed === undefined) throw new TypeError(`${text} refers to nothing`)
  return parsed
}

function statesOf({ home }: Installation, id: string): readonly string[] {
  return lookUpInHome(home, reference(id)).views.map(({ state, files }) => `${state} ${files.length}`)
}

describe('what was withdrawn', () => {
  it('does not come out again under another id when its description changed', async (context) => {
    const it = await anInstallation(context)
    const id = await published(it)
    await it.withdraw(id)
    it.video({ id: 'testimony01', description: 'downloaded again' }, 'disk one')
    const again = only(await it.add())
    assert.notEqual(again.id, id)
    const { goesOut, held } = await it.plan()
    assert.deepEqual(goesOut, [])
    assert.match(only(held).reason, new RegExp(`^${id},.*withdrawn`))
  })

  it('does not come out again as other metadata with the same media, until a person clears that', async (context) => {
    const it = await anInstallation(context)
    const id = await published(it)
    it.video({ id: 'mirrored002', media: { mp4: bytesOf('same') } }, 'disk two')
    it.video({ id: 'testimony01', media: { mp4: bytesOf('same') } }, 'disk one')
    await it.add()
    await it.publish()
    const other = only(it.home.bundles.idsOfKey('youtube:video:mirrored002'))
    await it.withdraw(id)
    assert.match(only(it.notes), new RegExp(`${other} has the same media as ${id} and is still served`))
    await it.withdraw(other)
    it.video({ id: 'mirrored003', media: { mp4: bytesOf('same') } }, 'disk three')
    const third = only(await it.add())
    assert.deepEqual((await it.plan()).goesOut, [])
    const selection = { words: [third.id], where: [] }
    const word = { access: 'public', selection, by: 'archivist', reason: 'consent', acceptFindings: false } as const
    await decideAccess(it.home, { ...word, signal, stopping: signal })
    assert.deepEqual((await it.plan()).goesOut, [third.id])
  })

  it('leaves the lookups of its home at once, and the log by the next publication when it was cut off', async (context) => {
    const it = await anInstallation(context)
    const id = await published(it)
    const cut = it.withdraw(id, { openLog: () => Promise.reject(new Error('no passphrase')) })
    await assert.rejects(cut, /no passphrase/)
    assert.match(only(it.notes), /the manifest does not say so yet/)
    assert.deepEqual(statesOf(it, id), ['withdrawn 0'])
    assert.deepEqual((await it.openLog()).view(id)?.withdrawals, [])
    await it.publish()
    assert.equal((await it.openLog()).view(id)?.state, 'withdrawn')
    const size = it.home.publishedSize()
    await it.publish()
    assert.equal(it.home.publishedSize(), size, 'and only once')
  })

  it('by law may be said again, and is no obstacle to the publisher withdrawing it everywhere', async (context) => {
    const it = await anInstallation(context)
    const id = await published(it)
    const legal = { reason: 'legal', jurisdiction: 'KZ' } as const
    assert.equal((await it.withdraw(id, legal)).withdrawn, 1)
    assert.deepEqual(await it.withdraw(id, legal), { withdrawn: 0, already: 1, manifestSize: it.home.publishedSize() })
    assert.deepEqual(statesOf(it, id), ['withdrawn 0'])
    assert.equal((await it.withdraw(id, { ...legal, jurisdiction: 'US-CA' })).withdrawn, 1)
    assert.equal((await it.withdraw(id)).withdrawn, 1)
    assert.equal((await it.withdraw(id)).already, 1)
  })

  it('by law, cut off, is reported until the operator says the jurisdiction again', async (context) => {
    const it = await anInstallation(context)
    const id = await published(it)
    const openLog = (): Promise<never> => Promise.reject(new Error('killed'))
    await assert.rejects(it.withdraw(id, { reason: 'legal', jurisdiction: 'KZ', openLog }), /killed/)
    await it.publish()
    const codes = it.events.flatMap((event) => (event.type === 'problem' ? event.problem.code : []))
    assert.deepEqual(codes, ['WITHDRAWAL_UNFINISHED'])
  })

  it('is not withdrawn at all when its jurisdiction is none', async (context) => {
    const it = await anInstallation(context)
    const id = await published(it)
    const wrong = it.withdraw(id, { reason: 'legal', jurisdiction: 'kz' })
    await assert.rejects(wrong, { name: 'PipelineError', code: 'WITHDRAWAL_MALFORMED' })
    assert.equal(it.home.bundles.get(id)?.state, 'published')
  })
})

function bytesOf(word: string): string {
  return `media of ${word}, long enough to be told apart`
}
