import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { growingNumbers } from '../../../src/store/scratch/growing-numbers.ts'
import { numberedIds } from '../../../src/store/scratch/numbered-ids.ts'
import { scratchLinks } from '../../../src/store/scratch/scratch-links.ts'
import { spilledBytes } from '../../../src/store/scratch/spilled-bytes.ts'
import { openScratchState } from '../../../src/store/scratch-state.ts'

const digest = (word: string): Uint8Array => hash('sha256', word, 'buffer')

describe('bytes that spill', () => {
  it('come back as they were added, from memory, from the file and from over the edge of both', () => {
    using bytes = spilledBytes({ keep: 64, page: 32 })
    const all: number[] = []
    const places: (readonly [at: number, length: number])[] = []
    for (let i = 0; i < 200; i++) {
      const piece = Uint8Array.from({ length: (i * 7) % 90 }, (_, k) => i + k)
      places.push([bytes.append(piece), piece.length])
      all.push(...piece)
    }
    assert.equal(bytes.length, all.length)
    for (const [at, length] of places)
      assert.deepEqual(bytes.read(at, length), Uint8Array.from(all.slice(at, at + length)))
    assert.deepEqual(bytes.read(0, all.length), Uint8Array.from(all))
  })

  it('are not there before they are added', () => {
    using bytes = spilledBytes({ keep: 64, page: 32 })
    bytes.append(new Uint8Array(40))
    assert.throws(() => bytes.read(30, 11), RangeError)
    assert.throws(() => bytes.read(-1, 1), RangeError)
  })

  it('lie in a file that nobody finds and that goes with the process', { skip: process.platform !== 'linux' }, () => {
    const mine = (): string[] => readdirSync(tmpdir()).filter((name) => /^holdfast-[0-9a-f]{24}$/.test(name))
    const open = (): string[] =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`)
        } catch {
          return []
        }
      })
    const before = mine()
    const isSpill = (path: string): boolean => /holdfast-[0-9a-f]{24} \(deleted\)$/.test(path)
    {
      using bytes = spilledBytes({ keep: 0, page: 32 })
      bytes.append(new Uint8Array(100))
      assert.deepEqual(mine(), before)
      assert.equal(open().filter(isSpill).length, 1)
    }
    assert.equal(open().filter(isSpill).length, 0)
  })
})

describe('a growing list of numbers', () => {
  it('keeps them all, and none beyond its end', () => {
    const numbers = growingNumbers(Float64Array)
    for (let i = 0; i < 5_000; i++) numbers.push(i * 2 ** 33)
    assert.equal(numbers.length, 5_000)
    assert.equal(numbers.at(4_999), 4_999 * 2 ** 33)
    assert.throws(() => numbers.at(5_000), RangeError)
    assert.throws(() => numbers.set(5_000, 1), RangeError)
  })
})

describe('numbers of ids', () => {
  it('are given in order, once each, and lead back, for ids of eleven characters and any other text', () => {
    const ids = numberedIds()
    const texts = Array.from({ length: 20_000 }, (_, i) =>
      i % 3 === 0 ? `other ${i}` : i % 3 === 1 ? String(i).padStart(11, 'a') : `${'é'.repeat(5)}${100_000 + i}`,
    )
    for (const [i, text] of texts.entries()) {
      assert.equal(ids.find(text), -1)
      assert.equal(ids.number(text), i)
      assert.equal(ids.number(text), i)
    }
    assert.equal(ids.length, texts.length)
    assert.deepEqual(
      texts.map((text) => ids.find(text)),
      texts.map((_, i) => i),
    )
    assert.deepEqual(
      texts.map((_, i) => ids.idOf(i)),
      texts,
    )
    assert.equal(ids.find(''), -1)
    assert.throws(() => ids.idOf(texts.length), RangeError)
  })
})

describe('links in files without names', () => {
  it('are walked in order and found when they take many passes, and when one key has very many bundles', () => {
    using links = scratchLinks((bundle) => String(bundle).padStart(7, '0'), { keep: 1 << 20, passRows: 1_000 })
    const expected = new Set<string>()
    const add = (hashed: Uint8Array, bundle: number): void => {
      links.add(hashed, bundle)
      expected.add(`${Buffer.from(hashed).toString('hex')} ${String(bundle).padStart(7, '0')}`)
    }
    for (let i = 0; i < 60_000; i++) add(digest(`key ${i % 50_000}`), i % 7_000)
    for (let i = 0; i < 3_000; i++) add(digest('loved by all'), 9_000 - i)
    // The same five bytes first, so that only the rest tells them apart.
    for (const last of [3, 1, 2]) add(Uint8Array.of(...digest('near').subarray(0, 31), last), 5)
    const walked = [...links.between(new Uint8Array(32), undefined)].map(
      ({ hash: found, id }) => `${Buffer.from(found).toString('hex')} ${id}`,
    )
    assert.deepEqual(walked, [...expected].sort())
    assert.equal(new Set(links.bundlesOf(digest('loved by all'))).size, 3_000)
    assert.deepEqual(new Set(links.bundlesOf(digest('key 3'))), new Set([3, 50_003 % 7_000]))
    assert.deepEqual(links.bundlesOf(digest('key 50001')), [])
  })
})

describe('the scratch state', () => {
  it('takes statements in their order alone, and gives each back', () => {
    using scratch = openScratchState()
    for (let i = 0; i < 40_000; i++) scratch.put(i, Buffer.from(`statement ${i} ${'x'.repeat(1_000)}`))
    assert.equal(Buffer.from(scratch.get(0)).toString().slice(0, 12), 'statement 0 ')
    assert.equal(Buffer.from(scratch.get(33_333)).toString().slice(0, 16), 'statement 33333 ')
    assert.equal(Buffer.from(scratch.get(39_999)).length, 1_000 + 'statement 39999 '.length)
    assert.throws(() => scratch.get(40_000), RangeError)
    assert.throws(() => scratch.put(40_001, new Uint8Array(1)), RangeError)
  })
})
