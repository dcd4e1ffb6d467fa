import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bundleView } from '../../../src/manifest/bundle-view.ts'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { foldLog } from '../../../src/manifest/fold.ts'
import { buildIndex, type IndexHead } from '../../../src/manifest/index-build.ts'
import { type IndexKind, rowKey } from '../../../src/manifest/index-key.ts'
import { lookup, lookupInShard } from '../../../src/manifest/index-lookup.ts'
import { chooseBits } from '../../../src/manifest/index-plan.ts'
import {
  MAX_SHARD_BYTES,
  parseShard,
  type Shard,
  shardEvidence,
  shardOfKey,
  shardPath,
} from '../../../src/manifest/index-shard.ts'
import { leafHash, treeRoot } from '../../../src/manifest/merkle.ts'
import type { FoldState } from '../../../src/manifest/state.ts'
import type { Statement } from '../../../src/manifest/statement.ts'
import { fullTileHash, joinHashes } from '../../../src/manifest/tile-layout.ts'
import * as made from '../../fakes/manifest-log.ts'
import { hex, readManifestCases, utf8 } from './manifest-vectors.ts'
import { STATES } from './states.ts'

const { ALMA, BEK, CONTEXT, entriesOf, sha256, testId, testRoot } = made

/** A log with a state that follows it and the files of its indexes, as a directory would keep them. */
interface Indexed {
  readonly entries: Uint8Array[]
  readonly state: FoldState
  readonly files: Map<string, Uint8Array>
  /** Appends, folds, and makes the index over everything. Returns its head and what was written for it. */
  grow(...statements: readonly (Statement | Uint8Array)[]): {
    readonly head: IndexHead
    readonly made: readonly string[]
  }
}

function indexedLog(open: () => FoldState = STATES['memory'] ?? assert.fail()): Indexed {
  const [entries, state, files] = [[] as Uint8Array[], open(), new Map<string, Uint8Array>()]
  const entryBytes = (index: number): Uint8Array => entries[index] ?? assert.fail(`entry ${index} was never written`)
  const readShard = (path: string): Uint8Array | undefined => files.get(path)
  const log = { state, entryBytes, leafHashAt: (index: number) => leafHash(sha256, entryBytes(index)), readShard }
  return {
    ...{ entries, state, files },
    grow(...statements) {
      entries.push(...entriesOf(...statements))
      foldLog(state, { size: entries.length, entryBytes }, CONTEXT)
      const written: string[] = []
      const building = buildIndex(log, entries.length, sha256)
      let step = building.next()
      for (; step.done !== true; step = building.next()) {
        files.set(step.value.path, step.value.bytes)
        if (step.value.path.startsWith('index/shard/')) written.push(step.value.path)
      }
      return { head: step.value, made: written }
    },
  }
}

/** What a reader does with a manifest directory: from the shard tree to the shard of a key, checking each hash. */
function shardOf({ files }: Indexed, { size, bits, root }: IndexHead, key: Uint8Array): Shard {
  const number = shardOfKey(key, bits)
  const tiles = new Map([...files].map(([path, bytes]) => [path.replace(`index/${size}/`, ''), bytes]))
  const leaves: Uint8Array[] = []
  for (let n = 0; n * 256 < 2 ** bits; n++) {
    const width = Math.min(256, 2 ** bits - n * 256)
    const name = `tile/0/${String(n).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`
    const tile = tiles.get(name) ?? assert.fail(`${name} is missing`)
    for (let i = 0; i < width; i++) leaves.push(tile.subarray(i * 32, i * 32 + 32))
  }
  assert.equal(hex(treeRoot(sha256, leaves)), root)
  const leaf = leaves[number] ?? assert.fail()
  const bytes = files.get(shardPath(bits, number, leaf)) ?? assert.fail(`shard ${number} is missing`)
  assert.equal(hex(leafHash(sha256, bytes)), hex(leaf))
  return parseShard(bytes, { bits, number })
}

function find(log: Indexed, head: IndexHead, kind: IndexKind, value: string): ReturnType<typeof lookup> {
  return lookupInShard(shardOf(log, head, rowKey(sha256, kind, value)), kind, value, CONTEXT)
}

const bundles = (from: number, to: number): Statement[] =>
  Array.from({ length: to - from }, (_, i) => made.aBundle(from + i))
const originalOf = (n: number): string => made.aBundle(n).originals[0]?.key ?? assert.fail()

