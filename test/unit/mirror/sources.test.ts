import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isForkEvidence, parseForkEvidence, verifyForkEvidence } from '../../../src/read/fork-evidence.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import {
  aBundle,
  aCopy,
  aRepudiation,
  aWithdrawal,
  LOG,
  rawEntry,
  testId,
  testSigner,
} from '../../fakes/manifest-log.ts'
import { policyOf, WrittenManifest } from '../../fakes/written-manifest.ts'
import { type Answer, aMirror, aSource, faultsOf, honest } from './following.ts'

/** Statements of bundles that no source has the content of: what is followed here is the log. */
function aLog(bundles: number): WrittenManifest {
  return new WrittenManifest().add(...Array.from({ length: bundles }, (_, n) => aBundle(n + 1)))
}

/** No content is wanted. */
const LOG_ALONE = { include: ['max=0'] }
const SOON = { code: 'SOURCES_EXHAUSTED' }

/** Ways in which a source fails, and what it is told to be. Content is not asked for here. */
const LIES: Readonly<Record<string, readonly [answer: Answer, code: string]>> = {
  'changes a byte of every tile': [
    (answer, bytes, path, range) => honest(answer, path.includes('/tile/') ? flipped(bytes) : bytes, path, range),
    'MANIFEST_DAMAGED',
  ],
  'changes a byte of the statements': [
    (answer, bytes, path, range) => honest(answer, path.includes('/entries/') ? flipped(bytes) : bytes, path, range),
    'MANIFEST_DAMAGED',
  ],
  'changes a byte of the head': [
    (answer, bytes, path) => honest(answer, path.endsWith('/checkpoint') ? flipped(bytes) : bytes, path),
    'SIGNATURE_INVALID',
  ],
  'signs with a key of its own': [
    (answer, bytes, path) =>
      honest(answer, path.endsWith('/checkpoint') ? forged().files.get('checkpoint') : bytes, path),
    'SIGNATURE_MISSING',
  ],
  'cuts statements short': [
    (answer, bytes, path, range) =>
      honest(answer, path.includes('/entries/') ? bytes?.subarray(0, -9) : bytes, path, range),
    'MANIFEST_DAMAGED',
  ],
  'lacks statements': [
    (answer, bytes, path, range) => honest(answer, path.includes('/entries/') ? undefined : bytes, path, range),
    'MANIFEST_INCOMPLETE',
  ],
  'says nothing': [() => undefined, 'SOURCE_UNREACHABLE'],
  'stalls at statements': [
    (answer, bytes, path, range) => {
      if (!path.includes('/entries/')) honest(answer, bytes, path, range)
    },
    'SOURCE_UNREACHABLE',
  ],
  floods: [
    (answer, bytes, path, range) => {
      if (path.includes('/entries/')) honest(answer, Buffer.alloc(9_000_000), path)
      else honest(answer, bytes, path, range)
    },
    'SOURCE_ANSWER_TOO_LARGE',
  ],
  'answers ranges with other bytes': [
    (answer, bytes, path, range) => honest(answer, range === undefined ? bytes : flipped(bytes), path, range),
    'MANIFEST_DAMAGED',
  ],
  fails: [(answer) => void answer.writeHead(500).end(), 'SOURCE_UNREACHABLE'],
}

function flipped(bytes: Uint8Array | undefined): Uint8Array | undefined {
  const copy = bytes === undefined ? undefined : Uint8Array.from(bytes)
  if (copy !== undefined) copy[copy.length - 5] = (copy[copy.length - 5] ?? 0) ^ 1
  return copy
}

function forged(): WrittenManifest {
  return aLog(3).head({ signers: [testSigner('thief', LOG.key.name)] })
}

