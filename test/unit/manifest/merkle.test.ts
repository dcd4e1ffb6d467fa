import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeBase64, encodeBase64 } from '../../../src/manifest/base64.ts'
import {
  consistencyPath,
  type HashAt,
  inclusionPath,
  leafHash,
  nodeHash,
  openFrontier,
  rootFromHashes,
  rootOfInclusion,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/manifest/merkle.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { fixtureEntry, tlogFixture } from './vectors.ts'

const { sha256 } = nodePrimitives
const leaves = Array.from({ length: 1025 }, (_, n) => leafHash(sha256, fixtureEntry(n)))
const slow = process.env['SLOW'] === '1'

/** RFC 6962 2.1 word for word, as a second opinion. */
function slowRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes
  if (only === undefined) return sha256(new Uint8Array(0))
  if (hashes.length === 1) return only
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return nodeHash(sha256, slowRoot(hashes.slice(0, split)), slowRoot(hashes.slice(split)))
}

const memo = new Map<string, Uint8Array>()
const hashAt: HashAt = (level, index) => {
  const hash = memo.get(`${level}/${index}`) ?? slowRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))
  memo.set(`${level}/${index}`, hash)
  return hash
}

function leafAt(index: number): Uint8Array {
  return hashAt(0, index)
}

function bytes(base64: string): Uint8Array {
  const decoded = decodeBase64(base64)
  assert.ok(decoded)
  return decoded
}

