import assert from 'node:assert/strict'
import fc from 'fast-check'
import { composeBundle } from '../../../src/bundle/compose.ts'
import { INTAKE_ERROR_CODES } from '../../../src/intake/errors.ts'
import type { WalkedFile } from '../../../src/intake/layout.ts'
import { ytDlpLayout } from '../../../src/intake/layouts/yt-dlp.ts'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import { infoOf } from '../../fakes/yt-dlp-info.ts'
import { anyText, jsonOf, mostly } from '../json-documents.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const { signal } = new AbortController()
const VIDEO = {
  ...{ path: 'video.mp4', cid: cidText(rawCid(new Uint8Array(32))), bytes: 1, sha256: '00'.repeat(32) },
  ...{ mediaType: 'video/mp4', role: 'video' as const },
}
const URLS = ['https://www.youtube.com/watch?v=dQw4w9WgXcQ', 'https://vk.com/clip-1_2', 'https://youtu.be/@', 'ftp://x']
const time = fc.oneof(fc.double(), fc.nat(), fc.constantFrom(0, -1, 1e300, 253_402_300_800, 8.64e12, 8.64e15))

/** Fields as yt-dlp's, each mostly of its own type. */
const fields = fc.record(
  {
    id: mostly(fc.oneof(fc.constantFrom('dQw4w9WgXcQ', '-1_2', '7'), anyText, fc.nat())),
    title: mostly(anyText),
    description: mostly(anyText),
    extractor_key: mostly(fc.constantFrom('Youtube', 'VK', 'constructor', '__proto__', 'TikTok')),
    webpage_url: mostly(fc.oneof(fc.constantFrom(...URLS), fc.webUrl(), anyText)),
    channel_id: mostly(fc.constantFrom('UCabcdefghijklmnopqrstuv', '')),
    channel_url: mostly(fc.oneof(fc.constantFrom('https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv'), anyText)),
    upload_date: mostly(fc.constantFrom('20190314', '20190231', '00000000', '99999999')),
    timestamp: mostly(time),
    duration: mostly(time),
    language: mostly(fc.oneof(fc.constantFrom('kk', 'zh-Hans', 'en-orig', 'constructor', 'x-y', 'i-klingon'), anyText)),
    license: mostly(anyText),
    availability: mostly(fc.constantFrom('public', 'private', 'unlisted')),
    ext: mostly(fc.constantFrom('mp4', 'constructor')),
    vcodec: mostly(fc.constantFrom('none', 'avc1')),
    _type: mostly(fc.constantFrom('video', 'playlist', 'multi_video')),
    tags: mostly(fc.array(mostly(anyText), { maxLength: 6 })),
    chapters: mostly(
      fc.array(mostly(fc.record({ start_time: time, end_time: mostly(time), title: mostly(anyText) })), {
        maxLength: 5,
      }),
    ),
    subtitles: mostly(fc.dictionary(anyText, jsonOf(1), { maxKeys: 3 })),
    automatic_captions: mostly(fc.dictionary(fc.constantFrom('kk', 'en', '__proto__'), jsonOf(1))),
    _old_archive_ids: mostly(fc.array(fc.constantFrom('youtube dQw4w9WgXcQ', 'constructor x', 'vk', ''))),
    comments: jsonOf(3),
  },
  { requiredKeys: ['id', 'title'] },
)

/** An `.info.json` beside a video and captions, through the whole layout: what is found can always be published. */
export const infoJson: FuzzTarget = {
  name: 'info.json',
  share: 70_000,
  codes: [],
  words: [
    '"title":"',
    '"tags":["',
    '"chapters":[{"start_time":1,"title":"x"}]',
    '"_type":"playlist"',
    '"timestamp":',
    'null',
    ',"id":7',
  ],
  maxBytes: 1024 * 1024,
  seeds: (seed) => [
    Buffer.from(JSON.stringify(infoOf({ id: 'dQw4w9WgXcQ', subtitleLanguages: ['kk'] }))),
    ...fc.sample(fields, { numRuns: 200, seed }).map((value) => Buffer.from(JSON.stringify(value))),
  ],
  async run(input) {
    const unit = [file('a.info.json', input), file('a.mp4', Buffer.of(1)), file('a.kk.vtt', input.subarray(0, 500))]
    let result = 'nothing'
    let verdicts = 0
    for await (const found of ytDlpLayout.read(unit, { signal })) {
      if (found.type === 'bundle') {
        composeBundle(found.bundle.document, [VIDEO])
        verdicts += found.bundle.files.length
        result = ACCEPTED
      } else if (found.type === 'file') {
        const { outcome, code } = found.verdict
        verdicts += 1
        if (outcome === 'failed')
          result = INTAKE_ERROR_CODES.find((known) => known === code) ?? assert.fail(`${code} is no code`)
      }
    }
    assert.equal(verdicts, unit.length)
    return result
  },
}

function file(name: string, bytes: Uint8Array): WalkedFile {
  return { path: `/archive/${name}`, relative: name, size: bytes.length, read: async () => new Uint8Array(bytes) }
}