describe('a source that', { concurrency: 4 }, () => {
  for (const [how, [lie, code]] of Object.entries(LIES)) {
    it(`${how} is named, asked last and routed around`, async (context) => {
      const log = aLog(3).head()
      const [bad, good] = [await aSource(context, log.files), await aSource(context, log.copy())]
      const mirror = await aMirror(context, [bad.url, good.url], LOG_ALONE)
      await mirror.sync()
      const newer = aLogOf(log, 2).head()
      for (const source of [bad, good]) source.files = newer.files
      bad.answer = lie
      // Both begin alike, so chance decides who is asked first: a few rounds bring the bad one forward.
      const faults = []
      let last = await mirror.sync()
      faults.push(...faultsOf(last))
      for (let round = 0; round < 30 && !faults.some(([name]) => name === bad.url); round += 1) {
        for (const source of [bad, good]) source.files = aLogOf(newer, 1).head().files
        last = await mirror.sync()
        faults.push(...faultsOf(last))
      }
      assert.equal(last.size, newer.size)
      assert.deepEqual(
        new Set(faults.filter(([name]) => name !== '').map(([name, what]) => `${name} ${what}`)),
        new Set([`${bad.url} ${code}`]),
      )
      const [strikes, none] = await mirror.look(({ tables }) =>
        [bad, good].map(({ url }) => tables.sources().find(({ name }) => name === url)?.strikes ?? 0),
      )
      assert.ok((strikes ?? 0) > 0 && none === 0)
    })
  }

  it('lags is named, and what is newer is taken from another', async (context) => {
    const log = aLog(3).head()
    const old = log.copy()
    const [slow, good] = [await aSource(context, old), await aSource(context, log.files)]
    const mirror = await aMirror(context, [slow.url, good.url], LOG_ALONE)
    await mirror.sync()
    good.files = aLogOf(log, 2).head().files
    await mirror.sync()
    const after = await mirror.sync()
    assert.equal(after.size, log.size)
    assert.ok(faultsOf(after).some(([name, code]) => name === slow.url && code === 'SOURCE_STALE'))
    assert.deepEqual(after.faults, [])
  })

  it('has not what it signed is no liar by itself; when two have not, somebody has to look', async (context) => {
    const log = aLog(3).head()
    const [one, other] = [await aSource(context, log.copy()), await aSource(context, log.copy())]
    const mirror = await aMirror(context, [one.url, other.url], LOG_ALONE)
    const { size } = await mirror.sync()
    other.files = aLogOf(log, 1).head().copy()
    one.files = new Map([...log.copy()].filter(([path]) => !path.includes('/entries/')))
    const routed = await mirror.sync()
    assert.deepEqual([routed.size, routed.faults], [log.size, []])
    aLogOf(log, 1).head()
    for (const source of [one, other])
      source.files = new Map([...log.copy()].filter(([path]) => !path.includes('/entries/')))
    const unproven = await mirror.sync()
    assert.deepEqual([unproven.size > size, unproven.size < log.size, unproven.faults], [true, true, ['HEAD_UNPROVEN']])
    one.files = log.copy()
    const mended = await mirror.sync()
    assert.deepEqual([mended.size, mended.faults], [log.size, []])
  })

  it('is the only one and cannot be reached leaves everything as it was', async (context) => {
    const source = await aSource(context, aLog(3).head().files)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const before = await mirror.sync()
    source.answer = (answer) => void answer.destroy()
    const after = await mirror.sync()
    assert.deepEqual([after.size, after.faults], [before.size, [SOON.code]])
  })
})

/** The same log, longer. */
function aLogOf(log: WrittenManifest, more: number): WrittenManifest {
  const from = log.size + 100
  return log.add(...Array.from({ length: more }, (_, n) => aBundle(from + n)))
}

describe('two signed heads that contradict each other', { concurrency: 4 }, () => {
  const readerPolicy = policyOf()

  async function checkStopped(mirror: Awaited<ReturnType<typeof aMirror>>, size: number): Promise<void> {
    const again = await mirror.sync()
    assert.deepEqual([again.size, again.faults.includes('LOG_FORKED')], [size, true])
    const home = join(mirror.home, 'mirrors', 'archive')
    const file = /Show (\S+)/.exec(again.told.find(({ code }) => code === 'LOG_FORKED')?.hint ?? '')?.[1] ?? ''
    assert.ok(file.startsWith(home))
    const bytes = readFileSync(file)
    assert.ok(isForkEvidence(bytes))
    const proven = verifyForkEvidence(parseForkEvidence(bytes), readerPolicy, nodePrimitives)
    assert.notEqual(proven.older.root, proven.newer.root)
    // Nobody can make such a file about an honest log: without its proof, or with another one, it proves nothing.
    const { proof, ...notes } = parseForkEvidence(bytes)
    if (proof !== undefined) {
      assert.throws(() => verifyForkEvidence(notes, readerPolicy, nodePrimitives), { code: 'FORK_UNPROVEN' })
      const turned = { ...notes, proof: { ...proof, root: flipped(proof.root) ?? proof.root } }
      assert.throws(() => verifyForkEvidence(turned, readerPolicy, nodePrimitives), { code: 'FORK_UNPROVEN' })
    }
  }

  it('stop the mirror at one size, where it goes on serving what it held', async (context) => {
    const [one, other] = [aLog(3).head(), aLog(2).add(aBundle(77)).head()]
    assert.equal(one.size, other.size)
    const source = await aSource(context, one.files)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const { size } = await mirror.sync()
    source.files = other.files
    const forked = await mirror.sync()
    assert.ok(forked.faults.includes('LOG_FORKED'))
    source.files = one.files
    await checkStopped(mirror, size)
  })

  it('stop it when the newer one rewrites what is older', async (context) => {
    const source = await aSource(context, aLog(3).head().files)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const { size } = await mirror.sync()
    source.files = aLog(2).add(aBundle(77), aBundle(78), aBundle(79)).head().files
    assert.ok((await mirror.sync()).faults.includes('LOG_FORKED'))
    await checkStopped(mirror, size)
  })

  it('stop it when an older head is of another history', async (context) => {
    const source = await aSource(context, aLog(5).head().files)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const { size } = await mirror.sync()
    source.files = aLog(2).add(aBundle(77)).head().files
    assert.ok((await mirror.sync()).faults.includes('LOG_FORKED'))
    await checkStopped(mirror, size)
  })

  it('are found at the first sync when two sources show one each, and nothing of either is believed', async (context) => {
    const one = await aSource(context, aLog(3).head().files)
    const other = await aSource(context, aLog(1).add(aBundle(88)).head().files)
    const mirror = await aMirror(context, [one.url, other.url], LOG_ALONE)
    const split = await mirror.sync()
    assert.deepEqual([split.size, split.faults], [0, ['LOG_FORKED']])
    await checkStopped(mirror, 0)
  })

  it('are no matter of a source that makes one up', async (context) => {
    const [good, bad] = [await aSource(context, aLog(3).head().files), await aSource(context, forged().files)]
    const mirror = await aMirror(context, [bad.url, good.url], LOG_ALONE)
    const { size, faults } = await mirror.sync()
    assert.deepEqual([size > 0, faults], [true, []])
  })

  it('are not proven by two heads of one history, or of two logs', () => {
    const log = aLog(3).head()
    const older = log.files.get('checkpoint') ?? new Uint8Array(0)
    const newer = aLogOf(log, 1).head().files.get('checkpoint') ?? new Uint8Array(0)
    for (const evidence of [
      { older, newer: older },
      { older, newer },
      { older, newer, proof: { root: new Uint8Array(32), path: [] } },
    ])
      assert.throws(() => verifyForkEvidence(evidence, readerPolicy, nodePrimitives), { code: 'FORK_UNPROVEN' })
    assert.throws(() => parseForkEvidence(Buffer.from('holdfast/fork-evidence/v1\nolder !\n')), {
      code: 'EVIDENCE_UNREADABLE',
    })
  })
})

