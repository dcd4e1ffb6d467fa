import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { cutText, isNormalText, normaliseLine, normaliseText } from '../../../src/model/text.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
)
const marks = fc
  .array(
    fc.constantFrom(
      'a',
      '\u0301',
      '\u0316',
      '\u0958',
      '\u093c',
      '\u0344',
      '\uac00',
      '\u11a8',
      ' ',
      '\n',
      '\u202e',
      '\u0085',
    ),
    {
      maxLength: 200,
    },
  )
  .map((parts) => parts.join(''))

describe('normaliseText', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, marks), (text) =>
        assert.equal(normaliseText(normaliseText(text)), normaliseText(text)),
      ),
      { numRuns: 1_000 },
    )
    fc.assert(
      fc.property(fc.oneof(anyText, marks), (text) =>
        assert.equal(normaliseLine(normaliseLine(text)), normaliseLine(text)),
      ),
      { numRuns: 1_000 },
    )
  })

  it('gives well-formed NFC without anything that hides or turns text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const clean = normaliseText(text)
        assert.ok(clean.isWellFormed())
        assert.equal(clean.normalize('NFC'), clean)
        assert.doesNotMatch(clean, /[\p{Cc}--\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/v)
      }),
    )
  })

  it('keeps what languages are spelled with', () => {
    for (const text of ['می\u200cخواهم', '👨\u200d👩\u200d👧', 'ئۇيغۇر تىلى', 'Қазақ тілі', '𠀀', 'v\u1ec7t'])
      assert.equal(normaliseText(text), text.normalize('NFC'))
  })

  it('needs no more than linear time for hostile runs of marks, spaces and line ends', () => {
    for (const unit of ['\u0301\u0316', ' ', '\r', '\u202e', '\ud800', '\n '])
      assert.ok(normaliseText(`a${unit.repeat(500_000)}b`).length > 0)
  })
})

describe('normaliseLine', () => {
  it('makes one line of many', () => assert.equal(normaliseLine(' a\r\nb\u2028c\t\td \u00a0 e '), 'a b c d e'))

  it('leaves one space where something between two is taken out', () =>
    assert.equal(normaliseLine('a \u202e b \u0000 '), 'a b'))
})

describe('cutText', () => {
  it('cuts at a code point, never within one', () => {
    assert.equal(cutText('𠀀𠀀𠀀', 2), '𠀀𠀀')
    assert.equal(cutText('ab cd', 3), 'ab')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) =>
        assert.ok([...cutText(text, most)].length <= most),
      ),
    )
  })

  it('leaves normal text normal', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, marks), fc.nat(20), (text, most) =>
        assert.ok(isNormalText(cutText(normaliseText(text), most), most)),
      ),
    )
  })
})
