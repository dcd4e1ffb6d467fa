import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bundleView } from '../../../src/manifest/bundle-view.ts'
import { applyEntry, foldLog, prepareRefold, readStatus } from '../../../src/manifest/fold.ts'
import { RANGES, readGovernance } from '../../../src/manifest/governance.ts'
import { buildIndex } from '../../../src/manifest/index-build.ts'
import { memoryState } from '../../../src/manifest/memory-state.ts'
import { leafHash, treeRoot } from '../../../src/manifest/merkle.ts'
import type { FoldState } from '../../../src/manifest/state.ts'
import { parseStatement, type Statement } from '../../../src/manifest/statement.ts'
import * as made from '../../fakes/manifest-log.ts'
import { hex, readManifestCases, utf8 } from './manifest-vectors.ts'
import { dump, STATES } from './states.ts'

const { ALMA, BEK, CONTEXT, entriesOf, sha256, testId, testRoot } = made

interface LogCase {
  readonly name: string
  readonly rule: string
  readonly origin: string
  readonly logKeys: readonly string[]
  readonly entries: readonly string[]
  readonly events: readonly string[]
  readonly refolds: number
  readonly treeRoot: string
  readonly index: { readonly bits: number; readonly root: string }
  readonly views: Readonly<Record<string, object | null>>
}

const at =
  (entries: readonly Uint8Array[]) =>
  (index: number): Uint8Array => {
    const bytes = entries[index]
    assert.ok(bytes !== undefined, `entry ${index} was never written`)
    return bytes
  }

function folded(state: FoldState, entries: readonly Uint8Array[]): FoldState {
  foldLog(state, { size: entries.length, entryBytes: at(entries) }, CONTEXT)
  return state
}

for (const [stateName, open] of Object.entries(STATES)) {
  describe(`the fold over a state in ${stateName}`, () => {
    for (const given of readManifestCases<LogCase>('logs')) {
      it(`makes the frozen state of ${given.name} (${given.rule})`, () => {
        const entries = given.entries.map(utf8)
        const state = open()
        let events: string[] = []
        let refolds = 0
        const onRefold = (): void => {
          events = []
          refolds += 1
        }
        const context = { ...CONTEXT, origin: given.origin, logKeys: given.logKeys }
        const onEvent = (event: { type: string; code?: string }): void => void events.push(event.code ?? event.type)
        foldLog(state, { size: entries.length, entryBytes: at(entries) }, context, { onEvent, onRefold })
        assert.deepEqual({ events, refolds }, { events: given.events, refolds: given.refolds })
        for (const [id, view] of Object.entries(given.views)) assert.deepEqual(bundleView(state, id) ?? null, view)
        const leaves = entries.map((entry) => leafHash(sha256, entry))
        assert.equal(hex(treeRoot(sha256, leaves)), given.treeRoot)
        const log = { state, entryBytes: at(entries), leafHashAt: at(leaves) }
        const building = buildIndex(log, entries.length, sha256)
        let step = building.next()
        while (step.done !== true) step = building.next()
        assert.deepEqual({ bits: step.value.bits, root: step.value.root }, given.index)
      })
    }

    it('counts problems and remembers where it halted', () => {
      const unknown = made.rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z', critical: true })
      const state = folded(open(), entriesOf(made.aGenesis(), utf8('?'), made.anOriginal(1), unknown, made.aBundle(1)))
      const { next, problems, halted } = readStatus(state)
      assert.deepEqual([next, problems, halted?.index, halted?.code], [5, 2, 3, 'UPDATE_NEEDED'])
      assert.equal(bundleView(state, testId(1)), undefined)
    })

    it('refuses an entry that was left out or comes again', () => {
      const state = folded(open(), entriesOf(made.aGenesis()))
      const [bytes = new Uint8Array(0)] = entriesOf(made.aBundle(1))
      for (const index of [0, 2]) {
        assert.throws(() => applyEntry(state, { index, bytes }, CONTEXT), {
          name: 'ManifestError',
          code: 'ENTRY_OUT_OF_ORDER',
        })
      }
      assert.equal(applyEntry(state, { index: 1, bytes }, CONTEXT).event.type, 'published')
    })
  })
}

