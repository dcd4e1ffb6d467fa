import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { composeBundle } from '../../../src/bundle/compose.ts'
import { canonicalText } from '../../../src/model/canonical-json.ts'
import { LIMITS } from '../../../src/model/document-fields.ts'
import { parseBundleDocument } from '../../../src/model/parse-bundle.ts'
import { parseFilesDocument } from '../../../src/model/parse-files.ts'
import { type ValidVector, vectors } from './vectors.ts'

interface InvalidVector {
  readonly name: string
  readonly rule: string
  readonly file: 'bundle.json' | 'files.json'
  readonly text?: string
  readonly base64?: string
  readonly patch?: Readonly<Record<string, unknown>>
  readonly code: string
}

const [minimal] = vectors<ValidVector>('valid')
assert.ok(minimal)
const composed = composeBundle(minimal.document, minimal.files)
const READERS = { 'bundle.json': parseBundleDocument, 'files.json': parseFilesDocument }

function bytesOf({ file, text, base64, patch }: InvalidVector): Uint8Array {
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  if (text !== undefined) return new TextEncoder().encode(text)
  const good = composed.documents.find(({ path }) => path === file)
  const patched = { ...JSON.parse(new TextDecoder().decode(good?.bytes)), ...patch }
  const kept = Object.entries(patched).filter(([, value]) => value !== null)
  return new TextEncoder().encode(canonicalize(Object.fromEntries(kept)))
}

describe('readers of a bundle refuse', () => {
  for (const vector of vectors<InvalidVector>('invalid')) {
    it(`${vector.name} in ${vector.file} (bundle-v1 ${vector.rule})`, () => {
      assert.throws(() => READERS[vector.file](bytesOf(vector)), { name: 'DocumentError', code: vector.code })
    })
  }

  it('documents beyond the limit, before they are parsed', () => {
    const large = new Uint8Array(LIMITS.documentBytes + 1).fill(0x20)
    for (const reader of Object.values(READERS)) assert.throws(() => reader(large), { code: 'DOCUMENT_TOO_LARGE' })
  })

  it('2,001 files', () => {
    const [file] = minimal.files
    const files = Array.from({ length: 2_001 }, (_, index) => ({
      ...file,
      path: index === 0 ? 'video.mp4' : `video-${index + 1}.mp4`,
    }))
    const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
    const read = (count: number): unknown =>
      parseFilesDocument(
        new TextEncoder().encode(canonicalText({ schema: 'holdfast-files/1', files: sorted.slice(0, count) })),
      )
    assert.doesNotThrow(() => read(2_000))
    assert.throws(() => read(2_001), { code: 'DOCUMENT_FIELD_INVALID' })
  })

  it('every document of which one byte was changed, or take it for another valid one', () => {
    const good = composed.documents[0]?.bytes ?? new Uint8Array()
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = good.slice()
        bytes[at] = (bytes[at] ?? 0) ^ difference
        try {
          assert.equal(canonicalText(parseBundleDocument(bytes)), new TextDecoder().decode(bytes))
        } catch (error) {
          assert.equal(error instanceof Error && error.name, 'DocumentError')
        }
      }),
    )
  })

  it('anything at all without another error than their own', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          for (const reader of Object.values(READERS)) assert.throws(() => reader(bytes), { name: 'DocumentError' })
        },
      ),
    )
  })
})

describe('canonicalText', () => {
  it('is RFC 8785 for the values that our documents hold', () => {
    const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.maxSafeNat(), fc.boolean())
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9]*$/), tie('value')),
      ),
    }))
    fc.assert(fc.property(value, (given) => assert.equal(canonicalText(given), canonicalize(given))))
  })
})
