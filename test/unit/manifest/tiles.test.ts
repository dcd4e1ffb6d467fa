import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ManifestError } from '../../../src/manifest/errors.ts'
import {
  consistencyPath,
  inclusionPath,
  leafHash,
  rootFromHashes,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/manifest/merkle.ts'
import {
  decodeEntryBundle,
  encodeEntryBundle,
  entriesPath,
  entryBundlesBetween,
  hashAtFromTiles,
  type Tile,
  type TileSource,
  tilePath,
  tilesBetween,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
  tilesOf,
  tilesOfTree,
  verifyTilesAgainstRoot,
} from '../../../src/manifest/tiles.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { fixtureEntry } from './vectors.ts'

const { sha256 } = nodePrimitives
const leaves = Array.from({ length: 70_000 }, (_, n) => leafHash(sha256, fixtureEntry(n)))

const trees = new Map<number, Map<string, Uint8Array>>()
function filesOf(size: number): Map<string, Uint8Array> {
  const files = trees.get(size) ?? tilesOfTree(sha256, leaves.slice(0, size))
  trees.set(size, files)
  return files
}

const roots = new Map<number, Uint8Array>()
function rootOf(size: number): Uint8Array {
  const root = roots.get(size) ?? treeRoot(sha256, leaves.slice(0, size))
  roots.set(size, root)
  return root
}

/** What a server of a tree of `size` has. */
function aSource(size: number): TileSource {
  const files = filesOf(size)
  const widths = new Map([...tilesOf(size)].map(({ level, n, width }) => [`${level}/${n}`, width]))
  return (level, n) => files.get(tilePath(level, n, widths.get(`${level}/${n}`)))
}

/** A source that has only the tiles of a list. */
function only(tiles: readonly Tile[], get: TileSource): TileSource {
  const names = new Set(tiles.map(({ level, n }) => `${level}/${n}`))
  return (level, n) => (names.has(`${level}/${n}`) ? get(level, n) : undefined)
}

function throwsCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ManifestError && error.code === code
}

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 1500 }),
  fc.constantFrom(1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_792, 66_000, 70_000),
)

describe('tile paths', () => {
  it('write the number in groups of three digits', () => {
    assert.equal(tilePath(0, 0), 'tile/0/000')
    assert.equal(tilePath(0, 1_234_067), 'tile/0/x001/x234/067')
    assert.equal(tilePath(2, 999, 1), 'tile/2/999.p/1')
    assert.equal(tilePath(1, 1000, 255), 'tile/1/x001/000.p/255')
    assert.equal(entriesPath(273, 112), 'tile/entries/273.p/112')
    assert.equal(entriesPath(5), 'tile/entries/005')
  })

  it('are refused for what is no tile', () => {
    for (const width of [0, 257, 1.5, -1]) assert.throws(() => tilePath(0, 0, width), RangeError)
    for (const n of [-1, 0.5, 2 ** 53]) assert.throws(() => entriesPath(n), RangeError)
  })
})

describe('tiles of a tree', () => {
  it('of 70,000 are those that the C2SP document counts', () => {
    const tiles = [...tilesOf(70_000)]
    assert.equal(tiles.filter(({ level, width }) => level === 0 && width === 256).length, 273)
    assert.deepEqual(
      tiles.filter(({ level, width }) => level > 0 || width < 256),
      [
        { level: 0, n: 273, width: 112 },
        { level: 1, n: 0, width: 256 },
        { level: 1, n: 1, width: 17 },
        { level: 2, n: 0, width: 1 },
      ],
    )
  })

  it('of 256 are a full one and one hash above it, of 0 none', () => {
    assert.deepEqual(
      [...tilesOf(256)],
      [
        { level: 0, n: 0, width: 256 },
        { level: 1, n: 0, width: 1 },
      ],
    )
    assert.deepEqual([...tilesOf(0)], [])
    assert.deepEqual(tilesForRoot(0), [])
  })

  it('are the files that tilesOfTree makes', () => {
    for (const size of [0, 1, 255, 256, 257, 70_000]) {
      const files = tilesOfTree(sha256, leaves.slice(0, size))
      const named = [...tilesOf(size)]
      assert.deepEqual([...files.keys()].sort(), named.map(({ level, n, width }) => tilePath(level, n, width)).sort())
      for (const { level, n, width } of named) assert.equal(files.get(tilePath(level, n, width))?.length, 32 * width)
    }
  })

  it('between two sizes are exactly those whose path is new', () => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const [oldSize, size] = [Math.min(a, b), Math.max(a, b)]
        const path = ({ level, n, width }: Tile) => tilePath(level, n, width)
        const before = new Set([...tilesOf(oldSize)].map(path))
        assert.deepEqual(
          [...tilesBetween(oldSize, size)].map(path),
          [...tilesOf(size)].map(path).filter((name) => !before.has(name)),
        )
      }),
      { numRuns: 60 },
    )
    assert.deepEqual(
      [...entryBundlesBetween(250, 600)],
      [
        { n: 0, width: 256 },
        { n: 1, width: 256 },
        { n: 2, width: 88 },
      ],
    )
    assert.deepEqual([...entryBundlesBetween(256, 257)], [{ n: 1, width: 1 }])
    assert.deepEqual([...entryBundlesBetween(300, 300)], [])
  })
})

