import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isBundleId, newBundleId, parseBundleId } from '../../../src/model/bundle-id.ts'
import { readManifestCases } from '../manifest/manifest-vectors.ts'

const SYMBOLS = '123456789abcdefghjkmnpqrstvwxyz'

describe('parseBundleId', () => {
  for (const { name, text, id } of readManifestCases<{ name: string; rule: string; text: string; id: string | null }>(
    'ids',
  )) {
    it(`${id === null ? 'refuses' : 'reads'} ${name}`, () => assert.equal(parseBundleId(text) ?? null, id))
  }

  it('notices every single wrong symbol and every swap of two', () => {
    const id = newBundleId(randomBytes)
    for (let at = 0; at < id.length; at++) {
      for (const symbol of SYMBOLS) {
        const wrong = `${id.slice(0, at)}${symbol}${id.slice(at + 1)}`
        assert.equal(isBundleId(wrong), wrong === id)
      }
      for (let other = at + 1; other < id.length; other++) {
        const symbols = [...id]
        const [a = '', b = ''] = [symbols[at], symbols[other]]
        const swapped = symbols.with(at, b).with(other, a).join('')
        assert.equal(isBundleId(swapped), swapped === id)
      }
    }
  })

  it('never throws, and gives ids only', () => {
    const property = fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const id = parseBundleId(text)
      assert.ok(id === undefined || isBundleId(id))
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('newBundleId', () => {
  it('makes ids that are read as they are, and other ones each time', () => {
    const ids = Array.from({ length: 500 }, () => newBundleId(randomBytes))
    assert.ok(ids.every((id) => parseBundleId(id) === id))
    assert.equal(new Set(ids).size, ids.length)
  })

  it('uses every symbol alike: bytes that would favour one are thrown away', () => {
    const counts = new Map<string, number>()
    const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)
    for (let from = 0; from < 256; from++) {
      let next = from
      const id = newBundleId((length) => Uint8Array.from({ length }, () => everyByte[next++ % 256] ?? 0))
      const [first = ''] = id
      counts.set(first, (counts.get(first) ?? 0) + 1)
    }
    // 8 of 256 bytes have no symbol; whoever starts there begins with the next one, the symbol of 0.
    assert.deepEqual([...new Set([...counts].filter(([symbol]) => symbol !== '1').map(([, count]) => count))], [8])
    assert.equal(counts.size, SYMBOLS.length)
  })
})
