import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { parseHeldList, requireListOf, verifyHoldings } from '../../../src/manifest/holdings.ts'
import { parseVkey } from '../../../src/manifest/vkey.ts'
import { openHeldCosigning } from '../../../src/pipeline/mirror/cosign-held.ts'
import { type FollowedLog, openFollowedLog } from '../../../src/pipeline/mirror/followed-log.ts'
import { whyNotHolder } from '../../../src/pipeline/mirror/holds-all.ts'
import { knowsAllTypes } from '../../../src/pipeline/mirror/known-types.ts'
import type { CosignHead } from '../../../src/pipeline/mirror/sync-log.ts'
import { readCosigners } from '../../../src/store/cosigner-keys.ts'
import { homePaths } from '../../../src/store/home.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aCopy, aRepudiation, aWithdrawal, rawEntry } from '../../fakes/manifest-log.ts'
import { aHeldWorld, type HeldWorld } from './held-world.ts'

const DAY_MS = 86_400_000
/** Cosignatures have the real time in them, so these days begin with today. */
const day = (n: number): string => new Date(Date.now() + n * DAY_MS).toISOString().replace(/\.\d+Z/u, 'Z')

/** A world whose mirror has its keys open. */
async function aSigningWorld(
  context: TestContext,
  settings: Parameters<typeof aHeldWorld>[2] = {},
): Promise<
  HeldWorld & { readonly cosign: CosignHead; readonly holders: () => readonly string[]; readonly place: string }
> {
  const world = await aHeldWorld(context, [5_000, 6_000, 7_000], settings)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'holdfast-holder-'))
  context.after(() => rmSync(stateDirectory, { recursive: true, force: true }))
  const signing = { config: { stateDirectory }, askPassphrase: async () => '' }
  const opened = await openHeldCosigning(homePaths(world.mirror.home), signing, (problem) =>
    assert.fail(problem.message),
  )
  assert.ok(opened !== undefined)
  context.after(() => opened[Symbol.dispose]())
  const place = join(world.mirror.home, 'mirrors', 'archive')
  const shown = (): string => readFileSync(join(place, 'manifest', 'checkpoint'), 'utf8')
  const holders = (): readonly string[] =>
    [...shown().matchAll(/^— (\S+)\/(mirror|witness|holder) /gmu)].map(([, , role = '']) => role)
  return { ...world, cosign: opened.cosign, holders, place }
}

async function writing({ home }: HeldWorld['mirror'], action: (log: FollowedLog) => void): Promise<void> {
  await using log = await openFollowedLog(home, 'archive', { write: 'test' })
  action(log)
}

const MIRROR_ALONE = ['mirror', 'witness']

