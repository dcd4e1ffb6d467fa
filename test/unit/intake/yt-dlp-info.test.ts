import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import type { FileVerdict, FoundBundle } from '../../../src/intake/layout.ts'
import { MAX_INFO_BYTES } from '../../../src/intake/layouts/yt-dlp/parse-info.ts'
import { ytDlpLayout } from '../../../src/intake/layouts/yt-dlp.ts'
import { intake } from '../../../src/intake/recognise.ts'
import { collect } from '../../fakes/collect.ts'
import { aFolder, aVideo, type VideoOptions } from '../../fakes/yt-dlp-folder.ts'
import { DOWNLOADER_IP, infoOf, LEAK_MARK } from '../../fakes/yt-dlp-info.ts'

const signal = new AbortController().signal
const ID = 'dQw4w9WgXcQ'

async function take(path: string): Promise<{ bundles: FoundBundle[]; verdicts: FileVerdict[] }> {
  const found = await collect(intake([path], { layouts: [ytDlpLayout], signal }))
  return {
    bundles: found.flatMap((item) => (item.type === 'bundle' ? [item.bundle] : [])),
    verdicts: found.flatMap((item) => (item.type === 'file' ? [item.verdict] : [])),
  }
}

/** The bundle of one item. */
async function bundleOf(options: Partial<VideoOptions>): Promise<FoundBundle> {
  using folder = aFolder()
  aVideo(folder.path, { id: ID, stem: 'T', beside: {}, ...options })
  const { bundles, verdicts } = await take(folder.path)
  assert.deepEqual(verdicts, [])
  const [bundle] = bundles
  assert.ok(bundle)
  return bundle
}

