import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { composeBundle } from '../../../src/bundle/compose.ts'
import type { BundleDocument } from '../../../src/model/bundle.ts'
import { parseBundleDocument } from '../../../src/model/parse-bundle.ts'
import { parseFilesDocument } from '../../../src/model/parse-files.ts'
import { sha256, type ValidVector, vectors } from './vectors.ts'

const valid = vectors<ValidVector>('valid')
const whole = valid.find(({ name }) => name === 'whole')
assert.ok(whole)

function read(bundle: ReturnType<typeof composeBundle>, path: string): Uint8Array {
  const found = bundle.documents.find((document) => document.path === path)
  assert.ok(found)
  return found.bytes
}

interface Crate {
  readonly '@context': string
  readonly '@graph': readonly Readonly<Record<string, unknown>>[]
}

function crateOf(vector: ValidVector): Crate {
  return JSON.parse(
    new TextDecoder().decode(read(composeBundle(vector.document, vector.files), 'ro-crate-metadata.json')),
  ) as Crate
}

function entity(crate: Crate, id: string): Readonly<Record<string, unknown>> {
  const found = crate['@graph'].filter((one) => one['@id'] === id)
  assert.equal(found.length, 1, `${id} once in the graph`)
  return found[0] ?? {}
}

describe('composeBundle', () => {
  for (const { name, document, files, sha256: expected } of valid) {
    it(`writes the frozen bytes of: ${name}`, () => {
      const bundle = composeBundle(document, files)
      assert.deepEqual(Object.fromEntries(bundle.documents.map(({ path, bytes }) => [path, sha256(bytes)])), expected)
      assert.equal(bundle.filesSha256, expected['files.json'])
    })

    it(`writes what its readers read back: ${name}`, () => {
      const bundle = composeBundle(document, files)
      assert.deepEqual(parseBundleDocument(read(bundle, 'bundle.json')), document)
      assert.deepEqual(new Set(parseFilesDocument(read(bundle, 'files.json'))), new Set(files))
    })
  }

  it('writes the same bytes whatever the order of files, originals, languages and fields', () => {
    const document: BundleDocument = {
      ...whole.document,
      languages: ['kk', 'ru', 'zh-Hans'],
      originals: [{ key: 'ok:video:1' }, { key: 'tiktok:video:2' }, { key: 'vk:video:-3_4' }],
    }
    const expected = composeBundle(document, whole.files)
    const shuffled = fc.record({
      files: fc.shuffledSubarray([...whole.files], { minLength: whole.files.length }),
      originals: fc.shuffledSubarray([...document.originals], { minLength: 3 }),
      languages: fc.shuffledSubarray([...(document.languages ?? [])], { minLength: 3 }),
      fields: fc.shuffledSubarray(Object.entries(document), { minLength: Object.keys(document).length }),
    })
    fc.assert(
      fc.property(shuffled, ({ files, originals, languages, fields }) => {
        const reordered = { ...(Object.fromEntries(fields) as unknown as BundleDocument), originals, languages }
        assert.deepEqual(composeBundle(reordered, files), expected)
      }),
      { numRuns: 30 },
    )
  })

  it('leaves out every field that the specification does not know, at every depth', () => {
    const leak = { uploader: 'LEAK', path: '/home/LEAK' }
    const { title, originals, chapters = [], ...rest } = whole.document
    const loaded = {
      ...rest,
      ...leak,
      title: title.map((one) => ({ ...one, ...leak })),
      originals: originals.map((one) => ({ ...one, ...leak })),
      chapters: chapters.map((one) => ({ ...one, ...leak })),
    }
    const files = whole.files.map((file) => ({ ...file, localPath: '/home/LEAK', name: 'LEAK' }))
    assert.deepEqual(composeBundle(loaded, files), composeBundle(whole.document, whole.files))
  })

  it('composes nothing that a reader would refuse', () => {
    const [file] = whole.files
    assert.ok(file)
    const refused = { name: 'DocumentError', code: 'DOCUMENT_FIELD_INVALID' }
    assert.throws(() => composeBundle(whole.document, []), refused)
    assert.throws(() => composeBundle(whole.document, [file, file]), refused)
    assert.throws(() => composeBundle(whole.document, [{ ...file, path: 'Testimony of a person.mp4' }]), refused)
    assert.throws(
      () => composeBundle({ ...whole.document, title: [{ language: 'en', value: 'a\u202eb' }] }, whole.files),
      refused,
    )
  })
})

describe('the RO-Crate of a bundle', () => {
  it('has the descriptor and the root entity that RO-Crate 1.2 requires', () => {
    const crate = crateOf(whole)
    assert.equal(crate['@context'], 'https://w3id.org/ro/crate/1.2/context')
    assert.deepEqual(entity(crate, 'ro-crate-metadata.json'), {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      about: { '@id': './' },
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.2' },
    })
    const root = entity(crate, './')
    assert.equal(root['@type'], 'Dataset')
    assert.equal(root['name'], whole.document.title[0]?.value)
    assert.equal(root['description'], whole.document.description?.[0]?.value)
    assert.equal(root['datePublished'], '2019-03-14T15:00:00Z')
    assert.deepEqual(root['license'], { '@id': 'https://creativecommons.org/licenses/by/3.0/' })
  })

  it('describes every file and document, and everything it refers to', () => {
    const crate = crateOf(whole)
    const parts = entity(crate, './')['hasPart'] as readonly { readonly '@id': string }[]
    assert.deepEqual(
      new Set(parts.map((part) => part['@id'])),
      new Set(['bundle.json', 'files.json', ...whole.files.map(({ path }) => path)]),
    )
    const video = entity(crate, 'video.mp4')
    assert.deepEqual([video['@type'], video['contentSize'], video['encodingFormat']], ['File', '73400320', 'video/mp4'])
    assert.equal(entity(crate, 'files.json')['sha256'], whole.sha256['files.json'])
    const ids = new Set(crate['@graph'].map((one) => one['@id']))
    const references = JSON.stringify(crate).match(/(?<=\{"@id":")[^"]+(?="\})/g) ?? []
    for (const id of references) assert.ok(ids.has(id) || id === 'https://w3id.org/ro/crate/1.2', id)
  })

  it('says that rights are undetermined where nobody stated them, and leaves out a date that nobody knows', () => {
    const minimal = valid.find(({ name }) => name === 'minimal')
    assert.ok(minimal)
    const root = entity(crateOf(minimal), './')
    assert.deepEqual(root['license'], { '@id': 'https://rightsstatements.org/vocab/UND/1.0/' })
    assert.equal('datePublished' in root, false)
    assert.ok(root['name'] !== '' && root['description'] !== '')
  })
})