describe('proofs from tiles', () => {
  it('need no tile but those named, which verify against the root', () => {
    const claims = sizes.chain((size) =>
      fc.record({ size: fc.constant(size), index: fc.nat(size - 1), oldSize: fc.integer({ min: 0, max: size }) }),
    )
    fc.assert(
      fc.property(claims, ({ size, index, oldSize }) => {
        const get = aSource(size)
        const root = rootOf(size)
        assert.deepEqual(
          rootFromHashes(sha256, size, hashAtFromTiles(sha256, size, only(tilesForRoot(size), get))),
          root,
        )

        const forPath = tilesForInclusion(index, size)
        verifyTilesAgainstRoot(sha256, { size, root }, forPath, only(forPath, get))
        const path = inclusionPath(sha256, index, size, hashAtFromTiles(sha256, size, only(forPath, get)))
        assert.ok(verifyInclusion(sha256, { index, size, leaf: leaves[index] ?? root, path, root }))

        const forGrowth = tilesForConsistency(oldSize, size)
        verifyTilesAgainstRoot(sha256, { size, root }, forGrowth, only(forGrowth, get))
        const growth = consistencyPath(sha256, oldSize, size, hashAtFromTiles(sha256, size, only(forGrowth, get)))
        const oldRoot = rootOf(oldSize)
        assert.ok(verifyConsistency(sha256, { oldSize, oldRoot, size, root, path: growth }))
      }),
      { numRuns: 30 },
    )
  })

  it('ask for a handful of tiles, whatever the size', () => {
    assert.equal(tilesForInclusion(12_345, 70_000).length, 5)
    assert.ok(tilesForInclusion(2 ** 40, 2 ** 53 - 1).length <= 14)
  })

  it('take a fuller tile than the tree needs, and believe only the part that the root covers', () => {
    const get = aSource(70_000)
    const [size, root] = [300, rootOf(300)]
    const tiles = tilesForInclusion(299, size)
    verifyTilesAgainstRoot(sha256, { size, root }, tiles, get)
    const hashAt = hashAtFromTiles(sha256, size, get)
    assert.deepEqual(hashAt(0, 299), leaves[299])
    assert.throws(() => hashAt(0, 300), RangeError)
    assert.throws(() => hashAt(3, 37), RangeError)
    assert.throws(() => hashAt(9, 0), RangeError)
  })

  it('notice a single changed byte in any tile', () => {
    const size = 66_000
    const get = aSource(size)
    const root = rootOf(size)
    const tiles = tilesForInclusion(300, size)
    assert.deepEqual(
      tiles.map(({ level, n }) => `${level}/${n}`),
      ['0/1', '1/0', '0/257', '1/1', '2/0'],
    )
    for (const bad of tiles) {
      for (const at of [0, 32 * bad.width - 1]) {
        const lying: TileSource = (level, n) => {
          const bytes = get(level, n)
          return bytes && level === bad.level && n === bad.n
            ? Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte))
            : bytes
        }
        assert.throws(() => verifyTilesAgainstRoot(sha256, { size, root }, tiles, lying), throwsCode('TILE_MISMATCH'))
      }
    }
  })

  it('name what is missing, cut short, or no tile of that tree', () => {
    const size = 600
    const get = aSource(size)
    const root = rootOf(size)
    const head = { size, root }
    const tiles = tilesForInclusion(3, size)
    const without: TileSource = (level, n) => (level === 0 && n === 0 ? undefined : get(level, n))
    const short: TileSource = (level, n) => get(level, n)?.subarray(level === 0 && n === 0 ? 32 : 0)
    const odd: TileSource = (level, n) => get(level, n)?.subarray(1)
    const narrow: TileSource = (level, n) => get(level, n)?.subarray(n === 2 ? 32 : 0)
    assert.throws(() => verifyTilesAgainstRoot(sha256, head, tiles, without), throwsCode('TILE_MISSING'))
    assert.throws(() => verifyTilesAgainstRoot(sha256, head, tiles, () => undefined), throwsCode('TILE_MISSING'))
    assert.throws(() => verifyTilesAgainstRoot(sha256, head, tiles, short), throwsCode('TILE_MALFORMED'))
    assert.throws(() => verifyTilesAgainstRoot(sha256, head, tiles, odd), throwsCode('TILE_MALFORMED'))
    assert.throws(() => verifyTilesAgainstRoot(sha256, head, tiles, narrow), throwsCode('TILE_MALFORMED'))
    assert.throws(() => verifyTilesAgainstRoot(sha256, head, [{ level: 0, n: 3 }], get), throwsCode('TILE_MISMATCH'))
    const elsewhere = hashAtFromTiles(sha256, size, without)
    assert.throws(() => elsewhere(0, 0), throwsCode('TILE_MISSING'))
  })

  it('hash each tile once to verify all of a tree', () => {
    let hashes = 0
    const counting = (data: Uint8Array) => {
      hashes += 1
      return sha256(data)
    }
    const get = aSource(30_000)
    const root = rootOf(30_000)
    verifyTilesAgainstRoot(counting, { size: 30_000, root }, tilesOf(30_000), get)
    assert.ok(hashes <= 30_000, `${hashes} hashes`)
  })
})

