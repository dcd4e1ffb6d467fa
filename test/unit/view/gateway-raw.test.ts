import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld, bytesOf } from './support.ts'

const IMMUTABLE = 'public, max-age=29030400, immutable'

describe('a raw block', () => {
  it('comes with the headers of the trustless gateway specification', async () => {
    const { content, get } = aWorld()
    const { root, file } = await content.addDirectory({ 'video.mp4': distinctBytes(3 * 2 ** 20) })
    for (const cid of [root, file('video.mp4')]) {
      const response = await get(`/ipfs/${cid}?format=raw`)
      assert.equal(response.status, 200)
      const block = content.blocks.get(`${cid}`)
      assert.deepEqual(await bytesOf(response), block)
      assert.equal(response.headers.get('content-type'), 'application/vnd.ipld.raw')
      assert.equal(response.headers.get('content-length'), `${block?.length}`)
      assert.equal(response.headers.get('etag'), `"${cid}.raw"`)
      assert.equal(response.headers.get('cache-control'), IMMUTABLE)
      assert.equal(response.headers.get('content-disposition'), `attachment; filename="${cid}.bin"`)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(response.headers.get('x-ipfs-path'), `/ipfs/${cid}`)
      assert.equal(response.headers.get('x-ipfs-roots'), `${cid}`)
      assert.equal(response.headers.get('accept-ranges'), 'bytes')
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
    }
  })

  it('is told to caches by a URL of its own when it was chosen by Accept', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    const response = await get(`/ipfs/${root}`, { accept: 'application/vnd.ipld.raw' })
    assert.equal(response.headers.get('content-type'), 'application/vnd.ipld.raw')
    assert.equal(response.headers.get('content-location'), `/ipfs/${root}?format=raw`)
    assert.match(response.headers.get('vary') ?? '', /Accept/)
  })

  it('wins over Accept when the URL says so', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    const response = await get(`/ipfs/${root}?format=raw`, { accept: 'application/vnd.ipld.car' })
    assert.equal(response.headers.get('content-type'), 'application/vnd.ipld.raw')
  })

  it('answers HEAD with the same headers and nothing else', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    const [whole, head] = [await get(`/ipfs/${root}?format=raw`), await get(`/ipfs/${root}?format=raw`, {}, 'HEAD')]
    assert.equal(head.status, 200)
    assert.deepEqual(Object.fromEntries(head.headers), Object.fromEntries(whole.headers))
    assert.equal((await bytesOf(head)).length, 0)
  })

  it('is not sent again to who has it', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    for (const given of [`"${root}.raw"`, `W/"${root}.raw"`, `"other", "${root}.raw"`, '*']) {
      const response = await get(`/ipfs/${root}?format=raw`, { 'if-none-match': given })
      assert.equal(response.status, 304, given)
      assert.equal(response.headers.get('etag'), `"${root}.raw"`)
      assert.equal(response.headers.get('cache-control'), IMMUTABLE)
      assert.equal((await bytesOf(response)).length, 0)
    }
    for (const given of [`"${root}"`, `${root}.raw`, '"other"'])
      assert.equal((await get(`/ipfs/${root}?format=raw`, { 'if-none-match': given })).status, 200, given)
  })

  it('is sent in parts', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    const block = content.blocks.get(`${root}`) ?? new Uint8Array()
    const response = await get(`/ipfs/${root}?format=raw`, { range: 'bytes=2-4' })
    assert.equal(response.status, 206)
    assert.equal(response.headers.get('content-range'), `bytes 2-4/${block.length}`)
    assert.deepEqual(await bytesOf(response), block.slice(2, 5))
  })

  it('is not found below a path', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    assert.equal((await get(`/ipfs/${root}/a?format=raw`)).status, 400)
  })

  it('answers the probe by which clients recognise a gateway', async () => {
    const { content, get } = aWorld()
    for (const method of ['GET', 'HEAD']) {
      const response = await get('/ipfs/bafkqaaa?format=raw', {}, method)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-length'), '0')
    }
    assert.deepEqual(content.reads, [])
  })

  it('is found by every spelling of its CID and always has the same version', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(10) })
    const { base36 } = await import('multiformats/bases/base36')
    const response = await get(`/ipfs/${root.toString(base36)}?format=raw`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('etag'), `"${root}.raw"`)
  })
})