describe('a hostile .info.json', () => {
  const whole = JSON.stringify(infoOf({ id: ID }))
  const cases: Readonly<Record<string, readonly [string | Uint8Array, string]>> = {
    'cut in a string': [whole.slice(0, 40), 'INFO_JSON_TRUNCATED'],
    'cut between fields': [whole.slice(0, whole.lastIndexOf(',') + 1), 'INFO_JSON_TRUNCATED'],
    'without a byte': ['', 'INFO_JSON_TRUNCATED'],
    'of zeros after a power failure': [new Uint8Array(4_096), 'INFO_JSON_MALFORMED'],
    'with a NUL between tokens': [`{\0${whole.slice(1)}`, 'INFO_JSON_MALFORMED'],
    'of another format': ['<html></html>', 'INFO_JSON_MALFORMED'],
    'that is not UTF-8': [Buffer.from(whole.replace('Testimony', 'T\xe9moignage'), 'latin1'), 'INFO_JSON_MALFORMED'],
    'that is a list': [`[${whole}]`, 'INFO_JSON_WRONG_TYPE'],
    'that is null': ['null', 'INFO_JSON_WRONG_TYPE'],
    'without an id': [JSON.stringify(infoOf({ id: ID, info: { id: undefined } })), 'INFO_JSON_WRONG_TYPE'],
    'with an id that is a list': [JSON.stringify(infoOf({ id: ID, info: { id: [ID] } })), 'INFO_JSON_WRONG_TYPE'],
    'nested 100,000 deep': [`{"id":"${ID}","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'INFO_JSON_TOO_DEEP'],
    'nested 100,000 deep and cut': [`{"id":"${ID}","x":${'{"a":'.repeat(100_000)}`, 'INFO_JSON_TOO_DEEP'],
  }
  for (const [what, [content, code]] of Object.entries(cases)) {
    it(`${what} is ${code}, and the rest goes on`, async () => {
      using folder = aFolder()
      aVideo(folder.path, { id: 'AAAAAAAAAAA', stem: 'a' })
      const broken = aVideo(folder.path, { id: ID, stem: 'b' })
      aVideo(folder.path, { id: 'CCCCCCCCCCC', stem: 'c' })
      writeFileSync(broken.info, content)
      const { bundles, verdicts } = await take(folder.path)
      assert.deepEqual(
        bundles.map(({ sourcePath }) => basename(sourcePath)),
        ['a.info.json', 'c.info.json'],
      )
      const failed = verdicts.filter(({ outcome }) => outcome === 'failed')
      assert.deepEqual(
        failed.map((verdict) => [verdict.code, verdict.path]),
        [[code, broken.info]],
      )
      assert.ok(failed[0]?.hint)
      assert.equal(verdicts.length, 4)
    })
  }

  it('that is larger than the limit is not read', async () => {
    using folder = aFolder()
    const { info } = aVideo(folder.path, { id: ID })
    writeFileSync(info, new Uint8Array(MAX_INFO_BYTES + 1))
    const { verdicts } = await take(folder.path)
    assert.deepEqual(
      verdicts.filter(({ outcome }) => outcome === 'failed').map(({ code }) => code),
      ['INFO_JSON_TOO_LARGE'],
    )
  })

  it('with brackets and quotes in strings is no deeper for it', async () => {
    const description = `${'[{"'.repeat(1_000)} \\" \\\\`
    assert.equal((await bundleOf({ description })).document.description?.[0]?.value, description)
  })

  it('with wrong types in optional fields loses those fields alone, with a warning each', async () => {
    const info = {
      duration: 'long',
      tags: 'one',
      chapters: { a: 1 },
      timestamp: null,
      upload_date: 20190314,
      subtitles: [1],
      description: 7,
    }
    const bundle = await bundleOf({ info })
    assert.deepEqual(
      bundle.warnings.map(({ code }) => code),
      ['FIELD_DROPPED', 'FIELD_DROPPED', 'FIELD_DROPPED', 'FIELD_DROPPED', 'FIELD_DROPPED'],
    )
    assert.deepEqual(Object.keys(bundle.document).toSorted(), ['originals', 'schema', 'title'])
  })

  it('with names of object prototypes does no harm', async () => {
    const text = JSON.stringify(infoOf({ id: ID, info: { extractor_key: 'constructor' } })).replace(
      '{',
      '{"__proto__":{"availability":"public"},"constructor":1,',
    )
    using folder = aFolder()
    const { info } = aVideo(folder.path, { id: ID })
    writeFileSync(
      info,
      text
        .replace('"availability":"public","extractor"', '"extractor"')
        .replace(/,"availability":"public"(?=,"_old)/, ''),
    )
    const { bundles } = await take(folder.path)
    assert.equal(bundles[0]?.access.value, 'hold')
  })

  it('with control characters, bidi controls, lone surrogates and NUL gives clean text', async () => {
    const bundle = await bundleOf({
      info: {
        title: 'a\u0000b\u202ec\ud800d\r\ne\u0301',
        description: 'x\r\ny\rz\u2028w\ufeff',
        tags: ['\u0007', ' a ', 'a', 'b\nc'],
      },
    })
    assert.equal(bundle.document.title[0]?.value, 'abcd \u00e9')
    assert.equal(bundle.document.description?.[0]?.value, 'x\ny\nz\nw')
    assert.deepEqual(bundle.document.tags, ['a', 'b c'])
    assert.equal(bundle.asGiven['title'], 'a\u0000b\u202ec\ud800d\r\ne\u0301')
  })

  it('with texts of millions of characters is cut, with a warning', async () => {
    const bundle = await bundleOf({
      info: {
        title: 'т'.repeat(3_000_000),
        description: `e${'\u0301\u0316'.repeat(1_000_000)}`,
        tags: Array(100_000)
          .fill(0)
          .map((_, index) => `tag ${index}`),
      },
    })
    assert.equal(bundle.document.title[0]?.value.length, 1_000)
    assert.equal(bundle.document.tags?.length, 500)
    assert.deepEqual(
      new Set(bundle.warnings.map(({ code, message }) => `${code} ${message.split(':')[0]}`)),
      new Set(['TEXT_CUT title', 'TEXT_CUT description', 'TEXT_CUT tags']),
    )
  })
})

describe('the document of a yt-dlp bundle', () => {
  it('holds the whitelisted facts and nothing else', async () => {
    const { document } = await bundleOf({
      title: 'Куәлік',
      description: 'Бірінші жол\nекінші',
      language: 'kk',
      info: {
        duration: 61.25,
        license: 'Creative Commons Attribution license (reuse allowed)',
        chapters: [
          { start_time: 30, end_time: 61.2, title: 'B' },
          { start_time: 0, end_time: 30, title: 'A' },
        ],
      },
    })
    assert.deepEqual(document, {
      schema: 'holdfast-bundle/1',
      title: [{ language: 'kk-Cyrl', value: 'Куәлік' }],
      description: [{ language: 'kk-Cyrl', value: 'Бірінші жол\nекінші' }],
      languages: ['kk'],
      publishedAt: '2019-03-14T15:00:00Z',
      durationMs: 61_250,
      tags: ['testimony', 'куәлік'],
      chapters: [
        { startMs: 0, endMs: 30_000, title: 'A' },
        { startMs: 30_000, endMs: 61_200, title: 'B' },
      ],
      originals: [
        {
          key: `youtube:video:${ID}`,
          url: `https://www.youtube.com/watch?v=${ID}`,
          publishedAt: '2019-03-14T15:00:00Z',
          account: 'youtube:channel:UCabcdefghijklmnopqrstuv',
        },
      ],
      license: 'https://creativecommons.org/licenses/by/3.0/',
    })
  })

  it('names no uploader, handle, address, signed URL or path', async () => {
    using folder = aFolder()
    aVideo(join(folder.path, LEAK_MARK), {
      id: ID,
      stem: `${LEAK_MARK} [${ID}]`,
      info: {
        _filename: `/home/${LEAK_MARK}/x.mp4`,
        filename: LEAK_MARK,
        original_url: `https://youtu.be/${ID}?si=${LEAK_MARK}`,
      },
    })
    const { bundles } = await take(folder.path)
    const text = JSON.stringify(bundles[0]?.document)
    for (const leak of [LEAK_MARK, DOWNLOADER_IP, 'googlevideo', folder.path]) assert.ok(!text.includes(leak), leak)
  })

  it('does not depend on the time of the download, on counters, names or places', async () => {
    const first = await bundleOf({})
    const later = await bundleOf({
      stem: 'Elsewhere',
      info: {
        epoch: 1_799_999_999,
        view_count: 9,
        like_count: null,
        uploader: 'renamed',
        _version: { version: '2030.01.01' },
      },
    })
    assert.deepEqual(later.document, first.document)
  })

  const languages: readonly (readonly [string | undefined, string, string])[] = [
    ['kk', 'Менің әңгімем', 'kk-Cyrl'],
    ['kk', 'مەنىڭ اڭگىمەم', 'kk-Arab'],
    ['ug', 'گۇۋاھلىق', 'ug-Arab'],
    ['kk', 'My story', 'und-Latn'],
    ['zh-Hans', '我的证词', 'zh-Hans'],
    ['en-US', 'My story', 'en-US'],
    ['tr', 'Tanıklık', 'tr'],
    [undefined, 'Показания', 'und-Cyrl'],
    [undefined, '12:30', 'und'],
    ['not a language!', 'Показания', 'und-Cyrl'],
    ['ru', 'Моя история / my own long story here', 'und'],
  ]
  for (const [given, title, expected] of languages) {
    it(`tags ${JSON.stringify(title)} beside ${given ?? 'no language'} as ${expected}`, async () => {
      assert.equal(
        (await bundleOf({ title, ...(given === undefined ? {} : { language: given }) })).document.title[0]?.language,
        expected,
      )
    })
  }

  const times: readonly (readonly [Record<string, unknown>, string | undefined])[] = [
    [{}, '2019-03-14T15:00:00Z'],
    [{ timestamp: undefined }, '2019-03-14'],
    [{ timestamp: 1552575600.75 }, '2019-03-14T15:00:00Z'],
    [{ timestamp: -5 }, '2019-03-14'],
    [{ timestamp: 0 }, '2019-03-14'],
    [{ timestamp: 1e300 }, '2019-03-14'],
    [{ timestamp: undefined, upload_date: '20190230' }, undefined],
    [{ timestamp: undefined, upload_date: undefined }, undefined],
  ]
  for (const [info, expected] of times) {
    it(`reads ${JSON.stringify(info)} as published ${expected}`, async () => {
      assert.equal((await bundleOf({ info })).document.publishedAt, expected)
    })
  }
})

describe('access of a yt-dlp bundle', () => {
  it('is public only where the source says so', async () => {
    assert.equal((await bundleOf({})).access.value, 'public')
    for (const word of [
      'unlisted',
      'private',
      'subscriber_only',
      'needs_auth',
      'premium_only',
      'PUBLIC',
      'public ',
      'anything',
      null,
    ]) {
      const { access } = await bundleOf({ availability: word })
      assert.equal(access.value, 'hold', String(word))
      assert.ok(access.reason)
    }
  })
})

describe('originals of a yt-dlp bundle', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ['a video whose page is gone from the file', { webpage_url: undefined }, [`youtube:video:${ID}`]],
    [
      'a page with a list and a time',
      { webpage_url: `https://m.youtube.com/watch?list=PLabc&v=${ID}&t=5` },
      [`youtube:video:${ID}`],
    ],
    [
      'an embedded video that was archived as another',
      { _old_archive_ids: ['youtube AAAAAAAAAAA', 'generic x', 'nonsense', ''] },
      ['youtube:video:AAAAAAAAAAA', `youtube:video:${ID}`],
    ],
    [
      'Facebook',
      {
        extractor_key: 'Facebook',
        id: '123',
        webpage_url: 'https://www.facebook.com/some.name/videos/some-slug/1234567890123/',
      },
      ['facebook:video:1234567890123'],
    ],
    [
      'a short link that only the network resolves',
      { extractor_key: 'Facebook', id: '1', webpage_url: 'https://fb.watch/aBcDeF/' },
      ['facebook:short:w/aBcDeF'],
    ],
    [
      'TikTok',
      {
        extractor_key: 'TikTok',
        id: '7000000000000000001',
        webpage_url: 'https://www.tiktok.com/@name/video/7000000000000000001',
      },
      ['tiktok:video:7000000000000000001'],
    ],
    [
      'X, where the id is that of the picture',
      { extractor_key: 'Twitter', id: '999', webpage_url: 'https://twitter.com/name/status/1234567890123456789' },
      ['x:status:1234567890123456789'],
    ],
    [
      'a number as id',
      { extractor_key: 'Odnoklassniki', id: 123456789, webpage_url: undefined },
      ['ok:video:123456789'],
    ],
    [
      'a channel for a page',
      { webpage_url: 'https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv' },
      [`youtube:video:${ID}`],
    ],
  ]
  for (const [what, info, keys] of cases) {
    it(`of ${what}`, async () => {
      const { document } = await bundleOf({ info })
      assert.deepEqual(
        document.originals.map(({ key }) => key),
        keys,
      )
    })
  }

  it('of a page that no platform of ours owns is the digest of its URL, without the URL', async () => {
    const { document } = await bundleOf({
      info: { extractor_key: 'Generic', webpage_url: `https://news.example/${LEAK_MARK}/story.html` },
    })
    assert.match(document.originals[0]?.key ?? '', /^web:sha256:[0-9a-f]{64}$/)
    assert.ok(!JSON.stringify(document).includes(LEAK_MARK))
  })

  it('are empty, with a warning, where the source says nothing', async () => {
    const bundle = await bundleOf({ info: { extractor_key: 'Generic', webpage_url: undefined } })
    assert.deepEqual(bundle.document.originals, [])
    assert.deepEqual(
      bundle.warnings.map(({ code }) => code),
      ['ORIGINAL_UNKNOWN'],
    )
  })

  it('name the account by an immutable id or not at all', async () => {
    const handle = await bundleOf({
      info: {
        channel_id: undefined,
        channel_url: 'https://www.youtube.com/@someone',
        uploader_url: 'https://www.youtube.com/user/someone',
      },
    })
    assert.equal(handle.document.originals[0]?.account, undefined)
    const url = await bundleOf({ info: { channel_id: 'someone' } })
    assert.equal(url.document.originals[0]?.account, 'youtube:channel:UCabcdefghijklmnopqrstuv')
  })
})
