import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bytesOf, cutToBytes } from '../../../../src/publish/claim/cut.ts'
import { foreignText } from './hostile-documents.ts'

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Where a text may be cut, in UTF-16 units. */
function boundariesOf(text: string): Set<number> {
  return new Set([...segmenter.segment(text)].map(({ index }) => index).concat(text.length))
}

describe('cutToBytes', () => {
  it('leaves alone what fits', () => {
    assert.equal(cutToBytes('куәлік', 12), 'куәлік')
    assert.equal(cutToBytes('', 0), '')
  })

  it('cuts between characters as people see them, and marks the cut', () => {
    assert.equal(cutToBytes('куәлік', 11), 'куәл…')
    assert.equal(cutToBytes('ab👨‍👩‍👧cd', 20), 'ab…')
    assert.equal(cutToBytes('e\u0301e\u0301e\u0301', 8), 'e\u0301…')
    assert.equal(cutToBytes('🇰🇿🇺🇿🇹🇷', 20), '🇰🇿🇺🇿…')
  })

  it('leaves nothing where not even the first character fits', () => {
    assert.equal(cutToBytes('👨‍👩‍👧👨‍👩‍👧', 20), '')
    assert.equal(cutToBytes(`a${'\u0301'.repeat(5_000)}`, 6_500), '')
    assert.equal(cutToBytes('abc', 2), '')
    assert.equal(cutToBytes('abc', -5), '')
  })

  it('drops white space and a lone backslash before the mark', () => {
    assert.equal(cutToBytes('ab   cdef', 7), 'ab…')
    assert.equal(cutToBytes('ab\\<!-- x', 6), 'ab…')
  })

  it('never takes more than it may, and never splits a character', () => {
    fc.assert(
      fc.property(foreignText, fc.nat(200), (given, max) => {
        const text = given.toWellFormed()
        const cut = cutToBytes(text, max)
        assert.ok(bytesOf(cut) <= max)
        if (cut === text || cut === '') return
        const kept = cut.slice(0, -1)
        assert.ok(cut.endsWith('…') && text.startsWith(kept))
        const after = text.slice(kept.length)
        const trimmed = /^[\s\\]*/u.exec(after)?.[0].length ?? 0
        const ends = boundariesOf(text)
        assert.ok(Array.from({ length: trimmed + 1 }, (_, i) => kept.length + i).some((end) => ends.has(end)))
        // What is left are the characters that were there, up to white space that was taken off.
        const whole = [...segmenter.segment(kept)].map(({ segment }) => segment)
        const before = [...segmenter.segment(text)].map(({ segment }) => segment)
        assert.deepEqual(whole.slice(0, -1), before.slice(0, whole.length - 1))
      }),
      { numRuns: 1_000 },
    )
  })
})
