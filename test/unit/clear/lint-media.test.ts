import assert from 'node:assert/strict'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { openBounded, ReadBudgetSpent } from '../../../src/clear/bounded-file.ts'
import { ClearError } from '../../../src/clear/errors.ts'
import { lintMedia } from '../../../src/clear/lint-media.ts'
import type { MediaLint } from '../../../src/clear/media-lint.ts'
import {
  app1,
  box,
  bytes,
  element,
  exifWithGps,
  exifWithoutGps,
  FTYP,
  freeFormItem,
  jpeg,
  keyedMeta,
  loci,
  MVHD,
  matroska,
  matroskaTag,
  png,
  pngChunk,
  riffChunk,
  track,
  uint32,
  webp,
  wideBox,
  xyz,
} from './media-files.ts'

const signal = new AbortController().signal
let directory = ''
let made = 0
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-lint-'))
})
after(() => rm(directory, { recursive: true }))

async function fileOf(content: Uint8Array): Promise<string> {
  const path = join(directory, `${made++}.bin`)
  await writeFile(path, content)
  return path
}

async function lint(content: Uint8Array): Promise<MediaLint> {
  return lintMedia(await fileOf(content), 'video.mp4', { signal })
}

async function tagsOf(content: Uint8Array): Promise<readonly string[]> {
  const result = await lint(content)
  return result.state === 'finding' ? result.findings.map((finding) => finding.excerpt) : [result.state]
}

function movie(...content: readonly Uint8Array[]): Buffer {
  return bytes(FTYP, box('mdat', Buffer.alloc(100)), box('moov', MVHD, ...content))
}