for (const [stateName, open] of Object.entries(STATES)) {
  describe(`the index over a state in ${stateName}`, () => {
    it('answers from one shard what the whole state answers, for every kind of value', () => {
      const log = indexedLog(open)
      const { head } = log.grow(
        ...[made.aGenesis(), ...bundles(1, 400)],
        ...[
          made.anOriginal(1),
          made.aCopy(1),
          made.aWithdrawal(2),
          made.aPolicy({ after: { size: 1, root: made.digest('h') } }),
        ],
        ...[
          made.aBundle(3, { root: testRoot('3 b'), replaces: 3 }),
          made.aRestore(2, [ALMA, BEK]),
          made.aWithdrawal(4),
        ],
      )
      assert.ok(head.bits >= 4, `${head.bits} bits`)
      const values: [IndexKind, string][] = [
        ...Array.from({ length: 40 }, (_, n): [IndexKind, string] => ['original', originalOf(n + 1)]),
        ...Array.from({ length: 40 }, (_, n): [IndexKind, string] => ['root', testRoot(n + 1)]),
        ...Array.from({ length: 40 }, (_, n): [IndexKind, string] => ['file', made.testFile(n + 1)]),
        ...Array.from({ length: 40 }, (_, n): [IndexKind, string] => ['id', testId(n + 1)]),
        ...([
          ['original', 'facebook:video:1'],
          ['copy', made.aCopy(1).key],
          ['root', testRoot('3 b')],
        ] as const satisfies [IndexKind, string][]),
      ]
      for (const [kind, value] of values) {
        const expected = lookup(log.state, { kind, value }, CONTEXT)
        assert.equal(expected.length, 1, `${kind} ${value}`)
        assert.deepEqual(find(log, head, kind, value), expected)
      }
    })

    it('proves that a value is not in the log, whatever kind it is mistaken for', () => {
      const log = indexedLog(open)
      const { head } = log.grow(made.aGenesis(), ...bundles(1, 100))
      for (const [kind, value] of [
        ['original', originalOf(100)],
        ['id', testId(100)],
        ['file', testRoot(1)],
        ['copy', originalOf(1)],
      ] as const) {
        assert.deepEqual(find(log, head, kind, value), [])
      }
    })

    it('is the same when it grows step by step as when it is made at once', () => {
      const log = indexedLog(open)
      log.grow(made.aGenesis())
      let from = 1
      for (const to of [2, 40, 200, 255, 256, 257, 300, 511, 520, 700]) {
        const head = log.grow(...bundles(from, to), made.anOriginal(from, { state: 'live' })).head
        const atOnce = indexedLog(open)
        assert.deepEqual(atOnce.grow(...log.entries).head, head)
        for (const [path, bytes] of atOnce.files) assert.deepEqual(log.files.get(path), bytes, path)
        from = to
      }
    })

    it('is the same when a few statements fill a tile or change who governs', () => {
      const log = indexedLog(open)
      log.grow(made.aGenesis(), ...bundles(1, 766))
      const policy = made.aPolicy({ after: { size: 1, root: made.digest('h') } })
      for (const few of [bundles(766, 769), [policy], bundles(769, 770)]) {
        const { head } = log.grow(...few)
        assert.ok(2 ** head.bits >= 32)
        const atOnce = indexedLog(open)
        assert.deepEqual(atOnce.grow(...log.entries).head, head)
        for (const [path, bytes] of atOnce.files) assert.deepEqual(log.files.get(path), bytes, path)
      }
    })

    it('is the same whatever happens to bundles of any age, and whether or not older shards can be read', () => {
      const word = fc.constantFrom('bundle', 'original', 'copy', 'withdrawal')
      const steps = fc.array(fc.array(fc.tuple(word, fc.nat()), { maxLength: 90 }), { minLength: 2, maxLength: 6 })
      fc.assert(
        fc.property(steps, fc.boolean(), (heads, isForgetful) => {
          const log = indexedLog(open)
          let known = 300
          log.grow(made.aGenesis(), ...bundles(1, known))
          for (const [n, acts] of heads.entries()) {
            if (isForgetful && n % 2 === 1)
              for (const path of [...log.files.keys()].filter((_, i) => i % 3 === 0)) log.files.delete(path)
            const { head } = log.grow(
              ...acts.map(([act, choice]): Statement => {
                const old = 1 + (choice % (known - 1))
                if (act === 'original') return made.anOriginal(old, { key: `web:page:${choice}` })
                if (act === 'copy') return made.aCopy(old)
                if (act === 'withdrawal') return made.aWithdrawal(old)
                known += 1
                return made.aBundle(known - 1)
              }),
            )
            const atOnce = indexedLog(open)
            assert.deepEqual(atOnce.grow(...log.entries).head, head)
          }
        }),
        { numRuns: 12 },
      )
    })

    it('makes only the shards of what is new', () => {
      const log = indexedLog(open)
      log.grow(made.aGenesis(), ...bundles(1, 600))
      const { head, made: written } = log.grow(made.aBundle(600))
      assert.ok(2 ** head.bits >= 16)
      assert.ok(written.length <= 4, `${written.length} shards for a bundle with four keys`)
      assert.equal(log.grow().made.length, 0)
    })

    it('is made anew after a repudiation, and knows what was repudiated no more', () => {
      const log = indexedLog(open)
      log.grow(made.aGenesis(), ...bundles(1, 50))
      const { head } = log.grow(made.aRepudiation(10, 20))
      assert.deepEqual(find(log, head, 'original', originalOf(10)), [])
      assert.equal(find(log, head, 'original', originalOf(20)).length, 1)
    })

    it('is complete when the run before it was broken off in the middle', () => {
      const log = indexedLog(open)
      log.grow(made.aGenesis(), ...bundles(1, 30))
      const entries = [...log.entries, ...entriesOf(...bundles(30, 300))]
      const entryBytes = (index: number): Uint8Array => entries[index] ?? assert.fail()
      foldLog(log.state, { size: entries.length, entryBytes }, CONTEXT)
      const building = buildIndex(
        { state: log.state, entryBytes, leafHashAt: (i) => leafHash(sha256, entryBytes(i)) },
        entries.length,
        sha256,
      )
      building.next()
      log.entries.push(...entries.slice(log.entries.length))
      assert.deepEqual(log.grow().head, indexedLog(open).grow(...entries).head)
    })
  })
}

