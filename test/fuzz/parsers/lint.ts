import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { captionText } from '../../../src/clear/caption-text.ts'
import { lintMedia } from '../../../src/clear/lint-media.ts'
import { lintText } from '../../../src/clear/lint-text.ts'
import * as media from '../../unit/clear/media-files.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { bytesOfText, textOf } from '../text.ts'

const { signal } = new AbortController()
const directory = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const path = join(directory, 'media')
const { box, bytes, exifWithGps, FTYP, MVHD } = media
const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="43,14.3N"/></x:xmpmeta>'

/** Metadata of media, where the lint looks for a place of recording: a file is clean, not checked, or has findings. */
export const mediaMetadata: FuzzTarget = {
  name: 'media metadata',
  share: 20_000,
  codes: [],
  words: [
    'moov',
    'udta',
    'meta',
    'ilst',
    'mdat',
    '\u00a9xyz',
    'loci',
    'free',
    'Exif\0\0',
    'eXIf',
    'EXIF',
    'II*\0',
    'MM\0*',
    '\u0001',
  ],
  maxBytes: 512 * 1024,
  seeds: () => [
    bytes(FTYP, box('mdat', Buffer.alloc(100)), box('moov', MVHD, box('udta', media.xyz(), media.loci('A', 43)))),
    bytes(FTYP, box('moov', MVHD, media.keyedMeta('com.apple.quicktime.location.ISO6709', '+43+076/', 'quicktime'))),
    bytes(FTYP, media.wideBox('moov', MVHD, media.freeFormItem('location', '+43+076/')), media.track(box('camm'))),
    media.matroska(media.matroskaTag('LOCATION', '+43+076/')),
    media.jpeg(media.app1(bytes('Exif\0\0', exifWithGps())), media.app1(bytes('http://ns.adobe.com/xap/1.0/\0', xmp))),
    media.png(media.pngChunk('eXIf', exifWithGps())),
    media.webp(media.riffChunk('EXIF', exifWithGps()), media.riffChunk('XMP ', Buffer.from(xmp))),
    bytes(
      box('ftyp', 'heic\0\0\0\0heic'),
      box('meta', media.uint32(0), box('iinf', Buffer.alloc(6)), box('iloc', Buffer.alloc(8))),
    ),
    exifWithGps(),
  ],
  async run(input) {
    writeFileSync(path, input)
    const { state } = await lintMedia(path, 'video.mp4', { signal })
    return state === 'finding' ? ACCEPTED : state
  },
}

/** Texts and captions, where the lint looks for numbers and addresses of people. */
export const lintedText: FuzzTarget = {
  name: 'linted text',
  share: 20_000,
  codes: [],
  words: [
    '+7 701 123 45 67',
    '4111 1111 1111 1111',
    '@example.org',
    'https://wa.me/',
    'tel:',
    '-->',
    '<c>',
    '０',
    '٣',
    '-',
    ' ',
    '1',
  ],
  maxBytes: 256 * 1024,
  seeds: () =>
    [
      'WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>Call +7 701 123 45 67 or 8(701)1234567.\n',
      '1\n00:00:01,000 --> 00:00:02,000\nsomebody@example.org, card 4111-1111-1111-1111\n',
      'https://wa.me/77011234567 tel:+77011234567 example.org/a?b=110101199003074477 850101300123',
      '<tt><p begin="1s">٠١٢٣٤٥٦٧٨٩ 一二三</p></tt>',
    ].map(bytesOfText),
  run(input) {
    const text = textOf(input)
    const findings = [...lintText(text, 'title'), ...lintText(captionText(text), 'subtitles.kk.vtt')]
    for (const { excerpt } of findings) assert.ok(excerpt.length < 200)
    return findings.length > 0 ? ACCEPTED : 'clean'
  },
}
