import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideAccess } from '../../../src/pipeline/decide-access.ts'
import { anInstallation, type Installation, only } from './installation.ts'

const { signal } = new AbortController()

async function decide({ home }: Installation, access: 'public' | 'hold', id: string): Promise<void> {
  const selection = { words: [id], where: [] }
  const options = { access, selection, by: 'archivist', reason: 'the family', acceptFindings: false }
  await decideAccess(home, { ...options, signal, stopping: signal })
}

describe('a decision about a bundle', () => {
  it('to clear it is for the bytes that a person could see: other bytes are held again', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'unlisted001', availability: 'unlisted' })
    const { id } = only(await it.add())
    await decide(it, 'public', id)
    it.video({ id: 'unlisted001', availability: 'unlisted', description: 'now it names somebody' })
    const changed = only(await it.add())
    assert.deepEqual([changed.id, changed.status, changed.access], [id, 'version', 'hold'])
    assert.deepEqual((await it.plan()).goesOut, [])
  })

  it('to hold it stands for every version, and no --access of a whole run overrules it', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'publicVid01' })
    const { id } = only(await it.add())
    await decide(it, 'hold', id)
    it.video({ id: 'publicVid01', description: 'another text' })
    assert.equal(only(await it.add()).access, 'hold')
    assert.equal(only(await it.add('public')).access, 'hold')
    assert.equal(it.home.bundles.get(id)?.accessReason, 'the family')
    await decide(it, 'public', id)
    assert.deepEqual((await it.plan()).goesOut, [id])
  })

  it('is recorded once, however often a run with --access meets the bundle', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'publicVid01' })
    const { id } = only(await it.add('public'))
    await it.add('public')
    await it.add('public')
    assert.equal(it.home.decisions.of(id).length, 1)
  })

  it('is taken back, where only the source made it, by a second copy that says less', async (context) => {
    const it = await anInstallation(context)
    it.video({ id: 'publicVid01' }, 'disk one')
    const { id } = only(await it.add())
    it.video({ id: 'publicVid01', availability: 'private' }, 'disk two')
    const copy = only(await it.add())
    assert.deepEqual([copy.id, copy.status, copy.access], [id, 'known', 'hold'])
    it.video({ id: 'publicVid01' }, 'disk three')
    assert.equal(only(await it.add()).access, 'hold', 'a third copy that says more changes nothing')
  })
})
