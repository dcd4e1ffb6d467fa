import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeBase64, encodeBase64 } from '../../../src/manifest/base64.ts'
import { parseDecimal } from '../../../src/manifest/decimal.ts'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { formatVkey, isKeyName, parseVkey } from '../../../src/manifest/vkey.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { readCases } from './vectors.ts'

const { sha256 } = nodePrimitives

describe('verifier key', () => {
  for (const { name, text = '', code, because = '' } of readCases('vkeys.jsonl')) {
    it(`${code === undefined ? 'reads' : 'refuses'}: ${name}`, () => {
      if (code === undefined) assert.equal(parseVkey(text, sha256).text, text)
      else
        assert.throws(
          () => parseVkey(text, sha256),
          (error) => error instanceof ManifestError && error.code === code && error.message.includes(because),
        )
    })
  }

  it('is written as it is read', () => {
    for (const { text = '', code } of readCases('vkeys.jsonl')) {
      if (code !== undefined) continue
      const key = parseVkey(text, sha256)
      if (key.type <= 6) assert.equal(formatVkey(key, sha256), text)
    }
  })

  it('is not written with a name or a length that nobody could read', () => {
    const key = { name: 'a', type: 1, publicKey: new Uint8Array(32) }
    for (const wrong of [
      { ...key, name: 'a b' },
      { ...key, name: '' },
      { ...key, publicKey: new Uint8Array(31) },
      { ...key, type: 6 },
    ]) {
      assert.throws(() => formatVkey(wrong, sha256), { name: 'ManifestError', code: 'VKEY_MALFORMED' })
    }
  })

  it('has a name without spaces, plus, controls, lone surrogates, of at most 255 bytes', () => {
    for (const name of ['a', 'archive.example/manifest', 'm-7k3q2', 'ұлы', 'x'.repeat(255)])
      assert.ok(isKeyName(name), name)
    for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u0085b', 'a\u3000b', '\ud800', 'a\u200fb', 'я'.repeat(128)])
      assert.ok(!isKeyName(name), name)
  })
})

describe('base64', () => {
  it('gives back every bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) =>
        assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes),
      ),
    )
  })

  it('has one text for each value: what is read is written the same', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AB/+=9_- \n'), maxLength: 12 })
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = decodeBase64(candidate)
        if (bytes !== undefined) assert.equal(Buffer.from(bytes).toString('base64'), candidate)
        else assert.notEqual(Buffer.from(candidate, 'base64').toString('base64'), candidate)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('decimal', () => {
  it('reads every safe integer and no other text', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => assert.equal(parseDecimal(String(value)), value)))
    for (const text of [
      '',
      '00',
      '01',
      '+1',
      '-0',
      '1.0',
      '1e3',
      ' 1',
      '1\n',
      '９',
      '9007199254740992',
      '1'.repeat(400),
    ]) {
      assert.equal(parseDecimal(text), undefined, text)
    }
  })
})