describe('a lookup in a shard', () => {
  it('returns every bundle of one URL in the order of the log', () => {
    const log = indexedLog()
    const shared = made.aBundle(9).originals
    const { head } = log.grow(made.aGenesis(), ...[5, 3, 4].map((n) => made.aBundle(n, { originals: shared })))
    assert.deepEqual(
      find(log, head, 'original', shared[0]?.key ?? '').map(({ id }) => id),
      [5, 3, 4].map(testId),
    )
  })

  it('finds an older version by its URL, root and file after the bundle got a new one', () => {
    const log = indexedLog()
    const { head } = log.grow(made.aGenesis(), made.aBundle(1), { ...made.aBundle(2), id: testId(1), replaces: 1 })
    for (const [kind, value] of [
      ['original', originalOf(1)],
      ['root', testRoot(1)],
      ['file', made.testFile(1)],
    ] as const) {
      const [view] = find(log, head, kind, value)
      assert.deepEqual(
        view?.versions.map(({ state }) => state),
        ['superseded', 'published'],
      )
    }
  })

  it('says that the program is too old where a critical statement governs that it does not know', () => {
    const unknown = new TextDecoder().decode(
      made.rawEntry({ type: 'future/1', at: '2026-03-01T12:00:00Z', critical: true }),
    )
    const log = indexedLog()
    log.grow(made.aGenesis(), made.aBundle(1))
    const [text] = [...log.files]
      .filter(([path]) => path.startsWith('index/shard/'))
      .map(([, bytes]) => new TextDecoder().decode(bytes))
    const shard = parseShard(utf8(`${text}2 - ${unknown}\n`), { bits: 0, number: 0 })
    assert.throws(() => lookupInShard(shard, 'id', testId(1), CONTEXT), {
      name: 'ManifestError',
      code: 'UPDATE_NEEDED',
    })
  })

  it('believes no genesis of another origin or key', () => {
    const log = indexedLog()
    const { head } = log.grow(made.aGenesis(), made.aBundle(1))
    const shard = shardOf(log, head, rowKey(sha256, 'id', testId(1)))
    const contexts = [
      { ...CONTEXT, origin: 'other.example/x' },
      { ...CONTEXT, logKeys: [made.testSigner('x').key.text] },
    ]
    for (const context of contexts) {
      assert.throws(() => lookupInShard(shard, 'id', testId(1), context), { code: 'GENESIS_MISMATCH' })
    }
  })
})

