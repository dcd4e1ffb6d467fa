import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { requestedRange } from '../../../src/view/byte-range.ts'
import { disposition, fileHeaders } from '../../../src/view/presentation.ts'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld, bytesOf } from './support.ts'

const SIZE = 2 * 2 ** 20 + 1_000
const VIDEO = distinctBytes(SIZE)

async function withVideo() {
  const world = aWorld()
  const { root, file } = await world.content.addDirectory({
    'video.mp4': VIDEO,
    'empty.vtt': new Uint8Array(),
    'page.html': new TextEncoder().encode('<script>alert(1)</script>'),
  })
  for (const [name, type] of [
    ['video.mp4', 'video/mp4'],
    ['empty.vtt', 'text/vtt'],
    ['page.html', 'text/html'],
  ] as const)
    world.content.mediaTypes.set(name, type)
  return { ...world, root, video: file('video.mp4'), url: `/ipfs/${root}/video.mp4` }
}

describe('a file for players', () => {
  it('comes whole with its type, size and version', async () => {
    const { get, url, root, video } = await withVideo()
    const response = await get(url)
    assert.equal(response.status, 200)
    assert.deepEqual(await bytesOf(response), VIDEO)
    assert.equal(response.headers.get('content-type'), 'video/mp4')
    assert.equal(response.headers.get('content-length'), `${SIZE}`)
    assert.equal(response.headers.get('etag'), `"${video}"`)
    assert.equal(response.headers.get('accept-ranges'), 'bytes')
    assert.equal(response.headers.get('cache-control'), 'public, max-age=29030400, immutable')
    assert.equal(response.headers.get('x-ipfs-path'), url)
    assert.equal(response.headers.get('x-ipfs-roots'), `${root},${video}`)
    assert.equal(response.headers.get('content-disposition'), null)
  })

  it('is the same file by its own CID', async () => {
    const { get, video, content } = await withVideo()
    content.mediaTypes.set(`${video}`, 'video/mp4')
    const response = await get(`/ipfs/${video}`, { accept: 'video/*;q=0.9,*/*;q=0.1' })
    assert.equal(response.headers.get('content-type'), 'video/mp4')
    assert.deepEqual(await bytesOf(response), VIDEO)
  })

  for (const [header, start, end] of [
    ['bytes=0-0', 0, 1],
    ['bytes=0-', 0, SIZE],
    ['bytes=1048575-1048576', 1_048_575, 1_048_577],
    [`bytes=${SIZE - 1}-`, SIZE - 1, SIZE],
    ['bytes=-1', SIZE - 1, SIZE],
    ['bytes=-99999999', 0, SIZE],
    ['bytes=2000000-99999999', 2_000_000, SIZE],
  ] as const) {
    it(`is sent in part for ${header}`, async () => {
      const { get, url, video } = await withVideo()
      const response = await get(url, { range: header })
      assert.equal(response.status, 206)
      assert.equal(response.headers.get('content-range'), `bytes ${start}-${end - 1}/${SIZE}`)
      assert.equal(response.headers.get('content-length'), `${end - start}`)
      assert.equal(response.headers.get('etag'), `"${video}"`)
      assert.deepEqual(await bytesOf(response), VIDEO.slice(start, end))
    })
  }

  it('reads no more blocks than a part needs', async () => {
    const { get, url, content } = await withVideo()
    await bytesOf(await get(url, { range: 'bytes=-10' }))
    // The directory, the file's node for its size and once more to walk it, one leaf.
    assert.equal(content.reads.length, 4)
  })

  it('says 416 with the size where nothing is', async () => {
    const { get, url, root } = await withVideo()
    for (const range of [`bytes=${SIZE}-`, 'bytes=99999999-', 'bytes=-0']) {
      const response = await get(url, { range })
      assert.equal(response.status, 416, range)
      assert.equal(response.headers.get('content-range'), `bytes */${SIZE}`)
    }
    assert.equal((await get(`/ipfs/${root}/empty.vtt`, { range: 'bytes=0-' })).status, 416)
  })

  it('comes whole where a range is odd, of several parts, or meant for another version', async () => {
    const { get, url, video } = await withVideo()
    for (const range of ['bytes=0-1,5-6', 'bytes=5-1', 'items=0-1', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes=0-1x'])
      assert.equal((await get(url, { range }, 'HEAD')).status, 200, range)
    for (const [ifRange, status] of [
      [`"${video}"`, 206],
      ['"other"', 200],
      [`W/"${video}"`, 200],
      ['Sat, 21 Nov 2026 09:00:00 GMT', 200],
    ] as const)
      assert.equal((await get(url, { range: 'bytes=0-1', 'if-range': ifRange })).status, status, ifRange)
  })

  it('answers HEAD with its size and without reading its leaves, whatever range is asked', async () => {
    const { get, url, content } = await withVideo()
    const response = await get(url, { range: 'bytes=0-1' }, 'HEAD')
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-length'), `${SIZE}`)
    assert.equal(content.reads.length, 2)
  })

  it('is not sent again to who has it', async () => {
    const { get, url, video } = await withVideo()
    assert.equal((await get(url, { 'if-none-match': `"${video}"`, range: 'bytes=0-1' })).status, 304)
  })

  it('may be empty', async () => {
    const { get, root } = await withVideo()
    const response = await get(`/ipfs/${root}/empty.vtt`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-length'), '0')
    assert.equal(response.headers.get('content-type'), 'text/vtt; charset=utf-8')
  })

  it('that could act in a browser comes as a download in a sandbox', async () => {
    const { get, root } = await withVideo()
    const response = await get(`/ipfs/${root}/page.html`)
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="page.html"')
    assert.match(response.headers.get('content-security-policy') ?? '', /^sandbox/)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  })

  it('cannot register a service worker', async () => {
    const { get, root } = await withVideo()
    assert.equal((await get(`/ipfs/${root}/page.html`, { 'service-worker': 'script' })).status, 400)
  })
})

describe('what a browser is told of a file', () => {
  const asked = { download: false, named: false }

  it('is a sandbox for all types but a few that cannot act', () => {
    for (const mediaType of [
      'text/html',
      'image/svg+xml',
      'IMAGE/SVG+XML',
      'application/xml',
      'text/xml',
      'application/xhtml+xml',
      'text/javascript',
      'application/pdf',
      'application/octet-stream',
      'text/html;x=video/mp4',
      undefined,
      '',
      'nonsense',
      'video/mp4\r\nx: y',
      'text/plain, text/html',
    ]) {
      const headers = fileHeaders({ mediaType, filename: 'f', asked })
      assert.match(headers['content-security-policy'] ?? '', /^sandbox/, mediaType)
      assert.match(headers['content-disposition'] ?? '', /^attachment/)
      assert.match(headers['content-type'] ?? '', /^[a-z+/-]+(; charset=utf-8)?$/)
    }
    for (const mediaType of [
      'video/mp4',
      'audio/ogg',
      'image/jpeg',
      'text/vtt',
      'text/plain',
      'application/json',
      'application/ld+json',
    ])
      assert.equal(fileHeaders({ mediaType, filename: 'f', asked })['content-security-policy'], undefined, mediaType)
  })

  it('follows ?download and ?filename', async () => {
    const { get, url } = await withVideo()
    assert.equal(
      (await get(`${url}?download=true`)).headers.get('content-disposition'),
      'attachment; filename="video.mp4"',
    )
    assert.equal((await get(`${url}?filename=x.mp4`)).headers.get('content-disposition'), 'inline; filename="x.mp4"')
    assert.equal(
      (await get(`${url}?filename=%D1%82%0d%0aSet-Cookie:a`)).headers.get('content-disposition'),
      `inline; filename="___Set-Cookie:a"; filename*=UTF-8''%D1%82__Set-Cookie%3Aa`,
    )
  })

  it('is a header that can be sent, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const value = disposition('attachment', name)
        assert.match(value, /^attachment; filename="[^"]*"(; filename\*=UTF-8''[\w%!#$&+.^`|~-]*)?$/)
        assert.match(value, /^[\x20-\x7e]*$/)
      }),
    )
  })
})

describe('a Range header', () => {
  it('never leads outside the body', () => {
    const number = fc.option(fc.nat({ max: 30 }), { nil: '' })
    fc.assert(
      fc.property(number, number, fc.nat({ max: 20 }), (first, last, size) => {
        const wanted = requestedRange(`bytes=${first}-${last}`, size)
        if (wanted.kind !== 'part') return
        assert.ok(0 <= wanted.range.start && wanted.range.start < wanted.range.end && wanted.range.end <= size)
      }),
    )
  })
})
