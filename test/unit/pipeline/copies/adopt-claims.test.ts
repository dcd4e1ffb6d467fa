import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { type AdoptCounts, adoptClaims } from '../../../../src/pipeline/copies/adopt-claims.ts'
import { dueCopies } from '../../../../src/pipeline/copies/due.ts'
import { aTarget, type ScriptedTarget } from '../../../fakes/scripted-target.ts'
import { anInstallation, type Installation, only } from '../installation.ts'

const { signal } = new AbortController()

interface World extends Installation {
  readonly id: string
  readonly sourceHash: string
  readonly bytes: number
  readonly target: ScriptedTarget
  adopt(dryRun?: boolean): Promise<AdoptCounts>
}

async function aWorld(t: TestContext, isPublished = true): Promise<World> {
  const world = await anInstallation(t)
  world.video({ id: 'syncedVideo' })
  const { id, root } = only(await world.add('public'))
  if (isPublished) await world.publish()
  const file = world.home.bundles.files(root).find(({ role }) => role === 'video')
  const bytes = readFileSync(only(world.home.content.locationsOf(file?.content ?? 0)).path)
  const target = aTarget()
  return {
    ...{ ...world, id, target, bytes: bytes.length, sourceHash: createHash('sha384').update(bytes).digest('hex') },
    async adopt(dryRun = false) {
      const log = await world.openLog()
      await log.finish(signal)
      const onEvent = (event: (typeof world.events)[number]): void => void world.events.push(event)
      return adoptClaims(world.home, target, { log, dryRun, signal, stopping: signal, onEvent })
    },
  }
}

function synced(
  { sourceHash, bytes, target }: World,
  more: { hash?: string; bytes?: number; description?: string } = {},
): void {
  const claimId = 'ab'.repeat(20)
  const description = more.description ?? 'A testimony\n...\nhttps://www.youtube.com/watch?v=syncedVideo'
  const evidence = {
    name: 'a-testimony',
    claimId,
    txid: 'cd'.repeat(32),
    nout: 0,
    url: `lbry://a-testimony#${claimId}`,
  }
  target.found.push({
    description,
    evidence: { ...evidence, sourceHash: more.hash ?? sourceHash, sourceBytes: more.bytes ?? bytes },
  })
}

describe('adopting', () => {
  it('records a synchronised claim of the same bytes, and never publishes that bundle again', async (t) => {
    const world = await aWorld(t)
    synced(world)
    const counts = await world.adopt()
    assert.deepEqual([counts.claims, counts.same, counts.differs, counts.unknown], [1, 1, 0, 0])
    const copy = only((await world.openLog()).view(world.id)?.copies ?? [])
    assert.deepEqual([copy.key, copy.equality], [`lbry:claim:${'ab'.repeat(20)}`, 'asserted'])
    assert.deepEqual([...dueCopies(world.home, 'lbry')], [])
    assert.equal((await world.adopt()).manifestSize, counts.manifestSize, 'a second time says nothing new')
  })

  it('says of other bytes that they are, and still publishes ours', async (t) => {
    const world = await aWorld(t)
    synced(world, { hash: 'e'.repeat(96) })
    synced(world, { bytes: world.bytes + 1 })
    const counts = await world.adopt()
    assert.deepEqual([counts.same, counts.differs], [0, 2])
    assert.equal(only((await world.openLog()).view(world.id)?.copies ?? []).equality, 'differs')
    assert.equal([...dueCopies(world.home, 'lbry')].length, 1)
  })

  it('records nothing of a bundle that is not published', async (t) => {
    const world = await aWorld(t, false)
    synced(world)
    assert.deepEqual([(await world.adopt()).open, (await world.openLog()).view(world.id)], [1, undefined])
  })

  it('writes nothing in a dry run', async (t) => {
    const world = await aWorld(t)
    synced(world)
    assert.equal((await world.adopt(true)).same, 1)
    assert.deepEqual((await world.openLog()).view(world.id)?.copies, [])
    assert.equal([...dueCopies(world.home, 'lbry')].length, 1)
  })

  const strangers: Readonly<Record<string, string>> = {
    'a link in the middle of the text': 'see https://www.youtube.com/watch?v=syncedVideo\nand more',
    'a link to somebody else’s video': 'A testimony\nhttps://www.youtube.com/watch?v=otherVideo1',
    'no description': '',
  }
  for (const [what, description] of Object.entries(strangers)) {
    it(`does not recognise a claim by ${what}`, async (t) => {
      const world = await aWorld(t)
      synced(world, { description })
      assert.deepEqual([(await world.adopt()).unknown, (await world.openLog()).view(world.id)?.copies], [1, []])
    })
  }
})