/** Copies of a list of hashes, each with one bit turned. */
function* bitFlips(hashes: readonly Uint8Array[], bit: number): Iterable<Uint8Array[]> {
  for (const [i, hash] of hashes.entries()) {
    const changed = Uint8Array.from(hash, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    yield hashes.map((other, j) => (i === j ? changed : other))
  }
}

describe('hashes of a tree', () => {
  it('depend on nothing that was hashed before, however long it was', () => {
    const prefixed = (entry: Uint8Array): Uint8Array => sha256(Uint8Array.of(0, ...entry))
    for (const length of [16_385, 16_384, 3, 0, 20_000, 1]) {
      const entry = new Uint8Array(length).fill(length)
      assert.deepEqual(leafHash(sha256, entry), prefixed(entry))
    }
  })

  it('are made of hashes alone', () => {
    const hash = sha256(new Uint8Array(1))
    assert.deepEqual(nodeHash(sha256, hash, hash), sha256(Uint8Array.of(1, ...hash, ...hash)))
    assert.throws(() => nodeHash(sha256, hash.subarray(1), hash), RangeError)
    assert.throws(() => nodeHash(sha256, hash, Uint8Array.of(...hash, 0)), RangeError)
  })
})

describe('Merkle tree', () => {
  it('has the roots of the fixture, from leaves and from complete subtrees', () => {
    for (const [size, root] of Object.entries(tlogFixture.roots)) {
      assert.equal(encodeBase64(treeRoot(sha256, leaves.slice(0, Number(size)))), root)
      assert.equal(encodeBase64(rootFromHashes(sha256, Number(size), hashAt)), root)
    }
  })

  it('makes the inclusion and consistency proofs of the fixture, and believes them', () => {
    for (const { index, size, proof } of tlogFixture.inclusion) {
      assert.deepEqual(inclusionPath(sha256, index, size, hashAt).map(encodeBase64), proof)
      const root = rootFromHashes(sha256, size, hashAt)
      assert.ok(verifyInclusion(sha256, { index, size, leaf: leafAt(index), path: proof.map(bytes), root }))
    }
    for (const { from, to, proof } of tlogFixture.consistency) {
      assert.deepEqual(consistencyPath(sha256, from, to, hashAt).map(encodeBase64), proof)
    }
  })

  it('believes no proof of the fixture in which any one byte is changed', () => {
    for (let bit = 0; bit < 256; bit += 8) {
      for (const { index, size, proof } of tlogFixture.inclusion) {
        const root = rootFromHashes(sha256, size, hashAt)
        for (const path of bitFlips(proof.map(bytes), bit))
          assert.ok(!verifyInclusion(sha256, { index, size, leaf: leafAt(index), path, root }))
      }
      for (const { from: oldSize, to: size, proof } of tlogFixture.consistency) {
        const [oldRoot, root] = [rootFromHashes(sha256, oldSize, hashAt), rootFromHashes(sha256, size, hashAt)]
        for (const path of bitFlips(proof.map(bytes), bit))
          assert.ok(!verifyConsistency(sha256, { oldSize, oldRoot, size, root, path }))
      }
    }
  })

  it('grows by its right edge alone, and goes on from saved peaks', () => {
    const whole = openFrontier(sha256)
    for (const [n, leaf] of leaves.entries()) {
      const resumed = openFrontier(sha256, whole.size, whole.peaks())
      whole.append(leaf)
      resumed.append(leaf)
      assert.equal(whole.size, n + 1)
      assert.deepEqual(resumed.root(), whole.root())
      assert.deepEqual(resumed.peaks(), whole.peaks())
    }
    assert.deepEqual(whole.root(), slowRoot(leaves))
  })

  it('refuses peaks that do not belong to the size', () => {
    assert.throws(() => openFrontier(sha256, 3, [leafAt(0)]), RangeError)
    assert.throws(() => openFrontier(sha256, 0, [leafAt(0)]), RangeError)
    assert.throws(() => openFrontier(sha256, 2 ** 53), RangeError)
    assert.throws(() => openFrontier(sha256, -1), RangeError)
  })

  it('proves every index of every size up to 40', () => {
    for (let size = 1; size <= 40; size += 1) {
      const root = slowRoot(leaves.slice(0, size))
      for (let index = 0; index < size; index += 1) {
        const path = inclusionPath(sha256, index, size, hashAt)
        assert.ok(verifyInclusion(sha256, { index, size, leaf: leafAt(index), path, root }), `${index} of ${size}`)
      }
    }
  })

  it('proves every pair of sizes up to 40', () => {
    const roots = Array.from({ length: 41 }, (_, size) => slowRoot(leaves.slice(0, size)))
    for (const [size, root] of roots.entries()) {
      for (const [oldSize, oldRoot] of roots.slice(0, size + 1).entries()) {
        const path = consistencyPath(sha256, oldSize, size, hashAt)
        assert.ok(verifyConsistency(sha256, { oldSize, oldRoot, size, root, path }), `${oldSize} to ${size}`)
      }
    }
  })

  it('refuses an inclusion proof with any one thing changed', () => {
    const places = fc
      .integer({ min: 1, max: 1024 })
      .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1), bit: fc.nat(255) }))
    fc.assert(
      fc.property(places, ({ size, index, bit }) => {
        const root = rootFromHashes(sha256, size, hashAt)
        const path = inclusionPath(sha256, index, size, hashAt)
        const good = { index, size, leaf: leafAt(index), path, root }
        assert.ok(verifyInclusion(sha256, good))
        for (const changed of bitFlips(path, bit)) assert.ok(!verifyInclusion(sha256, { ...good, path: changed }))
        for (const [leaf] of bitFlips([good.leaf], bit)) assert.ok(leaf && !verifyInclusion(sha256, { ...good, leaf }))
        for (const other of [index - 1, index + 1]) assert.ok(!verifyInclusion(sha256, { ...good, index: other }))
        assert.ok(!verifyInclusion(sha256, { ...good, path: [...path, root] }))
        if (path.length > 0) assert.ok(!verifyInclusion(sha256, { ...good, path: path.slice(1) }))
      }),
      { numRuns: slow ? 1000 : 40 },
    )
  })

  it('refuses a consistency proof with any one thing changed', () => {
    const places = fc
      .integer({ min: 2, max: 1024 })
      .chain((size) =>
        fc.record({ size: fc.constant(size), oldSize: fc.integer({ min: 1, max: size - 1 }), bit: fc.nat(255) }),
      )
    fc.assert(
      fc.property(places, ({ size, oldSize, bit }) => {
        const [oldRoot, root] = [rootFromHashes(sha256, oldSize, hashAt), rootFromHashes(sha256, size, hashAt)]
        const path = consistencyPath(sha256, oldSize, size, hashAt)
        const good = { oldSize, oldRoot, size, root, path }
        assert.ok(verifyConsistency(sha256, good))
        for (const changed of bitFlips(path, bit)) assert.ok(!verifyConsistency(sha256, { ...good, path: changed }))
        assert.ok(!verifyConsistency(sha256, { ...good, oldRoot: root }))
        assert.ok(!verifyConsistency(sha256, { ...good, root: oldRoot }))
        assert.ok(!verifyConsistency(sha256, { ...good, path: [...path, root] }))
        assert.ok(!verifyConsistency(sha256, { ...good, path: path.slice(0, -1) }))
        assert.ok(!verifyConsistency(sha256, { ...good, path: [] }))
      }),
      { numRuns: slow ? 1000 : 40 },
    )
  })

  it('takes the empty tree as a prefix of every tree, without hashes, and only with its own root', () => {
    const [empty, root] = [treeRoot(sha256, []), rootFromHashes(sha256, 5, hashAt)]
    assert.ok(verifyConsistency(sha256, { oldSize: 0, oldRoot: empty, size: 5, root, path: [] }))
    assert.ok(!verifyConsistency(sha256, { oldSize: 0, oldRoot: empty, size: 5, root, path: [root] }))
    assert.ok(!verifyConsistency(sha256, { oldSize: 0, oldRoot: root, size: 5, root, path: [] }))
    assert.ok(verifyConsistency(sha256, { oldSize: 0, oldRoot: empty, size: 0, root: empty, path: [] }))
    assert.ok(!verifyConsistency(sha256, { oldSize: 0, oldRoot: empty, size: 0, root, path: [] }))
    assert.ok(!verifyConsistency(sha256, { oldSize: 5, oldRoot: root, size: 5, root: empty, path: [] }))
  })

  it('answers false to claims that no tree can meet, and does not throw', () => {
    const [leaf, root] = [leafAt(0), leafAt(0)]
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [Number.NaN, 1],
      [0, 2 ** 53],
    ] as const) {
      assert.equal(rootOfInclusion(sha256, { index, size, leaf, path: [] }), undefined)
    }
    assert.equal(rootOfInclusion(sha256, { index: 0, size: 2, leaf, path: [leaf.subarray(1)] }), undefined)
    for (const [oldSize, size] of [
      [2, 1],
      [-1, 1],
      [1, 2 ** 53],
      [0.5, 1],
    ] as const) {
      assert.equal(verifyConsistency(sha256, { oldSize, oldRoot: root, size, root, path: [] }), false)
    }
  })

  it('throws a RangeError where a caller asks for what does not exist', () => {
    assert.throws(() => inclusionPath(sha256, 3, 3, hashAt), RangeError)
    assert.throws(() => consistencyPath(sha256, 4, 3, hashAt), RangeError)
  })

  it('proves a leaf beyond 2^52 without losing a bit', () => {
    const size = 2 ** 52 + 2 ** 33 + 5
    for (const index of [2 ** 52 + 2 ** 33 + 3, 2 ** 52 - 1, 2 ** 32, size - 1]) {
      const hashAt = oneAmongEquals(index, leafAt(0), leafAt(1))
      const root = rootFromHashes(sha256, size, hashAt)
      const path = inclusionPath(sha256, index, size, hashAt)
      const claim = { index, size, leaf: leafAt(0), path, root }
      assert.ok(verifyInclusion(sha256, claim))
      assert.ok(!verifyInclusion(sha256, { ...claim, index: index - 1 }))
      const oldRoot = rootFromHashes(sha256, index, hashAt)
      const grown = { oldSize: index, oldRoot, size, root, path: consistencyPath(sha256, index, size, hashAt) }
      assert.ok(verifyConsistency(sha256, grown))
      assert.ok(!verifyConsistency(sha256, { ...grown, oldSize: index - 1 }))
    }
  })
})

/** Subtrees of a tree of any size whose leaves are all `other`, but for `special` at `index`. */
function oneAmongEquals(index: number, special: Uint8Array, other: Uint8Array): HashAt {
  const equal = [other]
  const own = [special]
  for (let level = 0; level < 53; level += 1) {
    const [plain, mine] = [equal[level] ?? other, own[level] ?? special]
    equal.push(nodeHash(sha256, plain, plain))
    own.push(Math.floor(index / 2 ** level) % 2 === 0 ? nodeHash(sha256, mine, plain) : nodeHash(sha256, plain, mine))
  }
  return (level, at) => (Math.floor(index / 2 ** level) === at ? own[level] : equal[level]) ?? assert.fail()
}
