import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { listedCopies } from '../../../../src/pipeline/copies/listed-copies.ts'
import { type CopiesOptions, type CopyCounts, publishCopies } from '../../../../src/pipeline/copies/publish-copies.ts'
import { PublishError } from '../../../../src/publish/errors.ts'
import { aTarget, claimFor, type ScriptedTarget, waits } from '../../../fakes/scripted-target.ts'
import { anInstallation, type Installation, only } from '../installation.ts'

const { signal } = new AbortController()
/** As short as a claim's words can be. */
const teller: CopiesOptions['teller'] = {
  claimText: ({ id, document }) => ({
    ...{ name: `video-${id}`, title: document.title[0]?.value ?? '', description: '', tags: [], languages: [] },
  }),
  publicName: (file, name) => `${name}${file.slice(file.lastIndexOf('.'))}`,
}

interface Published extends Installation {
  readonly ids: readonly string[]
  copy(target: ScriptedTarget, options?: Partial<CopiesOptions>): Promise<CopyCounts>
  /** The `copy/1` statements of a bundle that are in force. */
  copies(id: string): Promise<readonly { readonly key: string; readonly equality: string }[]>
}

async function published(context: TestContext, count: number): Promise<Published> {
  const installation = await anInstallation(context)
  for (let n = 0; n < count; n += 1) installation.video({ id: `video${String(n).padStart(6, '0')}` })
  const ids = (await installation.add('public')).map(({ id }) => id).toSorted()
  await installation.publish()
  const { home, events } = installation
  return {
    ...installation,
    ids,
    async copy(target, options = {}) {
      const log = await installation.openLog()
      const shared = {
        log,
        teller,
        signal,
        stopping: signal,
        onEvent: (event: (typeof events)[number]) => void events.push(event),
      }
      await log.finish(signal)
      return publishCopies(home, target, { ...shared, ...options })
    },
    copies: async (id) => (await installation.openLog()).view(id)?.copies ?? [],
  }
}

function problems({ events }: Installation): string[] {
  return events.flatMap((event) => (event.type === 'problem' ? [event.problem.code] : []))
}