describe('shardEvidence', () => {
  it('leads from every entry to the hashes in the tiles of the log, and from no other bytes', () => {
    const log = indexedLog()
    const { head } = log.grow(made.aGenesis(), ...bundles(1, 700))
    const leaves = log.entries.map((entry) => leafHash(sha256, entry))
    const tile = (n: number): Uint8Array => joinHashes(leaves.slice(n * 256, n * 256 + 256))
    const shard = shardOf(log, head, rowKey(sha256, 'id', testId(600)))
    const evidence = shardEvidence(shard, sha256)
    assert.deepEqual([...new Set(evidence.map(({ level }) => level))].sort(), [0, 1])
    for (const { index, level, n, hash } of evidence) {
      assert.equal(n, index >> 8)
      assert.equal(level, index < 512 ? 1 : 0)
      assert.equal(hex(hash), hex(level === 1 ? fullTileHash(sha256, tile(n)) : (leaves[index] ?? assert.fail())))
    }
    const changed = new Map(
      [...shard.entries].map(([index, entry]) => [index, { ...entry, bytes: made.rawEntry(made.aBundle(9)) }]),
    )
    const forged = shardEvidence({ ...shard, entries: changed }, sha256)
    forged.forEach(({ index, hash }, i) => {
      if (index !== 9) assert.notEqual(hex(hash), hex(evidence[i]?.hash ?? assert.fail()))
    })
  })
})

describe('parseShard', () => {
  interface ShardCase {
    readonly name: string
    readonly rule: string
    readonly bits: number
    readonly number: number
    readonly text: string
    readonly code: string | null
    readonly original?: string
    readonly found?: readonly { readonly id: string; readonly state: string }[]
  }
  for (const { name, bits, number, text, code, original, found } of readManifestCases<ShardCase>('shards')) {
    it(`${code === null ? 'reads' : 'refuses'} ${name}`, () => {
      const parse = (): Shard => parseShard(utf8(text), { bits, number })
      if (code !== null) return assert.throws(parse, { name: 'ManifestError', code })
      const views = lookupInShard(parse(), 'original', original ?? '', CONTEXT)
      assert.deepEqual(
        views.map(({ id, state }) => ({ id, state })),
        found,
      )
    })
  }

  it('refuses more than 4 MiB and what is no UTF-8', () => {
    for (const bytes of [new Uint8Array(MAX_SHARD_BYTES + 1), Uint8Array.of(0xff, 0x0a)]) {
      assert.throws(() => parseShard(bytes, { bits: 0, number: 0 }), { code: 'INDEX_MALFORMED' })
    }
  })

  it('refuses a changed byte, or gives what no hash will fit, but never fails in another way', () => {
    const log = indexedLog()
    log.grow(made.aGenesis(), ...bundles(1, 300))
    const [path, bytes] = [...log.files].find(([name]) => name.startsWith('index/shard/0')) ?? assert.fail()
    const bits = Math.log2([...log.files.keys()].filter((name) => name.startsWith('index/shard/')).length)
    assert.match(path, /^index\/shard\/0/)
    const property = fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const changed = bytes.slice()
      changed[at] = value
      try {
        parseShard(changed, { bits, number: 0 })
      } catch (error) {
        assert.ok(error instanceof ManifestError && error.code === 'INDEX_MALFORMED')
      }
    })
    fc.assert(property, { numRuns: 300 })
  })
})

describe('chooseBits', () => {
  const counts = (each: (prefix: number) => number): Uint32Array =>
    Uint32Array.from({ length: 65_536 }, (_, prefix) => each(prefix))

  it('takes the largest power of two with 32 keys in each shard', () => {
    assert.equal(chooseBits(counts(() => 0)), 0)
    assert.equal(chooseBits(counts(() => 32)), 16)
    assert.equal(chooseBits(counts(() => 31)), 15)
    assert.equal(chooseBits(counts((prefix) => (prefix === 7 ? 0 : 1_000_000))), 15)
    assert.equal(chooseBits(counts((prefix) => (prefix < 32_768 ? 100 : 0))), 0)
    assert.equal(chooseBits(counts((prefix) => (prefix === 0 ? 31 : prefix === 65_535 ? 32 : 0))), 0)
    assert.equal(chooseBits(counts((prefix) => (prefix === 0 || prefix === 65_535 ? 32 : 0))), 1)
  })
})

describe('buildIndex', () => {
  it('writes no shard that no reader would take', () => {
    const log = indexedLog()
    const originals = Array.from({ length: 28 }, (_, i) => ({ key: `web:page:${i}${'x'.repeat(450)}` }))
    // One URL with 300 bundles of 15 kB each.
    const all = bundles(1, 300).map((bundle) => ({ ...bundle, originals }))
    assert.throws(() => log.grow(made.aGenesis(), ...(all as Statement[])), {
      name: 'ManifestError',
      code: 'INDEX_SHARD_TOO_LARGE',
    })
    assert.equal(bundleView(log.state, testId(1))?.state, 'published')
  })
})