describe('entry bundles', () => {
  it('give back the entries that went in', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 })
    fc.assert(
      fc.property(entries, (list) => assert.deepEqual(decodeEntryBundle(encodeEntryBundle(list), list.length), list)),
    )
  })

  it('put a big-endian length before each entry', () => {
    assert.deepEqual(
      encodeEntryBundle([Uint8Array.of(7), new Uint8Array(0), new Uint8Array(258)]).subarray(0, 7),
      Uint8Array.of(0, 1, 7, 0, 0, 1, 2),
    )
  })

  it('hold entries of up to 65,535 bytes and up to 256 of them', () => {
    assert.equal(encodeEntryBundle([new Uint8Array(65_535)]).length, 65_537)
    assert.throws(() => encodeEntryBundle([new Uint8Array(65_536)]), RangeError)
    assert.throws(() => encodeEntryBundle([]), RangeError)
    assert.throws(() => encodeEntryBundle(Array.from({ length: 257 }, () => new Uint8Array(1))), RangeError)
  })

  it('are refused when they end too early, too late, or hold another number of entries', () => {
    const bundle = encodeEntryBundle([Uint8Array.of(1, 2), Uint8Array.of(3)])
    for (let end = 0; end < bundle.length; end += 1) {
      assert.throws(() => decodeEntryBundle(bundle.subarray(0, end), 2), throwsCode('TILE_MALFORMED'))
    }
    assert.throws(() => decodeEntryBundle(Uint8Array.of(...bundle, 0), 2), throwsCode('TILE_MALFORMED'))
    for (const expected of [0, 1, 3])
      assert.throws(() => decodeEntryBundle(bundle, expected), throwsCode('TILE_MALFORMED'))
  })

  it('are read from wherever they lie in a larger buffer', () => {
    const larger = Uint8Array.of(9, 9, ...encodeEntryBundle([Uint8Array.of(5, 6)]), 9)
    assert.deepEqual(decodeEntryBundle(larger.subarray(2, -1), 1), [Uint8Array.of(5, 6)])
  })
})
