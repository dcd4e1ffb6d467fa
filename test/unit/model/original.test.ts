import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isAliasKey, isOriginalKey, type Original, parseOriginal, urlOfKey } from '../../../src/model/original.ts'

const VECTORS = new URL('../../vectors/originals/', import.meta.url)
const VIDEO = 'youtube:video:dQw4w9WgXcQ'

interface Vector extends Partial<Omit<Original, 'key'>> {
  readonly in: string
  readonly key: string | null
  readonly why: string
}

function vectors(): readonly (Vector & { readonly at: string })[] {
  return readdirSync(VECTORS).flatMap((file) =>
    readFileSync(new URL(file, VECTORS), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line, index) => ({ ...(JSON.parse(line) as Vector), at: `${file}:${index + 1}` })),
  )
}

describe('parseOriginal', () => {
  it('gives the frozen key, URL, account and aliases for every vector', () => {
    const all = vectors()
    assert.ok(all.length >= 400)
    for (const { at, in: given, key, why, ...rest } of all) {
      const original = parseOriginal(given)
      assert.equal(original?.key ?? null, key, `${at} ${why}`)
      for (const [name, value] of Object.entries(rest)) {
        assert.deepEqual(original?.[name as keyof Original], value, `${at} ${name}`)
      }
    }
  })

  it('keeps no other fact of a link than the ones that a vector names', () => {
    for (const { at, in: given, extra } of vectors()) assert.deepEqual(parseOriginal(given)?.extra, extra, at)
  })

  it('writes only keys that are in the grammar, and reads each of their URLs back as the same key', () => {
    for (const { in: given } of vectors()) {
      const original = parseOriginal(given)
      if (original === undefined) continue
      for (const key of [original.key, original.account, ...original.aliases])
        assert.ok(key === undefined || isOriginalKey(key))
      assert.equal(original.url, urlOfKey(original.key))
      if (original.url !== undefined) assert.equal(parseOriginal(original.url)?.key, original.key)
    }
  })

  it('carries no user name, slug or page name of a URL into a key that rests on an id', () => {
    const marked = [
      'https://www.facebook.com/MARKER/videos/MARKER-slug/10158123456789012',
      'https://www.facebook.com/MARKER/posts/MARKER-slug/10158123456789012',
      'https://www.tiktok.com/@MARKER/video/7012345678901234567',
      'https://x.com/MARKER/status/1234567890123456789',
      'https://www.instagram.com/MARKER/reel/CxYz12_-abC/',
      'https://odysee.com/@MARKER:a/MARKER:1',
      'https://www.youtube.com/watch?v=dQw4w9WgXcQ&ab_channel=MARKER',
      'https://vk.com/MARKER?w=wall-1_2',
      'https://example.org/MARKER',
    ]
    for (const url of marked) assert.doesNotMatch(JSON.stringify(parseOriginal(url)), /marker/i, url)
  })

  it('takes a file name for no URL, but a host with a path for one', () => {
    assert.equal(parseOriginal('interview.mp4'), undefined)
    assert.ok(parseOriginal('example.org/interview.mp4')?.key.startsWith('web:sha256:'))
    assert.equal(parseOriginal('youtube.com/shorts/dQw4w9WgXcQ')?.key, VIDEO)
  })

  it('survives 64 KiB of whatever is worst for a parser', () => {
    const long = 65_536
    const worst = [
      '('.repeat(long),
      ')'.repeat(long),
      '%'.repeat(long),
      '&amp;'.repeat(long / 5),
      '.'.repeat(long),
      'a.'.repeat(long / 2),
      `https://youtu.be/${'/'.repeat(long - 17)}`,
      `https://youtu.be/${'%41'.repeat(20_000)}`,
      `lbry://${'a'.repeat(60_000)}`,
      `https://www.youtube.com/watch?${'v=&'.repeat(20_000)}`,
      `https://vk.com/?z=${'video1_'.repeat(9_000)}`,
      `https://vk.com/${'wall1_1x/'.repeat(7_000)}`,
      `https://example.org/?${'utm_'.repeat(16_000)}`,
      `&${'amp;'.repeat(16_000)}`,
      `https://web.archive.org/web/${'https://web.archive.org/web/'.repeat(2_300)}`,
      `https://t.me/${'s/'.repeat(30_000)}`,
      `https://www.google.com/url?q=${'https://www.google.com/url?q='.repeat(2_000)}`,
      `${'a'.repeat(60_000)}.org/x`,
      `https://facebook.com/${'videos/'.repeat(9_000)}`,
      `https://www.facebook.com/#!${'/#!'.repeat(20_000)}`,
      `https://${'xn--'.repeat(15_000)}.org/`,
      '\u0000'.repeat(long),
      '\ud800'.repeat(long),
      '\u200b'.repeat(long),
    ]
    for (const text of worst) assert.doesNotThrow(() => parseOriginal(text))
    assert.equal(parseOriginal(`https://example.org/${'a'.repeat(long)}`), undefined)
  })

  it('never throws, and answers the same for its own key and URL', () => {
    const hosts = fc.constantFrom(
      'www.youtube.com',
      'youtu.be',
      'www.facebook.com',
      'fb.watch',
      'www.tiktok.com',
      'vm.tiktok.com',
      'x.com',
      't.co',
      't.me',
      'www.instagram.com',
      'vk.com',
      'ok.ru',
      'odysee.com',
      'open.lbry.com',
      'web.archive.org',
      'www.google.com',
      'example.org',
    )
    const words = fc.constantFrom(
      'watch',
      'videos',
      'reel',
      'share',
      'v',
      'r',
      'status',
      'video',
      'p',
      's',
      'c',
      'groups',
      'posts',
      '$',
      'embed',
      '@a:1',
      '%',
      '%00',
      '123',
      'dQw4w9WgXcQ',
      'url',
      'web',
      '2020',
      'wall-1_2',
      'clip1_2',
      '..',
      'story.php',
      '12345678901',
      'UC',
      'constructor',
      '__proto__',
    )
    const paths = fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 6 })
    const names = fc.constantFrom('v', 'u', 'q', 'z', 'w', 'story_fbid', 'id', 'fbid', 'list', 'comment')
    const queries = fc.array(fc.tuple(names, fc.oneof(words, fc.webUrl(), fc.string())), { maxLength: 4 })
    const urls = fc
      .tuple(hosts, paths, queries)
      .map(
        ([host, path, query]) => `https://${host}/${path.join('/')}?${query.map((pair) => pair.join('=')).join('&')}`,
      )
    fc.assert(
      fc.property(fc.oneof(urls, fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        const original = parseOriginal(text)
        if (original === undefined) return
        assert.ok(isOriginalKey(original.key))
        assert.deepEqual(parseOriginal(text), original)
        if (original.url !== undefined) assert.equal(parseOriginal(original.url)?.key, original.key)
      }),
      { numRuns: process.env['SLOW'] ? 100_000 : 3_000 },
    )
  })
})