describe('lintMedia on MP4 and MOV', () => {
  it('finds each way in which cameras, phones and editors write a place', async () => {
    const place = '+43.2389+076.8897/'
    const cases: readonly (readonly [Buffer, string])[] = [
      [movie(box('udta', xyz())), 'moov/udta/©xyz'],
      [movie(box('trak', box('udta', xyz()))), 'moov/trak/udta/©xyz'],
      [movie(box('udta', loci('', 43))), 'moov/udta/loci'],
      [movie(box('udta', loci('Almaty', 0))), 'moov/udta/loci'],
      [
        movie(keyedMeta('com.apple.quicktime.location.ISO6709', place, 'quicktime')),
        'moov/meta/ilst/com.apple.quicktime.location.ISO6709',
      ],
      [
        movie(box('udta', keyedMeta('com.apple.quicktime.location.ISO6709', place, 'mp4'))),
        'moov/udta/meta/ilst/com.apple.quicktime.location.ISO6709',
      ],
      [movie(keyedMeta('location', place, 'mp4')), 'moov/meta/ilst/location'],
      [movie(freeFormItem('LOCATION', place)), 'moov/udta/meta/ilst/----'],
      [movie(track(box('gpmd', Buffer.alloc(8)))), 'moov/trak/mdia/minf/stbl/stsd/gpmd'],
      [movie(track(box('mebx', 'com.apple.quicktime.location.ISO6709'))), 'moov/trak/mdia/minf/stbl/stsd/mebx'],
      [movie(box('gps ', Buffer.alloc(16, 1))), 'moov/gps '],
      [movie(box('udta', box('XMP_', '<x exif:GPSLatitude="43,14N"/>'))), 'moov/udta/XMP_/XMP'],
      [
        bytes(
          FTYP,
          box('moov', MVHD),
          box('uuid', Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex'), '<exif:GPSLatitude>'),
        ),
        'uuid/XMP',
      ],
    ]
    for (const [file, tag] of cases) assert.deepEqual(await tagsOf(file), [tag])
  })

  it('finds it with 64-bit sizes, at either end of the file, and in a file without ftyp', async () => {
    const moov = box('moov', MVHD, box('udta', xyz()))
    const mdat = wideBox('mdat', Buffer.alloc(1_000))
    const wide = wideBox('moov', MVHD, wideBox('udta', xyz()))
    for (const file of [
      bytes(FTYP, moov, mdat),
      bytes(FTYP, mdat, moov),
      bytes(mdat, moov),
      bytes(FTYP, wide),
      bytes(FTYP, box('free'), moov),
    ]) {
      assert.deepEqual(await tagsOf(file), ['moov/udta/©xyz'])
    }
  })

  it('calls a file without a place, or with an empty one, clean', async () => {
    const empty = [
      movie(),
      movie(box('udta', xyz('+00.0000+000.0000/'))),
      movie(box('udta', loci('', 0))),
      movie(keyedMeta('location', '', 'mp4')),
    ]
    const others = [
      movie(box('udta', uint32(0))),
      movie(keyedMeta('com.apple.quicktime.make', 'Camera', 'quicktime')),
      movie(track(box('avc1', 'x'))),
    ]
    const open = bytes(FTYP, box('moov', MVHD), uint32(0), 'mdat', Buffer.alloc(50))
    for (const file of [...empty, ...others, open]) assert.deepEqual(await lint(file), { state: 'clean' })
  })

  it('never says the coordinates', async () => {
    const result = await lint(movie(box('udta', xyz())))
    assert.doesNotMatch(JSON.stringify(result), /43\.|076/)
  })

  it('gives another place another fingerprint, and the same place the same one', async () => {
    const prints = []
    for (const place of ['+43.2389+076.8897/', '+43.2389+076.8897/', '+39.0000+076.0000/']) {
      const result = await lint(movie(box('udta', xyz(place))))
      prints.push(result.state === 'finding' && result.findings[0]?.fingerprint)
    }
    assert.equal(prints[0], prints[1])
    assert.notEqual(prints[1], prints[2])
  })

  it('says that it did not check what is cut off, lies about its sizes, or nests without end', async () => {
    const whole = movie(box('udta', box('name', 'x')))
    let deep = box('udta', 'x'.repeat(8))
    for (let depth = 0; depth < 40; depth++) deep = box('udta', deep)
    const lies = [
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, FTYP.length + 4),
      bytes(FTYP, 7, 'moov', 0),
      bytes(FTYP, 0xffffffff, 'moov', 0),
      bytes(FTYP, 1, 'moov', 0xffffffff, 0xffffffff),
      bytes(FTYP, 1, 'moov', 0, 8),
      bytes(FTYP, 1, 'moov'),
      bytes(FTYP, 20, 'moov', 5, 'udta', 0),
      movie(deep),
      FTYP,
      bytes(FTYP, box('mdat', Buffer.alloc(10))),
      movie(box('meta', uint32(0), box('keys', bytes(0, 1, 3, 'mdta')))),
    ]
    for (const [index, file] of lies.entries()) assert.equal((await lint(file)).state, 'not-checked', `case ${index}`)
  })

  it('still reports what it found before the file breaks off', async () => {
    const file = bytes(FTYP, box('moov', MVHD, box('udta', xyz())), uint32(1_000_000), 'mdat')
    assert.deepEqual(await tagsOf(file), ['moov/udta/©xyz'])
  })

  it('reads a few kilobytes of a file of many gigabytes, wherever the description lies', async () => {
    const path = join(directory, 'sparse.mp4')
    const moov = box('moov', MVHD, box('udta', xyz()))
    const size = 8 * 1024 ** 3
    const header = bytes(1, 'mdat', Math.floor(size / 2 ** 32), size % 2 ** 32)
    const handle = await open(path, 'w')
    await handle.write(bytes(FTYP, header), 0, undefined, 0)
    await handle.write(moov, 0, moov.length, FTYP.length + size)
    await handle.close()
    assert.equal((await lintMedia(path, 'video.mp4', { signal })).state, 'finding')
    await rm(path)
  })

  it('ends on hundreds of thousands of boxes that hold nothing', async () => {
    const file = bytes(FTYP, Buffer.alloc(8 * 300_000, box('free')))
    assert.equal((await lint(file)).state, 'not-checked')
  })
})

describe('lintMedia on Matroska and WebM', () => {
  it('finds tags that name a place, behind clusters that it skips', async () => {
    const cluster = element('1f43b675', Buffer.alloc(5_000))
    for (const name of ['LOCATION', 'RECORDING_LOCATION', 'location-eng', 'com.apple.quicktime.location.ISO6709']) {
      assert.deepEqual(await tagsOf(matroska(cluster, matroskaTag(name, '+43+076/'))), [`Tags/${name}`])
    }
  })

  it('calls other tags clean, and says when it cannot see the end', async () => {
    assert.equal((await lint(matroska(matroskaTag('ENCODER', 'Lavf')))).state, 'clean')
    const live = matroska(bytes(Buffer.from('1f43b67501ffffffffffffff', 'hex'), Buffer.alloc(100)))
    const whole = matroska(matroskaTag('ENCODER', 'Lavf'))
    for (const file of [live, whole.subarray(0, whole.length - 3), whole.subarray(0, 20)])
      assert.equal((await lint(file)).state, 'not-checked')
  })

  it('does not let the name of a tag reach the terminal as a command', async () => {
    assert.deepEqual(await tagsOf(matroska(matroskaTag('\x1b[2JLOCATION', '+43/'))), ['Tags/?[2JLOCATION'])
  })
})

