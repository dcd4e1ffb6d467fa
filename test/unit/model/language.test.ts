import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isLanguageTag, languageTag, scriptOf, tagOfText, withScript } from '../../../src/model/language.ts'
import { fitsRole, MEDIA_TYPES, mediaTypeNamed, mediaTypeOfExtension } from '../../../src/model/media-type.ts'

describe('languageTag', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['kk', 'kk'],
    ['EN_us', 'en-US'],
    ['zh-hans', 'zh-Hans'],
    ['zh-Hant-HK', 'zh-Hant-HK'],
    ['iw', 'he'],
    ['en-orig', 'en'],
    ['zh-Hans-orig', 'zh-Hans'],
    ['en-uYU-mmqFLq8', 'en'],
    ['en-nP7-2PuUl7o', 'en'],
    ['es-419', 'es-419'],
    ['en-u-ca-buddhist', 'en'],
    ['kaz', 'kk'],
    ['', undefined],
    ['-', undefined],
    ['live chat', undefined],
    ['x'.repeat(5_000), undefined],
    ['und', 'und'],
  ]
  for (const [given, expected] of cases) {
    it(`reads ${JSON.stringify(given.slice(0, 30))} as ${expected}`, () => assert.equal(languageTag(given), expected))
  }

  it('gives a tag of bundle-v1 or nothing, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z]{2,4}([-_][A-Za-z0-9]{1,8}){0,3}$/)), (given) => {
        const tag = languageTag(given)
        assert.ok(tag === undefined || (isLanguageTag(tag) && languageTag(tag) === tag))
      }),
    )
  })
})

describe('the script of a text', () => {
  it('is the one that most letters belong to', () => {
    assert.deepEqual(
      ['Куәлік 2019', 'گۇۋاھلىق', 'Tanıklık', '我的证词', '123 — !', 'Моя story это', 'ქართული'].map(scriptOf),
      ['Cyrl', 'Arab', 'Latn', 'Hani', undefined, undefined, undefined],
    )
  })

  it('joins the tag of languages that are written in several, and no other', () => {
    assert.equal(withScript('kk', 'مەنىڭ'), 'kk-Arab')
    assert.equal(withScript('ug-CN', 'Уйғур тили'), 'ug-Cyrl-CN')
    assert.equal(withScript('uz-Latn', 'Ўзбек тили'), 'uz-Latn')
    assert.equal(withScript('zh', '我的证词'), 'zh')
    assert.equal(withScript('ru', 'Показания'), 'ru')
    assert.equal(withScript('kk', '12'), 'kk')
  })

  it('decides whether a title can be in the language of the recording', () => {
    assert.equal(tagOfText('kk', 'Testimony of a relative'), 'und-Latn')
    assert.equal(tagOfText('kk', 'Туысының куәлігі'), 'kk-Cyrl')
    assert.equal(tagOfText('ka', 'ქართული'), 'ka')
    assert.equal(tagOfText(undefined, 'Показания'), 'und-Cyrl')
  })

  it('always gives a tag of bundle-v1', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('kk', 'ug-CN', 'zh-Hans', undefined),
        fc.string({ unit: 'grapheme' }),
        (declared, text) => assert.ok(isLanguageTag(tagOfText(declared, text))),
      ),
    )
  })
})

describe('the whitelist of media types', () => {
  it('names each type and each extension once, and leads from one to the other', () => {
    const given = MEDIA_TYPES.flatMap((type) => type.given)
    assert.equal(new Set(given).size, given.length)
    assert.equal(new Set(MEDIA_TYPES.map(({ mediaType }) => mediaType)).size, MEDIA_TYPES.length)
    for (const type of MEDIA_TYPES)
      assert.equal(mediaTypeOfExtension(type.extension.toUpperCase()), mediaTypeNamed(type.mediaType))
  })

  it('holds nothing that a browser would run', () => {
    for (const extension of ['html', 'svg', 'js', 'xml', 'pdf', 'exe', 'json', ''])
      assert.equal(mediaTypeOfExtension(extension), undefined)
  })

  it('gives captions to no video', () => {
    const vtt = mediaTypeNamed('text/vtt')
    assert.ok(vtt && fitsRole(vtt, 'subtitles') && !fitsRole(vtt, 'video'))
  })
})