describe('keys of originals', () => {
  const digits = fc.bigInt({ min: 10_000n, max: 2n ** 63n }).map(String)
  const symbols = (text: string, min: number, max: number) =>
    fc.string({ unit: fc.constantFrom(...text), minLength: min, maxLength: max })
  const word = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const keys = fc.oneof(
    symbols(`${word}-_`, 11, 11)
      .filter((id) => id !== 'videoseries' && id !== 'live_stream')
      .map((id) => `youtube:video:${id}`),
    symbols(`${word}-_`, 22, 22).map((id) => `youtube:channel:UC${id}`),
    symbols('abcқәұ12.-_', 2, 20).map((name) => `youtube:handle:${name}`),
    digits.map((id) => `facebook:video:${id}`),
    fc
      .tuple(fc.constantFrom('w', 'v', 'r', 'p'), symbols(word, 5, 12))
      .map(([place, code]) => `facebook:short:${place}/${code}`),
    digits.map((id) => `tiktok:video:${id}`),
    digits.map((id) => `x:status:${id}`),
    symbols(`${word}-_`, 6, 11).map((code) => `instagram:media:${code}`),
    fc
      .tuple(
        symbols('abcdefgh_1', 3, 9),
        digits.map((id) => id.slice(0, 9)),
      )
      .map(([name, id]) => `telegram:post:z${name}/${id}`),
    fc
      .tuple(fc.constantFrom('video', 'clip', 'wall'), digits, digits)
      .map(([kind, a, b]) => `vk:${kind}:-${a.slice(0, 9)}_${b}`),
    digits.map((id) => `ok:video:${id}`),
  )

  it('come back from the URL that was rebuilt from them', () => {
    fc.assert(
      fc.property(keys, (key) => {
        fc.pre(isOriginalKey(key))
        const url = urlOfKey(key)
        assert.ok(url !== undefined)
        assert.equal(parseOriginal(url)?.key, key)
      }),
      { numRuns: process.env['SLOW'] ? 50_000 : 1_000 },
    )
  })

  it('never come from a link with an access code if their own URL would mean something else', () => {
    const linked = parseOriginal(`https://www.instagram.com/p/audio${'x'.repeat(28)}/`)
    assert.match(linked?.key ?? '', /^web:/)
  })

  it('are refused in any spelling but the canonical one', () => {
    const wrong = [
      '',
      'youtube',
      'youtube:video',
      'youtube:video:',
      'youtube:video:tooshort',
      ` ${VIDEO}`,
      `${VIDEO}\n`,
      'YouTube:video:dQw4w9WgXcQ',
      'youtube:toString:x',
      'youtube:__proto__:x',
      'constructor:name:x',
      'youtube:handle:Upper',
      'youtube:handle:cafe\u0301',
      'youtube:handle:..',
      'facebook:video:0123',
      'facebook:video:12a',
      'facebook:short:x/abc',
      'telegram:post:Channel/1',
      'vk:video:--1_2',
      'web:sha256:ABC',
      `web:sha256:${'A'.repeat(64)}`,
      `lbry:claim:${'a'.repeat(41)}`,
      `lbry:output:${'a'.repeat(64)}:01`,
      `youtube:playlist:${'a'.repeat(65)}`,
    ]
    for (const text of wrong) {
      assert.equal(isOriginalKey(text), false, JSON.stringify(text))
      assert.equal(urlOfKey(text), undefined, JSON.stringify(text))
    }
    for (const text of [
      VIDEO,
      `lbry:output:${'a'.repeat(64)}:0`,
      `web:sha256:${'0'.repeat(64)}`,
      'youtube:handle:қазақ',
    ]) {
      assert.equal(isOriginalKey(text), true, text)
    }
  })

  it('say of themselves whether they rest on something that can change', () => {
    const aliases = [
      'youtube:handle:a',
      'facebook:short:v/abc',
      `facebook:pfbid:pfbid${'a'.repeat(30)}`,
      'tiktok:short:vm/abc',
      'x:short:t/abcd',
    ]
    for (const key of aliases) assert.equal(isAliasKey(key), true, key)
    for (const key of [VIDEO, 'facebook:post:1', 'no key']) assert.equal(isAliasKey(key), false, key)
  })
})
