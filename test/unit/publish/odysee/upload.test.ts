import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, rename, truncate, utimes, writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import type { OdyseeFault } from '../../../fakes/odysee.ts'
import { brokenAfter, droppedAfter, droppedBefore, leaveEnds, status } from '../../../fakes/odysee-faults.ts'
import { send } from '../../../fakes/odysee-reply.ts'
import { aLedger, anOdyseeWorld, aStep, type OdyseeWorld } from './an-odysee-world.ts'
import { drive, runOnce } from './drive.ts'

/** Small enough for several requests. */
const options = { chunkBytes: 65_536 }
const BYTES = 1_000_000

function tusCalls({ odysee }: OdyseeWorld, method: string): number {
  return odysee.asked.filter(({ call }) => call === `tus ${method}`).length
}

describe('an upload to Odysee', () => {
  it('goes in requests of the given size, and reports how far it is', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    const seen: number[] = []
    const step = { ...aStep(aLedger()), onProgress: (done: number) => void seen.push(done) }
    const outcome = await world.open(options).publish(offer, step)
    assert.equal(outcome.status, 'copied')
    assert.equal(tusCalls(world, 'PATCH'), Math.ceil(BYTES / options.chunkBytes))
    assert.equal(seen.at(-1), BYTES)
    assert.ok(seen.every((done, i) => done >= (seen[i - 1] ?? 0)))
  })

  it('goes on where the line broke, in the same run', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    world.odysee.fault('tus PATCH', brokenAfter(10_000), droppedAfter, droppedBefore)
    const outcome = await world.open(options).publish(offer, aStep(aLedger()))
    assert.equal(outcome.status, 'copied')
    assert.equal(world.state.uploads.size, 1)
    assert.equal(outcome.evidence.equality, 'asserted')
  })

  it('goes on in the next run from the place that the service tells', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    const ledger = aLedger()
    const broken = Array.from({ length: 5 }, () => brokenAfter(30_000))
    world.odysee.fault('tus PATCH', ...broken)
    world.odysee.fault('tus HEAD', pass, ...Array.from({ length: 4 }, () => status(500)))
    const first = await runOnce(world, offer, ledger, options)
    assert.equal(first.status, 'waiting')
    const [upload] = world.state.uploads.values()
    const arrived = upload?.offset ?? 0
    assert.ok(arrived > 0 && arrived < BYTES)
    world.odysee.calm()
    const last = await runOnce(world, offer, ledger, options)
    assert.equal(last.status, 'copied')
    assert.equal(world.state.uploads.size, 1)
    assert.equal(world.state.orphans().length, 0)
  })

  it('takes a new leave when the old one ends on the way, and goes on with the same upload', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    world.odysee.fault('tus PATCH', pass, pass, leaveEnds)
    const outcome = await world.open(options).publish(offer, aStep(aLedger()))
    assert.equal(outcome.status, 'copied')
    assert.equal(world.state.uploads.size, 1)
    assert.equal(world.state.leaves.size, 2)
  })

  it('begins anew when the service has forgotten it', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    const forgets: OdyseeFault = async (answer, run, { state }) => {
      state.uploads.clear()
      send(answer, await run())
    }
    world.odysee.fault('tus PATCH', pass, forgets)
    const outcome = await world.open(options).publish(offer, aStep(aLedger()))
    assert.equal(outcome.status, 'copied')
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })

  it('begins anew when the file was written to since, though it has the same bytes again', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    const ledger = aLedger()
    world.odysee.fault('tus PATCH', ...Array.from({ length: 5 }, () => brokenAfter(30_000)))
    world.odysee.fault('tus HEAD', pass, ...Array.from({ length: 4 }, () => status(500)))
    await runOnce(world, offer, ledger, options)
    world.odysee.calm()
    await utimes(offer.localPath, 1, 1)
    const last = await runOnce(world, offer, ledger, options)
    assert.equal(last.status, 'copied')
    assert.equal(world.state.uploads.size, 2)
    assert.equal(world.state.orphans().length, 1)
  })

  const changes: Readonly<Record<string, (path: string) => Promise<void>>> = {
    'is replaced': async (path) => {
      await writeFile(`${path}.new`, randomBytes(BYTES))
      await rename(`${path}.new`, path)
    },
    'is written into': async (path) => {
      const file = await open(path, 'r+')
      await file.write(randomBytes(1_000), 0, 1_000, 900_000)
      await file.close()
    },
    'is cut': (path) => truncate(path, BYTES - 1),
  }
  for (const [name, change] of Object.entries(changes)) {
    it(`sends nothing when the file ${name} before`, async () => {
      await using world = await anOdyseeWorld()
      const offer = await world.anOffer({ bytes: BYTES })
      await change(offer.localPath)
      const ended = await runOnce(world, offer, aLedger(), options)
      assert.equal(ended.status, 'waiting')
      assert.ok('problem' in ended)
      assert.equal(ended.problem.code, 'STREAM_FILE_CHANGED')
      assert.equal(world.state.uploads.size, 0)
    })
  }

  it('asks for no claim when the file is written into while it passes', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    const ledger = aLedger()
    const rewrite: OdyseeFault = async (answer, run) => {
      await changes['is written into']?.(offer.localPath)
      send(answer, await run())
    }
    world.odysee.fault('tus PATCH', pass, rewrite)
    const ended = await runOnce(world, offer, ledger, options)
    assert.ok('problem' in ended)
    assert.equal(ended.problem.code, 'STREAM_FILE_CHANGED')
    assert.equal(world.state.queries.size, 0)
    assert.equal(ledger.evidence['isUploaded'], undefined)
    // Nor later, with what lies there.
    await writeFile(offer.localPath, Buffer.alloc(0))
    const later = await drive(world, offer, ledger, { options, runs: 2 })
    assert.ok(later.every(({ status: how }) => how === 'waiting'))
    assert.equal(world.state.madeClaims().size, 0)
  })

  it('says what is wrong when the file is away', async () => {
    await using world = await anOdyseeWorld()
    const offer = { ...(await world.anOffer()), localPath: '/nowhere/Secret Name.mp4' }
    const ended = await runOnce(world, offer, aLedger())
    assert.ok('problem' in ended)
    assert.equal(ended.problem.code, 'STREAM_FILE_UNREADABLE')
  })

  it('ends at once when it is interrupted, and the next run goes on', async () => {
    await using world = await anOdyseeWorld()
    const offer = await world.anOffer({ bytes: BYTES })
    const ledger = aLedger()
    const stop = new AbortController()
    const reason = new Error('interrupted')
    const interrupt: OdyseeFault = () => stop.abort(reason)
    world.odysee.fault('tus PATCH', pass, pass, interrupt)
    await assert.rejects(world.open(options).publish(offer, aStep(ledger, stop.signal)), reason)
    assert.equal(world.state.queries.size, 0)
    const last = await runOnce(world, offer, ledger, options)
    assert.equal(last.status, 'copied')
    assert.equal(world.state.uploads.size, 1)
  })

  const lies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'that is before what was sent': { 'upload-offset': '0' },
    'beyond the end': { 'upload-offset': '99999999999' },
    'that is no number': { 'upload-offset': 'far' },
    'that it does not tell': {},
  }
  for (const [name, headers] of Object.entries(lies)) {
    it(`stops at a place ${name}`, async () => {
      await using world = await anOdyseeWorld()
      const offer = await world.anOffer({ bytes: BYTES })
      const lie: OdyseeFault = async (answer, run) => {
        await run()
        answer.writeHead(204, headers).end()
      }
      world.odysee.fault('tus PATCH', ...Array.from({ length: 30 }, () => lie))
      const ended = await runOnce(world, offer, aLedger(), options)
      assert.ok('problem' in ended)
      assert.equal(ended.problem.code, 'TARGET_ANSWER_UNKNOWN')
      assert.ok(tusCalls(world, 'PATCH') < 4)
      assert.equal(world.state.queries.size, 0)
    })
  }
})

const pass: OdyseeFault = async (answer, run) => send(answer, await run())
