import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { neutralNames, type UnnamedFile } from '../../../src/bundle/neutral-names.ts'
import { MEDIA_TYPES } from '../../../src/model/media-type.ts'
import { formatPublicPath, parsePublicPath } from '../../../src/model/public-path.ts'
import { vectors } from './vectors.ts'

const ROLES = {
  video: ['video'],
  audio: ['audio'],
  image: ['image', 'thumbnail'],
  text: ['subtitles', 'automatic-captions'],
} as const

const aFile: fc.Arbitrary<UnnamedFile> = fc.constantFrom(...MEDIA_TYPES).chain(({ kind, mediaType }) =>
  fc.record({
    role: fc.constantFrom(...ROLES[kind]),
    mediaType: fc.constant(mediaType),
    bytes: fc.integer({ min: 1, max: 3 }),
    sha256: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
    ...(kind === 'text' ? { language: fc.constantFrom('kk-Cyrl', 'und', 'pt-BR') } : {}),
  }),
)

describe('neutralNames', () => {
  for (const { name, files, names } of vectors<{ name: string; files: UnnamedFile[]; names: string[] }>('names')) {
    it(`gives the frozen names: ${name}`, () => assert.deepEqual(neutralNames(files), names))
  }

  it('gives every file one name of its own, which says its role and language', () => {
    fc.assert(
      fc.property(fc.array(aFile, { maxLength: 20 }), (files) => {
        const names = neutralNames(files)
        assert.equal(new Set(names).size, files.length)
        for (const [index, name] of names.entries()) {
          const parsed = parsePublicPath(name)
          assert.deepEqual([parsed?.role, parsed?.language], [files[index]?.role, files[index]?.language])
          assert.equal(parsed && formatPublicPath(parsed), name)
        }
      }),
    )
  })

  it('gives equal files equal names whatever their order', () => {
    const both = fc
      .array(aFile, { maxLength: 12 })
      .chain((files) => fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })))
    const named = (files: readonly UnnamedFile[]): string[] =>
      neutralNames(files)
        .map((name, index) => `${name} ${JSON.stringify(files[index])}`)
        .toSorted()
    fc.assert(fc.property(both, ([files, shuffled]) => assert.deepEqual(named(shuffled), named(files))))
  })

  it('refuses what must not be public', () => {
    const file: UnnamedFile = { role: 'video', mediaType: 'application/octet-stream', bytes: 1, sha256: 'a'.repeat(64) }
    assert.throws(() => neutralNames([file]), { name: 'BundleError', code: 'FILE_NOT_PUBLIC' })
    assert.throws(() => neutralNames([{ ...file, mediaType: 'text/vtt' }]), { code: 'FILE_NOT_PUBLIC' })
    assert.throws(() => neutralNames([{ ...file, mediaType: 'text/html' }]), { code: 'FILE_NOT_PUBLIC' })
  })
})