describe('publishing copies', () => {
  it('gives each published bundle one claim and one copy/1, and does nothing the second time', async (t) => {
    const world = await published(t, 3)
    const target = aTarget()
    const counts = await world.copy(target)
    assert.deepEqual(
      [counts.copied, counts.adopted, counts.waiting, counts.remaining, counts.spent],
      [3, 0, 0, 0, '0.0063'],
    )
    assert.equal(target.claims.size, 3)
    for (const id of world.ids) assert.match(only(await world.copies(id)).key, /^lbry:claim:[0-9a-f]{40}$/)
    const size = counts.manifestSize
    const again = await world.copy(target)
    assert.deepEqual([again.copied, again.adopted, again.manifestSize], [0, 0, size])
    assert.equal(target.offered.length, 3)
  })

  it('offers the bytes that the catalogue knows, by their SHA-384, under a public name', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    await world.copy(target)
    const { localPath, sourceHash, bytes, publicName, id } = only(target.offered)
    const file = readFileSync(localPath)
    assert.equal(sourceHash, createHash('sha384').update(file).digest('hex'))
    assert.equal(bytes, file.length)
    assert.equal(publicName, `video-${id}.mp4`)
  })

  it('offers nothing that is held, not published yet, or withdrawn', async (t) => {
    const world = await published(t, 2)
    const [first = '', second = ''] = world.ids
    world.video({ id: 'notPublishd' })
    await world.add('public')
    world.home.decisions.setAccess(first, 'hold', 'archivist', 'not now', world.home.now())
    await world.withdraw(second)
    const target = aTarget()
    assert.equal((await world.copy(target)).copied, 0)
    assert.deepEqual(target.offered, [])
  })

  it('finds what a killed run had published, and pays for nothing twice', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    const killed = new Error('killed')
    target.acts.push((offer, { ledger }, claims) => {
      ledger.save({ name: offer.claim.name })
      claimFor(offer, claims)
      throw killed
    })
    await assert.rejects(world.copy(target), killed)
    assert.equal(world.home.publications.get('lbry', world.ids[0] ?? '')?.state, 'begun')
    const counts = await world.copy(target)
    assert.deepEqual([counts.copied, counts.adopted, target.claims.size], [0, 1, 1])
    assert.equal((await world.copies(world.ids[0] ?? '')).length, 1)
  })

  it('goes on with the others when one waits or is refused, and says why in the list', async (t) => {
    const world = await published(t, 3)
    const target = aTarget()
    const problem = { code: 'CLAIM_NAME_TAKEN', message: 'another video' }
    target.acts.push(
      () => waits('CLAIM_UNSURE', false),
      () => ({ status: 'refused', problem }),
    )
    const counts = await world.copy(target)
    assert.deepEqual([counts.copied, counts.waiting, counts.refused, counts.remaining], [1, 1, 1, 1])
    assert.deepEqual(
      world.ids.map((id) => only(listedCopies(world.home, id)).state),
      ['waiting', 'refused', 'published'],
    )
    assert.equal(only(listedCopies(world.home, world.ids[1] ?? '')).reason, 'another video')
    assert.deepEqual(problems(world), ['CLAIM_UNSURE', 'CLAIM_NAME_TAKEN'])
    const later = await world.copy(target)
    assert.deepEqual([later.copied, later.refused, target.offered.length], [1, 0, 4])
    assert.equal((await world.copy(target, { selection: [world.ids[1] ?? ''] })).copied, 1)
  })

  it('stops when nothing else can be published either, and leaves the rest as it was', async (t) => {
    const world = await published(t, 3)
    const target = aTarget()
    target.acts.push(() => waits('TARGET_FUNDS_LOW', true))
    const counts = await world.copy(target)
    assert.deepEqual([counts.waiting, counts.remaining, target.offered.length], [1, 3, 1])
  })

  it('asks a target that is not ready for nothing, and makes a head all the same', async (t) => {
    const world = await published(t, 2)
    const target = aTarget()
    target.prepareFault = new PublishError('TARGET_UNREACHABLE', 'no answer')
    const counts = await world.copy(target)
    assert.deepEqual([counts.waiting, counts.remaining, target.offered.length], [2, 2, 0])
    assert.ok(counts.manifestSize > 0)
    for (const id of world.ids) assert.equal(only(listedCopies(world.home, id)).code, 'TARGET_UNREACHABLE')
    assert.deepEqual(problems(world), ['TARGET_UNREACHABLE'])
  })

  it('offers no file that is away or changed, and stops for neither', async (t) => {
    const world = await published(t, 3)
    const [first = '', second = ''] = world.ids
    const pathOf = (id: string): string => {
      const [file] = world.home.bundles
        .files(world.home.bundles.get(id)?.root ?? '')
        .filter(({ role }) => role === 'video')
      return only(world.home.content.locationsOf(file?.content ?? 0)).path
    }
    const bytes = readFileSync(pathOf(first))
    writeFileSync(
      pathOf(first),
      bytes.map((byte) => byte ^ 1),
    )
    rmSync(pathOf(second))
    const target = aTarget()
    const counts = await world.copy(target)
    assert.deepEqual([counts.copied, counts.waiting, target.offered.length], [1, 2, 1])
    assert.deepEqual(problems(world).toSorted(), ['BUNDLE_INCOMPLETE', 'FILE_CHANGED'])
  })

  it('says loudly, and in the log, that other bytes were published', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    target.acts.push((offer, _, claims) => ({
      status: 'copied',
      evidence: claimFor(offer, claims, { equality: 'differs', sourceHash: 'e'.repeat(96) }),
    }))
    assert.equal((await world.copy(target)).differs, 1)
    assert.equal(only(await world.copies(world.ids[0] ?? '')).equality, 'differs')
    assert.deepEqual(problems(world), ['PUBLISHED_BYTES_DIFFER'])
  })

  it('says in the log once what is learnt later: the canonical URL, a better grade', async (t) => {
    const world = await published(t, 1)
    const [id = ''] = world.ids
    const target = aTarget()
    await world.copy(target)
    target.news = { equality: 'verified', canonicalUrl: `lbry://@archive#c/video-${id}#1`, confirmations: 6 }
    await world.copy(target)
    const copies = await world.copies(id)
    assert.deepEqual(copies.map(({ key }) => key.split(':')[1]).toSorted(), ['claim', 'url'])
    assert.ok(copies.every(({ equality }) => equality === 'verified'))
    const { manifestSize } = await world.copy(target)
    target.news = { equality: 'unknown' }
    assert.equal((await world.copy(target)).manifestSize, manifestSize, 'what is final is not looked at again')
  })

  it('tells of a claim that somebody abandoned, and does not publish it again by itself', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    await world.copy(target)
    target.news = 'gone'
    target.claims.clear()
    await world.copy(target)
    assert.deepEqual(problems(world), ['CLAIM_GONE'])
    assert.equal((await world.copy(target)).copied, 0)
    assert.equal((await world.copy(target, { selection: world.ids })).copied, 1)
  })

  it('takes back what was withdrawn, and tries again when that fails', async (t) => {
    const world = await published(t, 2)
    const [id = ''] = world.ids
    const target = aTarget()
    await world.copy(target)
    await world.withdraw(id)
    target.takeBackFault = new PublishError('TARGET_REFUSED', 'not now')
    assert.equal((await world.copy(target)).takenBack, 0)
    target.takeBackFault = undefined
    assert.equal((await world.copy(target)).takenBack, 1)
    assert.deepEqual(target.takenBack, [`video-${id}`])
    assert.equal((await world.copy(target)).takenBack, 0)
    assert.equal(only(listedCopies(world.home, id)).state, 'taken-back')
  })

  it('keeps the name under which a bundle was once published', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    target.acts.push((offer, { ledger }) => {
      ledger.save({ name: offer.claim.name })
      return waits('CLAIM_UNSURE', false)
    })
    await world.copy(target)
    const renamed: CopiesOptions['teller'] = {
      ...teller,
      claimText: (bundle) => ({ ...teller.claimText(bundle), name: 'a-newer-title' }),
    }
    await world.copy(target, { teller: renamed })
    assert.deepEqual([...target.claims.keys()], [`video-${world.ids[0]}`])
  })

  it('does no more than it was allowed, and takes what was begun first', async (t) => {
    const world = await published(t, 3)
    const target = aTarget()
    const last = world.ids[2] ?? ''
    target.acts.push((offer, { ledger }) => {
      ledger.save({ name: offer.claim.name })
      return waits('CLAIM_UNSURE', true)
    })
    await world.copy(target, { selection: [last] })
    const counts = await world.copy(target, { limit: 1 })
    assert.deepEqual([counts.copied, counts.remaining], [1, 2])
    assert.equal(target.offered.at(-1)?.id, last)
  })

  it('believes the log when the notes are lost', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    await world.copy(target)
    world.home.db.exec('DELETE FROM publication')
    assert.equal((await world.copy(target)).remaining, 0)
    assert.equal(target.offered.length, 1)
  })

  it('names no title in the log', async (t) => {
    const world = await published(t, 1)
    const target = aTarget()
    await world.copy(target)
    const text = Buffer.from(world.home.journal.entry(world.home.journal.size() - 2)).toString()
    assert.match(text, /copy\/1/)
    assert.doesNotMatch(text, /video-/)
  })
})