describe('a holder', { concurrency: 4 }, () => {
  it('signs a head when all its content is here, and no later one while something is missing', async (context) => {
    const { mirror, cosign, holders, log, publish, source } = await aSigningWorld(context)
    const blocks = new Map(source.blocks)
    source.blocks.clear()
    await mirror.sync(day(0), cosign)
    assert.deepEqual(holders(), MIRROR_ALONE)
    for (const [cid, bytes] of blocks) source.blocks.set(cid, bytes)
    await mirror.sync(day(0), cosign)
    assert.deepEqual(holders(), [...MIRROR_ALONE, 'holder'])
    log.add(aCopy(1)).head()
    publish()
    await mirror.sync(day(0), cosign)
    assert.deepEqual(holders(), [...MIRROR_ALONE, 'holder'], 'what is new costs no content')
  })

  it('does not sign while a file is damaged, and does again when it is mended', async (context) => {
    const { mirror, cosign, holders, log, publish, source, bundles, place } = await aSigningWorld(context)
    await mirror.sync(day(0), cosign)
    const cid = bundles[0]?.files[0]?.cid ?? ''
    writeFileSync(join(place, 'content', cid.slice(-2), cid), Buffer.alloc(5_000, 1))
    const blocks = new Map(source.blocks)
    source.blocks.clear()
    log.add(aCopy(1)).head()
    publish()
    for (const n of [10, 20, 30]) await mirror.sync(day(n))
    await mirror.sync(day(31), cosign)
    assert.deepEqual(holders(), MIRROR_ALONE)
    for (const [cid, bytes] of blocks) source.blocks.set(cid, bytes)
    await mirror.sync(day(32), cosign)
    assert.deepEqual(holders(), [...MIRROR_ALONE, 'holder'])
  })

  it('does not sign what it did not read again for 90 days, nor by a clock that is wrong', async (context) => {
    const { mirror, cosign, holders, log, publish } = await aSigningWorld(context)
    await mirror.sync(day(0))
    await writing(mirror, (followed) => {
      const at = (n: number) => ({ ...followed, home: { ...followed.home, now: () => day(n) } })
      assert.equal(whyNotHolder(at(89), log.size), undefined)
      assert.match(whyNotHolder(at(91), log.size) ?? '', /90 days/)
    })
    log.add(aCopy(1)).head()
    publish()
    const wrong = await mirror.sync('1999-12-31T23:59:59Z', cosign)
    assert.deepEqual([wrong.faults, holders()], [['CLOCK_WRONG'], MIRROR_ALONE])
  })

  it('owes nothing that the log has withdrawn, whether or not this mirror obeys', async (context) => {
    const { mirror, cosign, holders, log, publish, source } = await aSigningWorld(context)
    source.blocks.clear()
    log.add(aWithdrawal(1, { reason: 'legal', jurisdiction: 'KZ' }), aWithdrawal(2), aWithdrawal(3)).head()
    publish()
    const { held, missing } = await mirror.sync(day(0), cosign)
    assert.deepEqual(
      [held, missing, holders()],
      [0, 1, MIRROR_ALONE],
      'it wants what is withdrawn elsewhere, and waits',
    )
  })

  it('signs for no type that it does not know, unless the statement is void', async (context) => {
    const { mirror, cosign, holders, log, publish } = await aSigningWorld(context)
    await mirror.sync(day(0))
    const from = log.size
    log.add(rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z' })).head()
    publish()
    await mirror.sync(day(0), cosign)
    assert.deepEqual(holders(), MIRROR_ALONE)
    await writing(mirror, (followed) => {
      assert.deepEqual([knowsAllTypes(followed, from), knowsAllTypes(followed, log.size)], [true, false])
    })
    log.add(aRepudiation(from, from + 1)).head()
    publish()
    await mirror.sync(day(0), cosign)
    assert.deepEqual(holders(), [...MIRROR_ALONE, 'holder'])
  })
})

describe('a mirror that is to hold a part', { concurrency: 4 }, () => {
  for (const [how, settings, held] of [
    ['a budget', { budget: 11_000 }, 1],
    ['rules', { include: ['max=6kB'] }, 2],
  ] as const)
    it(`because of ${how} signs a note of it, and never as a holder`, async (context) => {
      const { mirror, cosign, holders, log, publish, place, bundles } = await aSigningWorld(context, settings)
      await mirror.sync(day(0), cosign)
      assert.deepEqual(holders(), MIRROR_ALONE)
      const vkeys = await readCosigners(homePaths(mirror.home))
      const key = parseVkey(vkeys?.holder ?? '', nodePrimitives.sha256)
      const read = () => verifyHoldings(nodePrimitives, [key], readFileSync(join(place, 'holdings', 'note')))
      const first = read()
      const list = readFileSync(join(place, 'holdings', first.listSha256))
      const roots = requireListOf(first, list, nodePrimitives.sha256)
      assert.deepEqual([first.size, roots.length], [log.size, held])
      assert.ok(roots.every((root) => bundles.some((bundle) => bundle.root === root)))
      assert.equal(
        first.bytes,
        bundles.filter(({ root }) => roots.includes(root)).reduce((sum, { bytes }) => sum + bytes, 0),
      )
      await mirror.sync(day(0.2), cosign)
      assert.deepEqual(read(), first, 'once a day is enough')
      log.add(aWithdrawal(1 + bundles.findIndex(({ root }) => root === roots[0]))).head()
      publish()
      await mirror.sync(day(0.3), cosign)
      if (held === 1) assert.deepEqual(readdirSync(join(place, 'holdings')), [], 'nothing is held')
      else {
        assert.equal(read().size, log.size)
        const now = parseHeldList(readFileSync(join(place, 'holdings', read().listSha256)))
        assert.deepEqual([now, readdirSync(join(place, 'holdings')).length], [[roots[1]], 2])
      }
    })
})
