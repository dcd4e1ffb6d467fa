import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { claimLanguages } from '../../../../src/publish/claim/languages.ts'
import { claimLicense } from '../../../../src/publish/claim/license.ts'
import { releaseTime, wholeSeconds } from '../../../../src/publish/claim/release-time.ts'
import { isThumbnailTemplate, thumbnailUrl } from '../../../../src/publish/claim/thumbnail.ts'
import { joinTitles } from '../../../../src/publish/claim/title.ts'

const ID = 'g37yj4jt44e'
const ROOT = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'

describe('claimLanguages', () => {
  it('maps to the two-letter codes of LBRY, and Chinese to the tags of Odysee', () => {
    const cases: Readonly<Record<string, string>> = {
      ...{ 'kk-Cyrl': 'kk', 'kk-Arab': 'kk', 'ug-Arab': 'ug', ky: 'ky', ru: 'ru', tr: 'tr', ar: 'ar', 'en-US': 'en' },
      ...{
        zh: 'zh',
        'zh-Hans': 'zh-Hans',
        'zh-Hant': 'zh-Hant',
        'zh-TW': 'zh-Hant',
        'zh-CN': 'zh-Hans',
        'zh-Latn': 'zh',
      },
      ...{
        uig: 'ug',
        kaz: 'kk',
        kir: 'ky',
        cmn: 'zh',
        'cmn-Hans': 'zh-Hans',
        yue: 'zh',
        'yue-Hant-HK': 'zh-Hant',
        iw: 'he',
      },
      ...{ UIG: 'ug', ckb: 'ku', arb: 'ar', pes: 'fa', uzs: 'uz', 'pt-BR': 'pt' },
    }
    for (const [given, mapped] of Object.entries(cases)) assert.deepEqual(claimLanguages([given]), [mapped], given)
  })

  it('leaves out what LBRY does not know, and says nothing twice', () => {
    const given = [
      'und',
      'und-Arab',
      'mul',
      'zxx',
      'tlh',
      'xx',
      '',
      '-',
      'constructor',
      'kk-Cyrl',
      'kk-Arab',
      'ug',
      'no language',
    ]
    assert.deepEqual(claimLanguages(given), ['kk', 'ug'])
  })
})

describe('releaseTime', () => {
  it('is the earliest time, a day at its midnight', () => {
    const originals = [{ key: 'a:b:c', publishedAt: '2018-05-02T10:00:00Z' }, { key: 'a:b:d' }]
    assert.equal(releaseTime({ originals }), Date.UTC(2018, 4, 2, 10) / 1000)
    assert.equal(releaseTime({ publishedAt: '2018-05-02', originals }), Date.UTC(2018, 4, 2) / 1000)
    assert.equal(releaseTime({ publishedAt: '2019-01-01', originals }), Date.UTC(2018, 4, 2, 10) / 1000)
  })

  it('is negative before 1970, zero then, and absent when unknown or impossible', () => {
    assert.equal(releaseTime({ publishedAt: '1961-02-03', originals: [] }), Date.UTC(1961, 1, 3) / 1000)
    assert.ok(Object.is(releaseTime({ publishedAt: '1970-01-01', originals: [] }), 0))
    for (const publishedAt of [
      '',
      '2018',
      '2018-02-30',
      '2018-13-01',
      '2018-05-02T24:00:00Z',
      '2018-05-02T10:00:00+02:00',
      'soon',
    ])
      assert.equal(releaseTime({ publishedAt, originals: [] }), undefined, publishedAt)
  })

  it('believes no time after the present, when that is known', () => {
    const originals = [{ key: 'a:b:c', publishedAt: '2018-05-02' }]
    const now = Date.UTC(2026, 0, 1) / 1000
    assert.equal(releaseTime({ publishedAt: '9999-12-31', originals: [] }, now), undefined)
    assert.equal(releaseTime({ publishedAt: '9999-12-31', originals }, now), Date.UTC(2018, 4, 2) / 1000)
  })
})

describe('wholeSeconds', () => {
  it('rounds, and is at least 1 for whatever lasts', () => {
    const cases = [
      [1, 1],
      [499, 1],
      [1_500, 2],
      [61_400, 61],
      [2 ** 42, undefined],
      [0, undefined],
      [-5, undefined],
      [Number.NaN, undefined],
      [Infinity, undefined],
    ] as const
    for (const [ms, seconds] of cases) assert.equal(wholeSeconds(ms), seconds, `${ms}`)
    assert.equal(wholeSeconds(undefined), undefined)
  })
})

