import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hex } from './manifest-vectors.ts'
import { dump, STATES } from './states.ts'

const hash = (...first: number[]): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => first[i] ?? 0)

for (const [name, open] of Object.entries(STATES)) {
  describe(`the state of the fold in ${name}`, () => {
    it('knows nothing at first', () => {
      assert.deepEqual(dump(open()), { facts: [], bundles: [], links: [], counts: 0 })
      assert.equal(open().fact('x'), undefined)
      assert.equal(open().bundle('x'), undefined)
      assert.deepEqual(open().idsOf(hash(1)), [])
      assert.deepEqual(open().touches('x'), [])
    })

    it('keeps the newest value of a fact and of a bundle', () => {
      const state = open()
      for (const value of ['1', '2']) {
        state.setFact('f', value)
        state.setBundle('b', value)
      }
      assert.deepEqual([state.fact('f'), state.bundle('b'), [...state.bundleIds()]], ['2', '2', ['b']])
    })

    it('finds and removes facts by the beginning of their names, in which no letter is special', () => {
      const state = open()
      for (const name of ['a%', 'a%b', 'ab', 'A%', 'a_']) state.setFact(name, name)
      assert.deepEqual([...state.facts('a%')].map(([found]) => found).sort(), ['a%', 'a%b'])
      state.removeFacts('a%')
      assert.deepEqual([...state.facts('')].map(([found]) => found).sort(), ['A%', 'a_', 'ab'])
    })

    it('takes a link twice for one, and gives ids in order', () => {
      const state = open()
      state.link([hash(1), hash(2)], 'z')
      state.link([hash(1)], 'a')
      state.link([hash(1)], 'z')
      state.link([], 'nobody')
      assert.deepEqual(state.idsOf(hash(1)), ['a', 'z'])
      assert.equal(
        state.countKeys().reduce((sum, count) => sum + count, 0),
        2,
      )
    })

    it('walks links from a hash to below another one, in the order of bytes', () => {
      const state = open()
      for (const first of [255, 0, 128, 127, 16, 9]) state.link([hash(first)], 'x')
      state.link([hash(9)], 'a')
      const walk = (from: Uint8Array, to?: Uint8Array): string[] =>
        [...state.links(from, to)].map((link) => `${hex(link.hash).slice(0, 2)}${link.id}`)
      assert.deepEqual(walk(hash()), ['00x', '09a', '09x', '10x', '7fx', '80x', 'ffx'])
      assert.deepEqual(walk(hash(9), hash(127)), ['09a', '09x', '10x'])
      assert.deepEqual(walk(hash(10), hash(11)), [])
    })

    it('walks more links than a page holds without losing or doubling one', () => {
      const state = open()
      const hashes = Array.from({ length: 9_001 }, (_, i) => hash(i >> 8, i & 255))
      for (let i = 0; i < hashes.length; i += 50) state.link(hashes.slice(i, i + 50), 'x')
      assert.deepEqual(
        [...state.links(hash(), undefined)].map((link) => hex(link.hash)),
        hashes.map(hex),
      )
      const counts = state.countKeys()
      assert.deepEqual([counts[0], counts[9_000], counts[9_001], counts[65_535]], [1, 1, 0, 0])
    })

    it('joins the links of a key into one row, its indices ascending and each once', () => {
      const state = open()
      state.link([hash(1), hash(9)], 'x')
      state.link([hash(9), hash(200)], 'a')
      state.link([hash(255)], 'nobody')
      for (const index of [7, 3, 2 ** 40]) state.touch('x', index)
      for (const index of [5, 7]) state.touch('a', index)
      const rows = (from: Uint8Array, to?: Uint8Array): unknown[] =>
        [...state.rows(from, to)].map((row) => [row.hash[0], ...row.indices])
      const nine = [9, 3, 5, 7, 2 ** 40]
      assert.deepEqual(rows(hash()), [[1, 3, 7, 2 ** 40], nine, [200, 5, 7], [255]])
      assert.deepEqual(rows(hash(2), hash(200)), [nine])
    })

    it('keeps touches ascending as numbers, each once', () => {
      const state = open()
      for (const index of [10, 9, 2 ** 40, 9]) state.touch('x', index)
      assert.deepEqual(state.touches('x'), [9, 10, 2 ** 40])
    })

    it('forgets everything when told so', () => {
      const state = open()
      state.setFact('f', '1')
      state.setBundle('b', '1')
      state.link([hash(1)], 'b')
      state.touch('b', 1)
      state.clear()
      assert.deepEqual(dump(state), dump(open()))
    })
  })
}
