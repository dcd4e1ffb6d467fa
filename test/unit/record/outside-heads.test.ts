import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { formatSignedNote } from '../../../src/manifest/note.ts'
import { policyOfVkey } from '../../../src/manifest/policy.ts'
import { type Signer, signCheckpoint } from '../../../src/manifest/signer.ts'
import { RecordError } from '../../../src/record/errors.ts'
import { askedOnceIn, checkOutsideHeads, type OutsideHead } from '../../../src/record/outside-heads.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { LOG, ORIGIN, sha256, testSigner } from '../../fakes/manifest-log.ts'

const rootAt = (size: number): Uint8Array => sha256(new TextEncoder().encode(`root ${size}`))
const OWN = { size: 5, root: rootAt(5) }

function aNote(size: number, root: Uint8Array = rootAt(size), signer: Signer = LOG): Uint8Array {
  const text = formatCheckpoint({ origin: ORIGIN, size, root })
  return formatSignedNote(text, [signCheckpoint(text, signer)])
}

function aPlace(read: OutsideHead['read'], local: boolean = false): OutsideHead {
  return { name: 'a place', local, read }
}

const check = (
  places: readonly OutsideHead[],
  own: typeof OWN | undefined = OWN,
): ReturnType<typeof checkOutsideHeads> =>
  checkOutsideHeads(own, rootAt, {
    ...{ places, policy: policyOfVkey(LOG.key.text, sha256), primitives: nodePrimitives, timeoutMs: 50 },
  })

const refuses = (code: string) => (error: unknown) =>
  error instanceof RecordError && error.code === code && error.hint !== undefined

describe('asking outside before a head is signed', () => {
  it('lets a home sign that is the newest, also where nobody has seen a head yet', async () => {
    for (const seen of [undefined, aNote(1), aNote(4), aNote(5)])
      assert.deepEqual(await check([aPlace(async () => seen)]), [])
  })

  it('refuses a home that is behind, and one that has no head at all where others have', async () => {
    await assert.rejects(check([aPlace(async () => aNote(6))]), refuses('HEAD_BEHIND'))
    await assert.rejects(
      checkOutsideHeads(undefined, rootAt, {
        ...{ places: [aPlace(async () => aNote(1))], policy: policyOfVkey(LOG.key.text, sha256) },
        ...{ primitives: nodePrimitives, timeoutMs: 50 },
      }),
      refuses('HEAD_BEHIND'),
    )
  })

  it('refuses a home whose log is another one, at the same size and below it', async () => {
    for (const size of [3, 5]) {
      await assert.rejects(check([aPlace(async () => aNote(size, rootAt(99)))]), refuses('HEAD_FORKED'))
    }
  })

  it('asks every place, also after one that did not answer, and says which that was', async () => {
    const silent = aPlace(async () => Promise.reject(new Error('no line')))
    await assert.rejects(check([silent, aPlace(async () => aNote(6))]), refuses('HEAD_BEHIND'))
    const problems = await check([silent, aPlace(async () => aNote(5))])
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['HEAD_UNSURE'],
    )
    assert.match(problems[0]?.message ?? '', /a place .*no line/)
  })

  it('does not wait for a place that stalls', async () => {
    const stalls = aPlace(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    assert.equal((await check([stalls])).length, 1)
  })

  it('takes no word for a head that the own key did not sign', async () => {
    for (const note of [aNote(4, rootAt(4), testSigner('thief', ORIGIN)), new TextEncoder().encode('hello\n')]) {
      await assert.rejects(check([aPlace(async () => note)]), (error) => error instanceof ManifestError)
    }
  })

  it('does not take a local record that cannot be read for one that is not there', async () => {
    const damaged = new Error('damaged')
    await assert.rejects(check([aPlace(async () => Promise.reject(damaged), true)]), damaged)
  })

  it('asks a place once for the checks of one run, and again when its answer is old', async () => {
    let asked = 0
    const place = aPlace(async () => {
      asked += 1
      return aNote(5)
    })
    const kept = askedOnceIn(place, 60_000)
    await check([kept])
    await check([kept])
    assert.equal(asked, 1)
    const forgetful = askedOnceIn(place, -1)
    await check([forgetful])
    await check([forgetful])
    assert.equal(asked, 3)
  })
})
