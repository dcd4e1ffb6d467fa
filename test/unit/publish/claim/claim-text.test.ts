import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as v from 'valibot'
import { streamCreateParams } from '../../../../src/lbry-sdk-client/daemon/stream-params.ts'
import { isLbryLanguage } from '../../../../src/lbry-sdk-client/index.ts'
import type { BundleDocument } from '../../../../src/model/bundle.ts'
import { claimText } from '../../../../src/publish/claim/claim-text.ts'
import { bytesOf } from '../../../../src/publish/claim/cut.ts'
import { firstUrl, readLastLines } from '../../../../src/publish/claim/last-lines.ts'
import type { ClaimText } from '../../../../src/publish/target.ts'
import { claimScriptBytes } from './claim-script.ts'
import { anyDocument } from './hostile-documents.ts'

const ID = 'g37yj4jt44e'
const ROOT = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
const CITATION = `archive.example/${ID}`
const THUMBNAIL = 'https://ipfs.example/ipfs/{root}/thumbnail.webp?{id}'

function aDocument(more: Partial<BundleDocument>): BundleDocument {
  return { schema: 'holdfast-bundle/1', title: [{ language: 'en', value: 'A testimony' }], originals: [], ...more }
}

function textOf(document: BundleDocument, sensitive = false): ClaimText {
  return claimText(document, ID, ROOT, CITATION, { sensitive, thumbnail: THUMBNAIL })
}

/** The call that publishes it. */
function callOf({ licenseUrl, releaseTime, thumbnailUrl, ...rest }: ClaimText): object {
  return {
    ...rest,
    ...(licenseUrl === undefined ? {} : { license_url: licenseUrl }),
    ...(releaseTime === undefined ? {} : { release_time: releaseTime }),
    ...(thumbnailUrl === undefined ? {} : { thumbnail_url: thumbnailUrl }),
    ...{ bid: '0.002', file_path: '/x', channel_id: 'ab'.repeat(20), blocking: true },
  }
}

/** Everything that is sent. */
function stringsOf(text: ClaimText): string[] {
  return Object.values(text)
    .flat()
    .filter((value) => typeof value === 'string')
}

