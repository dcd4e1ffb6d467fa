import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { rereadShare } from '../../../src/mirror/reread-share.ts'
import { lastRehash } from '../../../src/pipeline/mirror/last-rehash.ts'
import type { FakeSource } from './following.ts'
import { aHeldWorld, type HeldWorld } from './held-world.ts'

const DAY_MS = 86_400_000
const day = (n: number): string =>
  new Date(Date.parse('2031-03-01T12:00:00Z') + n * DAY_MS).toISOString().replace('.000', '')

/** The one large file of each bundle, by its place on the disk. */
function videosOf({ mirror, bundles }: HeldWorld): readonly string[] {
  const content = join(mirror.home, 'mirrors', 'archive', 'content')
  return bundles.map(({ files: [file] }) => join(content, file?.cid.slice(-2) ?? '', file?.cid ?? ''))
}

function blocksAsked({ asked }: FakeSource): readonly string[] {
  return asked.filter((path) => path.startsWith('/ipfs/'))
}

/** By the mirror's own clock, which is at that day. */
const sinceOf = ({ mirror }: HeldWorld, at: number): Promise<string | undefined> =>
  mirror.look(({ home, tables }) => lastRehash({ home: { ...home, now: () => day(at) }, tables }))
const codesOf = (told: readonly { readonly code: string }[]): readonly string[] => told.map(({ code }) => code)

describe('what a mirror holds', { concurrency: 4 }, () => {
  it('is read again once in thirty days, a share at a time, and the day of the oldest reading is known', async (context) => {
    const world = await aHeldWorld(context, Array(30).fill(5_000))
    const { mirror } = world
    assert.equal((await mirror.sync(day(0))).reread, 0)
    assert.equal(await sinceOf(world, 0), day(0))
    assert.equal((await mirror.sync(day(0.5))).reread, 0, 'it has just been read')
    const each: number[] = []
    for (let n = 1; n <= 33; n += 1) each.push((await mirror.sync(day(n))).reread)
    assert.ok(Math.max(...each) <= 5, `spread over the month: ${each}`)
    assert.ok(each.reduce((sum, files) => sum + files, 0) >= 30)
    assert.ok(String(await sinceOf(world, 33)) >= day(1))
  })

  it('is dated by no clock that was ahead', async (context) => {
    const world = await aHeldWorld(context, [5_000])
    await world.mirror.sync(day(4_000))
    assert.equal(await sinceOf(world, 4_000), day(4_000))
    assert.equal(await sinceOf(world, 0), '')
  })

  it('is mended when a file rots: found, named, and only what is wrong fetched again', async (context) => {
    const world = await aHeldWorld(context, [5_000, 6_000])
    const { mirror, source, bundles } = world
    await mirror.sync(day(0))
    const [path = ''] = videosOf(world)
    const bytes = readFileSync(path)
    writeFileSync(path, Buffer.alloc(bytes.length, 7))
    source.asked.length = 0
    const told = []
    let mended = 0
    for (let n = 1; n <= 12 && mended === 0; n += 1) {
      const synced = await mirror.sync(day(5 * n))
      told.push(...synced.told)
      mended += synced.fetched
      assert.deepEqual([synced.held, synced.missing, synced.faults], [2, 0, []])
    }
    assert.deepEqual(
      told.map(({ code, path: at }) => [code, at]),
      [['HELD_DAMAGED', path]],
    )
    assert.deepEqual(readFileSync(path), bytes)
    assert.deepEqual(
      blocksAsked(source).map((each) => each.split(/[/?]/)[2]),
      [bundles[0]?.files[0]?.cid],
    )
    assert.equal(await world.standing(bundles[0]?.root ?? ''), 'served')
  })

  it('is mended whatever stands where a file was, and what cannot be read is kept aside', async (context) => {
    const world = await aHeldWorld(context, [5_000, 6_000, 7_000])
    const { mirror } = world
    await mirror.sync(day(0))
    const paths = videosOf(world)
    const [gone = '', linked = '', directory = ''] = paths
    const before = paths.map((path) => readFileSync(path))
    for (const path of paths) rmSync(path)
    symlinkSync('/etc/hostname', linked)
    mkdirSync(directory)
    const told = []
    for (let n = 1; n <= 12; n += 1) told.push(...(await mirror.sync(day(5 * n))).told)
    assert.deepEqual(
      new Map(told.map(({ code, path = '' }) => [path, code])),
      new Map(paths.map((path) => [path, 'HELD_DAMAGED'])),
    )
    assert.deepEqual(
      paths.map((path) => readFileSync(path)),
      before,
    )
    const aside = readdirSync(join(mirror.home, 'mirrors', 'archive', 'damaged'))
    assert.equal(aside.length, 2, `${gone} left nothing behind`)
  })

  it('is mended where a document rots in the database', async (context) => {
    const world = await aHeldWorld(context, [5_000])
    await world.mirror.sync(day(0))
    const state = new DatabaseSync(join(world.mirror.home, 'mirrors', 'archive', 'state.sqlite'))
    state.exec("UPDATE small_block SET bytes = x'00' WHERE rowid = (SELECT min(rowid) FROM small_block)")
    const rotten = (): number => state.prepare("SELECT * FROM small_block WHERE bytes = x'00'").all().length
    assert.equal(rotten(), 1)
    const told = []
    for (let n = 1; n <= 12 && rotten() > 0; n += 1) told.push(...(await world.mirror.sync(day(5 * n))).told)
    assert.deepEqual([rotten(), codesOf(told)], [0, ['HELD_DAMAGED']])
    state.close()
  })

  it('stays called damaged while nobody has it, and is sound again as soon as somebody does', async (context) => {
    const world = await aHeldWorld(context, [5_000])
    const { mirror, source } = world
    await mirror.sync(day(0))
    const [path = ''] = videosOf(world)
    writeFileSync(path, Buffer.alloc(5_000, 7))
    const blocks = new Map(source.blocks)
    source.blocks.clear()
    const lost = await mirror.sync(day(40))
    assert.deepEqual([lost.missing, lost.faults], [1, ['SOURCES_EXHAUSTED', 'HELD_DAMAGED']])
    assert.deepEqual((await mirror.sync(day(41))).faults, ['SOURCES_EXHAUSTED', 'HELD_DAMAGED'])
    for (const [cid, bytes] of blocks) source.blocks.set(cid, bytes)
    const mended = await mirror.sync(day(42))
    assert.deepEqual([mended.fetched, mended.missing, mended.faults], [1, 0, []])
    assert.equal(await sinceOf(world, 42), day(42))
  })
})

describe('the share that is read again', () => {
  it('is everything in thirty days, however often it is asked for, and never more than a tenth at once', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 3 * DAY_MS }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 1e13 }), (waits, heldBytes) => {
        let [credit, read] = [0, 0]
        for (const elapsedMs of waits) {
          const share = rereadShare({ heldBytes, elapsedMs, credit })
          assert.ok(share <= heldBytes / 10)
          read += share
          credit = 0
        }
        const due = (heldBytes * waits.reduce((sum, ms) => sum + ms, 0)) / (30 * DAY_MS)
        assert.ok(Math.abs(read - due) <= due * 1e-6)
      }),
    )
  })

  it('gives nothing for a clock that went back, and pays what was read too much', () => {
    assert.equal(rereadShare({ heldBytes: 1_000, elapsedMs: -5 * DAY_MS, credit: 0 }), 0)
    assert.equal(rereadShare({ heldBytes: 3_000, elapsedMs: DAY_MS, credit: -500 }), -400)
  })
})