describe('a log that is followed', { concurrency: 4 }, () => {
  it('has its files copied byte for byte under the newest head, older heads too', async (context) => {
    const log = aLog(300).head()
    log.add(aBundle(900)).head()
    const source = await aSource(context, log.files)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    await mirror.sync()
    const directory = join(mirror.home, 'mirrors', 'archive', 'manifest')
    const newest = new Set(['checkpoint', 'checkpoints/302', 'checkpoints/304', 'index/303/receipt', 'tile/1/000.p/1'])
    for (const name of [...newest, 'tile/0/000', 'tile/entries/000', 'tile/0/001.p/48', 'tile/entries/001.p/48'])
      assert.deepEqual(readFileSync(join(directory, name)), Buffer.from(log.files.get(name) ?? []), name)
  })

  it('costs the bytes of what is new, and some tiles', async (context) => {
    const log = aLog(2_600).head()
    const source = await aSource(context, log.files)
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    await mirror.sync()
    const before = log.entries.length
    source.files = aLogOf(log, 100).head().files
    const bytes = log.entries.slice(before).reduce((sum, entry) => sum + entry.length + 2, 0)
    source.asked.length = 0
    source.sent = 0
    assert.equal((await mirror.sync()).size, log.size)
    assert.ok(source.sent > bytes)
    assert.ok(source.sent - bytes <= 40_000, `${source.sent} bytes for ${bytes} of statements`)
  })

  it('whose index is a lie is not shown, and is shown again under a right one', async (context) => {
    const log = aLog(3).head()
    const source = await aSource(context, log.copy())
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const { size } = await mirror.sync()
    source.files = aLogOf(log, 1)
      .head({ indexRoot: '0'.repeat(64) })
      .copy()
    const wrong = await mirror.sync()
    assert.deepEqual([wrong.size, wrong.faults], [size, ['INDEX_DAMAGED']])
    source.files = aLogOf(log, 1).head().files
    const right = await mirror.sync()
    assert.deepEqual([right.size, right.faults], [log.size, []])
  })

  it('is shown no further than this program understands it', async (context) => {
    const log = aLog(3).head()
    const source = await aSource(context, log.copy())
    const mirror = await aMirror(context, [source.url], LOG_ALONE)
    const { size } = await mirror.sync()
    const future = rawEntry({ type: 'future/1', at: '2031-01-01T00:00:00Z', critical: true })
    source.files = log.addCritical(future).head().files
    const halted = await mirror.sync()
    assert.deepEqual([halted.size, halted.faults], [size, ['UPDATE_NEEDED']])
  })

  it('is thought through again when its approvers void what a thief wrote', async (context) => {
    const log = aLog(3)
    const stolen = log.size
    log.add(aBundle(50), aWithdrawal(2)).head()
    const source = await aSource(context, log.copy())
    const mirror = await aMirror(context, [source.url])
    const wanted = (): Promise<Set<string>> =>
      mirror.look(({ tables }) => new Set(tables.wanted('newest').map(({ id }) => id)))
    await mirror.sync()
    assert.deepEqual(await wanted(), new Set([1, 3, 50].map(testId)))
    source.files = log.add(aRepudiation(stolen, stolen + 2), aCopy(1)).head().files
    assert.equal((await mirror.sync()).size, log.size)
    assert.deepEqual(await wanted(), new Set([1, 2, 3].map(testId)))
  })
})