describe('claimText', () => {
  it('says what a bundle says', () => {
    const document = aDocument({
      title: [
        { language: 'kk-Cyrl', value: 'Ағамның хаты' },
        { language: 'en', value: "My brother's letter" },
      ],
      description: [
        { language: 'kk-Cyrl', value: 'Ағам 2017 жылы жоғалды.' },
        { language: 'en', value: 'My brother disappeared in 2017.' },
      ],
      ...{ languages: ['kk-Cyrl'], publishedAt: '2018-05-02', durationMs: 61_400, tags: ['News', "People's voices"] },
      originals: [
        { key: 'facebook:post:1', publishedAt: '2018-05-01' },
        { key: 'youtube:video:abcdefghijk', url: 'https://www.youtube.com/watch?v=abcdefghijk' },
      ],
      license: 'https://creativecommons.org/licenses/by/3.0/',
    })
    assert.deepEqual(textOf(document), {
      name: `aghamnyng-khaty-${ID}`,
      title: "Ағамның хаты | My brother's letter",
      description: [
        'Ағам 2017 жылы жоғалды.\n\nMy brother disappeared in 2017.\n',
        'Original: https://www.youtube.com/watch?v=abcdefghijk',
        `ipfs://${ROOT}`,
        CITATION,
      ].join('\n'),
      tags: ['news', 'peoples voices'],
      languages: ['kk'],
      license: 'Creative Commons Attribution 3.0',
      licenseUrl: 'https://creativecommons.org/licenses/by/3.0/',
      releaseTime: 1_525_132_800,
      thumbnailUrl: `https://ipfs.example/ipfs/${ROOT}/thumbnail.webp?${ID}`,
      duration: 61,
    })
  })

  it('leaves out what is not known', () => {
    const text = claimText(aDocument({ title: [] }), ID, ROOT, CITATION, { sensitive: false })
    const description = `ipfs://${ROOT}\n${CITATION}`
    assert.deepEqual(text, { name: `record-${ID}`, title: 'Untitled testimony', description, tags: [], languages: [] })
  })

  it('stays within every limit, clean, and tied to its bundle, whatever a document holds', () => {
    fc.assert(
      fc.property(anyDocument, fc.boolean(), (document, sensitive) => {
        const text = textOf(document, sensitive)
        assert.ok(bytesOf(text.title) >= 1 && bytesOf(text.title) <= 200 && !text.title.includes('\n'))
        assert.ok(bytesOf(text.description) <= 6_500)
        assert.ok(text.tags.length <= 25 && text.tags.every((tag) => bytesOf(tag) >= 1 && bytesOf(tag) <= 50))
        assert.ok(text.languages.every(isLbryLanguage))
        assert.equal(text.tags.includes('mature'), sensitive)
        for (const value of stringsOf(text)) {
          assert.ok(value.isWellFormed() && value.normalize('NFC') === value && value.trim() === value)
          assert.doesNotMatch(value, /[\p{Cc}--\n]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/v)
        }
        for (const number of [text.releaseTime ?? 0, text.duration ?? 1]) assert.ok(Number.isSafeInteger(number))
        const original = firstUrl(document.originals)
        const said = { ...(original === undefined ? {} : { original }), root: ROOT, citation: CITATION }
        assert.deepEqual(readLastLines(text.description), said)
        assert.ok(claimScriptBytes(text) <= 8_192)
        assert.ok(v.is(streamCreateParams, callOf(text)))
        assert.deepEqual(textOf(document, sensitive), text)
      }),
      { numRuns: 300 },
    )
  })

  it('fits into a claim script when everything is as large as it gets, with a name of 255 bytes that was adopted', () => {
    const long = { language: 'und', value: '😀'.repeat(100_000) }
    const url = `https://example.org/${'x'.repeat(2_028)}`
    const document = aDocument({
      title: [long, { language: 'und', value: `b${long.value}` }],
      description: Array.from({ length: 16 }, (_, i) => ({ language: 'und', value: `${i}${long.value}` })),
      languages: ['kk', 'ug', 'ky', 'ru', 'zh-Hans', 'zh-Hant', 'tr', 'ar', 'en', 'fa', 'de', 'fr'],
      tags: Array.from({ length: 500 }, (_, i) => `${String.fromCodePoint(0x4e00 + i)}${'中'.repeat(15)}`),
      originals: [{ key: 'web:x:y', url }],
      ...{ license: `https://example.org/${'x'.repeat(179)}`, durationMs: 2 ** 41, publishedAt: '1901-01-01' },
    })
    const thumbnail = `https://example.org/${'x'.repeat(360)}{id}`
    const citation = `${'o'.repeat(255)}/${ID}`
    const text = claimText(document, ID, ROOT, citation, { sensitive: true, thumbnail })
    assert.equal(text.tags.length, 25)
    assert.equal(text.description.endsWith(`\n\nOriginal: ${url}\nipfs://${ROOT}\n${citation}`), true)
    assert.ok((text.thumbnailUrl ?? '').length > 380 && text.licenseUrl !== undefined)
    const bytes = claimScriptBytes(text, 'n'.repeat(255))
    assert.ok(bytes <= 8_192 && bytes > 7_600, `${bytes}`)
    for (let i = 0; i < 16; i += 1) assert.match(text.description, new RegExp(`^${i}😀+…$`, 'mu'))
  })

  it('gives a description the whole 6,500 bytes where the rest is small', () => {
    const { description } = textOf(
      aDocument({ description: [{ language: 'en', value: 'word '.repeat(20_000).trim() }] }),
    )
    assert.ok(bytesOf(description) > 6_490 && bytesOf(description) <= 6_500)
  })

  it('refuses a root and a citation that are none: they would not be found again', () => {
    const document = aDocument({})
    for (const root of ['', 'Qm', `${ROOT}\n`, '../x'])
      assert.throws(() => claimText(document, ID, root, CITATION, { sensitive: false }), { name: 'TypeError' })
    for (const citation of [ID, 'archive.example/g37yj4jt44f', ` x/${ID}`, `a\nb/${ID}`, `${'o'.repeat(256)}/${ID}`])
      assert.throws(() => claimText(document, ID, ROOT, citation, { sensitive: false }), { name: 'TypeError' })
  })
})