describe('lintMedia on images', () => {
  const HEIC = bytes(box('ftyp', 'heic\0\0\0\0mif1heic'), box('meta', Buffer.alloc(40)))
  const exif = (block: Buffer) => bytes('Exif\0\0', block)

  it('finds GPS in EXIF of JPEG, PNG, WebP, HEIC and TIFF', async () => {
    const files = [
      jpeg(app1(exif(exifWithGps()))),
      jpeg(app1(exif(exifWithoutGps())), app1(exif(exifWithGps()))),
      png(pngChunk('eXIf', exifWithGps())),
      webp(riffChunk('VP8 ', Buffer.alloc(10)), riffChunk('EXIF', exifWithGps())),
      webp(riffChunk('EXIF', exif(exifWithGps()))),
      exifWithGps(),
      bytes(jpeg(), jpeg(app1(exif(exifWithGps())))),
      bytes(HEIC, uint32(6), exif(exifWithGps())),
      bytes(HEIC, uint32(0), exifWithGps()),
    ]
    for (const [index, file] of files.entries()) {
      assert.deepEqual([...new Set(await tagsOf(file))], ['EXIF GPS'], `case ${index}`)
    }
  })

  it('finds GPS in XMP', async () => {
    const xmp = Buffer.from('http://ns.adobe.com/xap/1.0/\0<rdf:Description exif:GPSLatitude="43,14.3N"/>')
    for (const file of [jpeg(app1(xmp)), png(pngChunk('iTXt', xmp)), webp(riffChunk('XMP ', xmp))])
      assert.deepEqual(await tagsOf(file), ['XMP'])
  })

  it('calls images without a place clean', async () => {
    for (const file of [jpeg(), jpeg(app1(exif(exifWithoutGps()))), png(), webp(riffChunk('VP8 ', Buffer.alloc(10)))]) {
      assert.deepEqual(await lint(file), { state: 'clean' })
    }
  })

  it('ends on a HEIC file with a box whose 64-bit size is zero, on which the reader of exifr never does', async () => {
    const file = bytes(box('ftyp', 'heic\0\0\0\0mif1heic'), 1, 'free', 0, 0)
    assert.deepEqual(await lint(file), { state: 'clean' })
  })

  it('reports EXIF that is cut off behind its first GPS tag, and does not call it clean when cut off before', async () => {
    for (const wrap of [(block: Buffer) => jpeg(app1(exif(block))), (block: Buffer) => block]) {
      assert.equal((await lint(wrap(exifWithGps().subarray(0, 60)))).state, 'finding')
    }
    assert.equal((await lint(exifWithGps().subarray(0, 20))).state, 'not-checked')
  })

  it('survives every cut and every changed byte of an image with EXIF', async () => {
    const whole = jpeg(app1(exif(exifWithGps())))
    for (let end = 3; end < whole.length; end += 5) assert.ok((await lint(whole.subarray(0, end))).state)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), async (changes) => {
        const file = Buffer.from(whole)
        for (const [at, value] of changes) file[at] = value
        assert.ok((await lint(file)).state)
      }),
      { numRuns: 150 },
    )
  })
})

describe('lintMedia', () => {
  it('goes by content: a film named as a picture is read as a film', async () => {
    const path = await fileOf(movie(box('udta', xyz())))
    assert.equal((await lintMedia(path, 'thumbnail.jpg', { signal })).state, 'finding')
  })

  it('says of formats without a rule that it did not check them', async () => {
    for (const file of [Buffer.from('ID3\x04 some audio'), Buffer.from('x'), Buffer.from('RIFF\0\0\0\0AVI LIST')]) {
      const result = await lint(file)
      assert.equal(result.state, 'not-checked')
    }
  })

  it('fails with LINT_FILE_UNREADABLE for what is missing or no file, and names the way on', async () => {
    for (const path of [join(directory, 'missing'), directory]) {
      await assert.rejects(lintMedia(path, 'video.mp4', { signal }), (error) => {
        assert.ok(error instanceof ClearError)
        assert.equal(error.code, 'LINT_FILE_UNREADABLE')
        assert.ok(error.hint)
        return true
      })
    }
  })

  it('stops when it is told to', async () => {
    const path = await fileOf(movie())
    await assert.rejects(lintMedia(path, 'video.mp4', { signal: AbortSignal.abort(new Error('enough')) }), {
      message: 'enough',
    })
  })

  it('reads no more of a file than it was given', async () => {
    await using file = await openBounded(await fileOf(Buffer.alloc(100)), 40, signal)
    assert.equal((await file.read(90, 20)).length, 10)
    assert.equal((await file.read(0, 30)).length, 30)
    await assert.rejects(file.read(0, 1), ReadBudgetSpent)
  })
})
