import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { isAliasKey, isOriginalKey, parseOriginal, urlOfKey } from '../../../src/model/original.ts'
import { ACCEPTED, type FuzzTarget, NOTHING } from '../target.ts'
import { bytesOfText, textOf } from '../text.ts'

const directory = new URL('../../vectors/originals/', import.meta.url)
/** Every URL of test/vectors/originals. */
export const URLS: readonly string[] = readdirSync(directory).flatMap((name) =>
  readFileSync(new URL(name, directory), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): string => JSON.parse(line).in),
)

/** URLs: a key's canonical URL leads to that key again, and so does every other URL that was read to it. */
export const url: FuzzTarget = {
  name: 'URL',
  share: 100_000,
  codes: [],
  words: [
    ...[
      'https://',
      'http://',
      '//',
      'lbry://',
      'www.',
      'm.',
      '/watch?v=',
      '/embed/',
      '/@',
      '/c/',
      '/user/',
      '/share/',
      '/p/',
      '/reel/',
    ],
    ...[
      'youtube.com',
      'youtu.be',
      'facebook.com',
      'fb.watch',
      'tiktok.com',
      'x.com',
      't.co',
      'instagram.com',
      't.me',
      'vk.com',
      'ok.ru',
    ],
    ...[
      'odysee.com',
      'web.archive.org/web/2020/',
      'l.facebook.com/l.php?u=',
      'google.com/url?q=',
      '#!/',
      '?z=video-1_2',
      '/c/1/2',
      ':8443',
    ],
    ...[
      'user:password@',
      '%2F',
      'xn--',
      '.onion',
      '[::1]',
      '127.0.0.1',
      '0x7f.1',
      'constructor',
      '?next=/',
      '?u=//',
      '?continue=',
    ],
  ],
  maxBytes: 70_000,
  seeds: () => URLS.map(bytesOfText),
  run(input) {
    const original = parseOriginal(textOf(input))
    if (original === undefined) return NOTHING
    const { key, url: canonical, aliases, account } = original
    for (const each of [key, ...aliases, ...(account === undefined ? [] : [account])])
      assert.ok(isOriginalKey(each), each)
    assert.equal(urlOfKey(key), canonical)
    if (canonical === undefined) return isAliasKey(key) ? 'alias' : 'without URL'
    assert.equal(parseOriginal(canonical)?.key, key)
    assert.equal(new URL(canonical).href, canonical)
    return ACCEPTED
  },
}