/** Statements about three bundles, and the acts of people and thieves, in any order. */
const anyStatement: fc.Arbitrary<(index: number) => Statement | Uint8Array> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.option(fc.nat(30), { nil: undefined }))
    .map(
      ([n, root, replaces]) =>
        () =>
          made.aBundle(n, { root: testRoot(`${n} ${root}`), ...(replaces === undefined ? {} : { replaces }) }),
    ),
  fc.integer({ min: 1, max: 3 }).map((n) => () => made.aBundle(n, { root: testRoot(`${n} 0`) })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(3)).map(
    ([n, root]) =>
      () =>
        made.anOriginal(n, { root: testRoot(`${n} ${root}`), state: 'removed' }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([n, isApproved]) => () => {
    const withdrawal = made.aWithdrawal(n)
    return isApproved ? made.approvedBy([ALMA, BEK], withdrawal) : withdrawal
  }),
  fc.integer({ min: 1, max: 3 }).map((n) => () => made.aRestore(n, [ALMA, BEK])),
  fc.tuple(fc.nat(20), fc.nat(10), fc.boolean()).map(([back, width, isApproved]) => (index: number) => {
    const from = Math.max(1, index - 1 - back)
    return made.aRepudiation(
      from,
      Math.max(from + 1, Math.min(index, from + 1 + width)),
      isApproved ? [ALMA, BEK] : [ALMA],
    )
  }),
  fc.constant(() => made.rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z', critical: true })),
  fc.constant((index: number) => made.aPolicy({ after: { size: Math.min(1, index), root: made.digest('head') } })),
  fc.constant(() => utf8('{}')),
)
const anyLog = fc
  .array(anyStatement, { minLength: 1, maxLength: 24 })
  .map((makers) => entriesOf(made.aGenesis(), ...makers.map((make, i) => make(i + 1))))

/** The definition of manifest-v1 §4.9, word for word: governance alone, then content with all ranges known from the start. */
function foldInTwoPasses(entries: readonly Uint8Array[]): FoldState {
  const governing = ['genesis/1', 'policy/1', 'repudiation/1', 'successor/1']
  const ignored = made.rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z' })
  const first = memoryState()
  entries.forEach((bytes, index) => {
    const parsed = parseStatement(bytes)
    const isGoverning = parsed.kind === 'known' && governing.includes(parsed.statement.type)
    applyEntry(first, { index, bytes: isGoverning ? bytes : ignored }, CONTEXT)
  })
  const second = memoryState()
  const ranges = first.fact(RANGES)
  if (ranges !== undefined) second.setFact(RANGES, ranges)
  entries.forEach((bytes, index) => {
    assert.equal(
      applyEntry(second, { index, bytes }, CONTEXT).refold,
      false,
      'the second pass met a range that the first did not',
    )
  })
  return second
}

describe('folding entry by entry', () => {
  it('gives what the two passes of the specification give, at every size of every log', () => {
    const property = fc.property(anyLog, (entries) => {
      const state = memoryState()
      for (let size = 1; size <= entries.length; size++) {
        foldLog(state, { size, entryBytes: at(entries) }, CONTEXT)
        assert.deepEqual(dump(state), dump(foldInTwoPasses(entries.slice(0, size))))
      }
    })
    fc.assert(property, { numRuns: process.env['SLOW'] === '1' ? 500 : 25 })
  })

  it('gives the same in SQLite as in memory', () => {
    const property = fc.property(anyLog, (entries) => {
      const [memory, sqlite] = Object.values(STATES).map((open) => dump(folded(open(), entries)))
      assert.deepEqual(sqlite, memory)
    })
    fc.assert(property, { numRuns: 25 })
  })

  it('is not changed by a reader that starts again in the middle of a refold', () => {
    const entries = entriesOf(
      made.aGenesis(),
      made.aBundle(1),
      made.aBundle(2),
      made.aRepudiation(2, 3),
      made.aBundle(3),
    )
    const state = memoryState()
    for (let index = 0; index < 4; index++) applyEntry(state, { index, bytes: at(entries)(index) }, CONTEXT)
    prepareRefold(state)
    applyEntry(state, { index: 0, bytes: at(entries)(0) }, CONTEXT)
    prepareRefold(state)
    assert.deepEqual(dump(folded(state, entries)), dump(folded(memoryState(), entries)))
  })
})

describe('a thief with the log key', () => {
  const stolen = (...statements: (Statement | Uint8Array)[]): FoldState =>
    folded(memoryState(), entriesOf(made.aGenesis(), made.aBundle(1), ...statements))

  it('cannot change approvers, void the past, end the log or restore what was withdrawn', () => {
    const thief = made.testSigner('thief')
    const state = stolen(
      made.aPolicy({ approvers: { threshold: 1, keys: [thief.key.text] } }, [thief]),
      made.aRepudiation(1, 2, [thief]),
      made.aSuccessor([thief]),
      made.aWithdrawal(1),
      made.aRestore(1, [thief]),
    )
    assert.deepEqual([readStatus(state).problems, bundleView(state, testId(1))?.state], [4, 'withdrawn'])
    assert.equal(readGovernance(state)?.chain.seq, 0)
  })

  it('cannot bring a withdrawn bundle back as a new version, nor take its root under another id', () => {
    const state = stolen(
      made.aWithdrawal(1),
      made.aBundle(1, { root: testRoot('x'), replaces: 1 }),
      made.aBundle(2, { root: testRoot(1) }),
    )
    assert.deepEqual([bundleView(state, testId(1))?.state, bundleView(state, testId(2))], ['withdrawn', undefined])
  })

  it('cannot stop people from withdrawing by filling a bundle up', () => {
    const flood = Array.from({ length: 300 }, (_, i) => made.anOriginal(1, { key: `facebook:video:${i}` }))
    const state = stolen(
      ...flood,
      ...Array.from({ length: 80 }, (_, i) => made.aWithdrawal(1, { reason: 'legal', jurisdiction: `AA-${i}` })),
      made.aWithdrawal(1),
    )
    assert.equal(bundleView(state, testId(1))?.state, 'withdrawn')
    assert.equal(bundleView(state, testId(1))?.originals.length, 256)
    assert.ok((state.bundle(testId(1))?.length ?? 0) < 64 * 1024)
  })
})

describe('bundleView', () => {
  const state = folded(
    memoryState(),
    entriesOf(
      made.aGenesis(),
      made.aBundle(1),
      made.aCopy(1),
      made.aWithdrawal(1, { reason: 'legal', jurisdiction: 'KZ' }),
    ),
  )

  it('obeys a legal withdrawal in its jurisdiction, and shows it everywhere', () => {
    const here = bundleView(state, testId(1), { jurisdictions: ['KZ'] })
    const elsewhere = bundleView(state, testId(1), { jurisdictions: ['DE'] })
    assert.deepEqual(
      [here?.state, here?.files, here?.copies, here?.versions[0]?.state],
      ['withdrawn', [], [], 'withdrawn'],
    )
    assert.deepEqual([elsewhere?.state, elsewhere?.files.length, elsewhere?.copies.length], ['published', 1, 1])
    assert.deepEqual(
      elsewhere?.withdrawals.map(({ jurisdiction, approved }) => ({ jurisdiction, approved })),
      [{ jurisdiction: 'KZ', approved: false }],
    )
  })

  it('knows nothing of an id that is not in the log', () => {
    assert.equal(bundleView(state, testId(2)), undefined)
  })
})