describe('claimLicense', () => {
  const BY_3 = {
    license: 'Creative Commons Attribution 3.0',
    licenseUrl: 'https://creativecommons.org/licenses/by/3.0/',
  }
  const cases: readonly (readonly [given: string, license: string, licenseUrl?: string])[] = [
    [
      'https://creativecommons.org/licenses/by/4.0/',
      'Creative Commons Attribution 4.0 International',
      'https://creativecommons.org/licenses/by/4.0/',
    ],
    [
      'http://creativecommons.org/licenses/by-nc-sa/4.0/legalcode',
      'Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International',
      'https://creativecommons.org/licenses/by-nc-sa/4.0/',
    ],
    [
      'https://creativecommons.org/licenses/by-nc-nd/4.0/deed.tr',
      'Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International',
      'https://creativecommons.org/licenses/by-nc-nd/4.0/',
    ],
    [
      'https://creativecommons.org/licenses/by-nd/3.0/us/',
      'Creative Commons Attribution-NoDerivatives 3.0 US',
      'https://creativecommons.org/licenses/by-nd/3.0/us/',
    ],
    [
      'https://creativecommons.org/publicdomain/zero/1.0/',
      'Creative Commons CC0 1.0 Universal',
      'https://creativecommons.org/publicdomain/zero/1.0/',
    ],
    [
      'https://creativecommons.org/publicdomain/mark/1.0/',
      'Public Domain',
      'https://creativecommons.org/publicdomain/mark/1.0/',
    ],
    ['https://rightsstatements.org/vocab/InC/1.0/', 'In Copyright', 'https://rightsstatements.org/vocab/InC/1.0/'],
    [
      'CC BY-SA 4.0',
      'Creative Commons Attribution-ShareAlike 4.0 International',
      'https://creativecommons.org/licenses/by-sa/4.0/',
    ],
    [
      'cc-by-sa-nc-2.5',
      'Creative Commons Attribution-NonCommercial-ShareAlike 2.5',
      'https://creativecommons.org/licenses/by-nc-sa/2.5/',
    ],
    ['CC BY', 'CC BY'],
    ['CC BY-SA-ND 4.0', 'CC BY-SA-ND 4.0'],
    ['Standard YouTube License', 'Standard YouTube License'],
    ['https://example.org/licence', 'https://example.org/licence', 'https://example.org/licence'],
    ['http://example.org/licence', 'http://example.org/licence'],
    ['https://user:pw@example.org/', 'https://user:pw@example.org/'],
    [
      'https://creativecommons.org.evil.example/licenses/by/4.0/',
      'https://creativecommons.org.evil.example/licenses/by/4.0/',
      'https://creativecommons.org.evil.example/licenses/by/4.0/',
    ],
    [' two\nlines\u0000 ', 'two lines'],
  ]
  for (const [given, license, licenseUrl] of cases)
    it(`knows ${JSON.stringify(given)}`, () =>
      assert.deepEqual(claimLicense(given), licenseUrl === undefined ? { license } : { license, licenseUrl }))

  it("knows YouTube's words", () => {
    assert.deepEqual(claimLicense('Creative Commons Attribution license (reuse allowed)'), BY_3)
  })

  it('says nothing of nothing, and cuts what is too long', () => {
    for (const given of [undefined, '', ' \n']) assert.deepEqual(claimLicense(given), {})
    assert.deepEqual(claimLicense('ж'.repeat(200)), { license: `${'ж'.repeat(98)}…` })
    assert.equal(claimLicense(`https://x.example/${'y'.repeat(300)}`).licenseUrl, undefined)
  })
})

describe('thumbnailUrl', () => {
  it('puts id and root into their places', () => {
    assert.equal(thumbnailUrl('https://t.example/{id}.jpg', ID, ROOT), `https://t.example/${ID}.jpg`)
    assert.equal(thumbnailUrl('https://{root}.ipfs.example/t.webp', ID, ROOT), `https://${ROOT}.ipfs.example/t.webp`)
    assert.equal(thumbnailUrl('https://t.example/logo.png', ID, ROOT), 'https://t.example/logo.png')
  })

  const wrong = [
    ...[
      '',
      'http://t.example/{id}',
      'https://',
      'https://u:p@t.example/{id}',
      'ftp://t.example/{id}',
      '/{id}.jpg',
      'javascript:1//{id}',
    ],
    ...[
      'https://t.example/{name}',
      'https://t.example/{{id}}',
      'https://t.example/ {id}',
      'https://t.example/{id}\n',
      `https://t.example/${'x'.repeat(400)}`,
    ],
  ]
  for (const template of wrong)
    it(`takes no ${JSON.stringify(template.slice(0, 40))}`, () => {
      assert.equal(isThumbnailTemplate(template), false)
      assert.equal(thumbnailUrl(template, ID, ROOT), undefined)
    })

  it('never throws, and is https or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl().map((url) => `${url}/{id}{root}`),
        ),
        (template) => {
          const url = thumbnailUrl(template, ID, ROOT)
          assert.ok(url === undefined || url.startsWith('https://'))
          assert.equal(url !== undefined, isThumbnailTemplate(template))
        },
      ),
    )
  })
})

describe('joinTitles', () => {
  function joined(...values: readonly string[]): ReturnType<typeof joinTitles> {
    return joinTitles({ title: values.map((value) => ({ language: 'und', value })), originals: [] })
  }

  it('joins what fits, each once, on one line', () => {
    assert.deepEqual(joined('A\nb', ' ', 'В', 'A b'), { title: 'A b | В', left: [] })
  })

  it('leaves what does not fit to the description, whole', () => {
    const long = 'ж'.repeat(150)
    assert.deepEqual(joined('A', long, 'B'), { title: 'A', left: [long, 'B'] })
    assert.deepEqual(joined(long, 'B'), { title: `${'ж'.repeat(98)}…`, left: [long, 'B'] })
  })

  it('names a bundle without a title by its first original, as bundle-v1 does', () => {
    assert.equal(joinTitles({ title: [], originals: [{ key: 'youtube:video:abc' }] }).title, 'youtube:video:abc')
    assert.equal(joinTitles({ title: [], originals: [] }).title, 'Untitled testimony')
    assert.equal(joined(`a${'\u0301'.repeat(30)}${'\u200d\u0301'.repeat(500)}`).title, 'Untitled testimony')
  })
})
