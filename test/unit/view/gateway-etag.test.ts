import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld } from './support.ts'

const RAW = 'application/vnd.ipld.raw'
const CAR = 'application/vnd.ipld.car'

describe('the version of an answer', () => {
  it('is another one for each format, scope, range of an entity, kind of CAR and path', async () => {
    const { content, get } = aWorld()
    const { root, file } = await content.addDirectory({
      'a/video': distinctBytes(2 ** 20 + 9),
      'b/video': distinctBytes(9),
    })
    const video = file('a/video')
    const paths = [
      `/ipfs/${video}`,
      `/ipfs/${video}?format=raw`,
      ...[
        '',
        '&dag-scope=block',
        '&dag-scope=entity',
        '&entity-bytes=0:1',
        '&entity-bytes=0:*',
        '&entity-bytes=-1:*',
        '&car-dups=n',
      ].map((more) => `/ipfs/${video}?format=car${more}`),
      ...['', '/a', '/b', '/a/video', '/b/video'].map((path) => `/ipfs/${root}${path}?format=car`),
    ]
    const etags = await Promise.all(paths.map(async (path) => (await get(path, {}, 'HEAD')).headers.get('etag')))
    assert.equal(new Set(etags).size, paths.length, etags.join(' '))
    for (const [i, path] of paths.entries()) {
      const etag = etags[i] ?? ''
      assert.match(etag, /^"[^"]+"$/, 'strong')
      assert.equal((await get(path, { 'if-none-match': etag })).status, 304, path)
      assert.equal((await get(path, { 'if-none-match': etags[(i + 1) % etags.length] ?? '' })).status, 200, path)
    }
  })

  it('is the same for a part as for the whole, because that is how a download goes on (RFC 9110, 13.1.5)', async () => {
    const { content, get } = aWorld()
    const { file } = await content.addDirectory({ video: distinctBytes(2 ** 20 + 9) })
    for (const path of [`/ipfs/${file('video')}`, `/ipfs/${file('video')}?format=raw`]) {
      const etag = (await get(path)).headers.get('etag') ?? ''
      const part = await get(path, { range: 'bytes=3-9', 'if-range': etag })
      assert.deepEqual([part.status, part.headers.get('etag')], [206, etag])
      assert.equal((await get(path, { range: 'bytes=3-9', 'if-range': '"another"' })).status, 200)
    }
  })
})

describe('the format of an answer', () => {
  it('is what the URL says, whatever Accept says, in all pairs (IPIP-0523)', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ 'a.txt': distinctBytes(9) })
    for (const accept of [RAW, CAR, '*/*', 'text/html', `${CAR};version=1, ${RAW}`, 'application/x-tar'])
      for (const [format, type] of [
        ['raw', RAW],
        ['car', CAR],
      ] as const) {
        const answer = await get(`/ipfs/${root}?format=${format}`, { accept })
        assert.equal(answer.status, 200)
        assert.ok(answer.headers.get('content-type')?.startsWith(type), `${format} ${accept}`)
        assert.equal(answer.headers.get('vary'), 'Accept')
      }
    assert.equal((await get(`/ipfs/${root}?format=tar`, { accept: CAR })).status, 406, 'no other format instead')
  })
})
