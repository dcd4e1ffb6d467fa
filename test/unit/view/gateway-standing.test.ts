import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CID } from 'multiformats/cid'
import { rawCid } from '../../../src/model/content-id.ts'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld, type World } from './support.ts'

const UNKNOWN = rawCid(new Uint8Array(32).fill(7))
const forms = (cid: CID): string[] => [
  `/ipfs/${cid}`,
  `/ipfs/${cid}?format=raw`,
  `/ipfs/${cid}?format=car`,
  `/ipfs/${cid}/video.mp4`,
]

async function withVideo(): Promise<World & { root: CID; video: CID; all: readonly CID[] }> {
  const world = aWorld()
  const { root, file, all } = await world.content.addDirectory({ 'video.mp4': distinctBytes(2 ** 20 + 1) })
  return { ...world, root, video: file('video.mp4'), all }
}

describe('the closed set', () => {
  it('does not read, let alone fetch, what is not in it', async () => {
    const { content, get } = aWorld()
    for (const method of ['GET', 'HEAD']) {
      for (const path of forms(UNKNOWN)) {
        const response = await get(path, {}, method)
        assert.equal(response.status, 404, path)
        assert.equal(response.headers.get('cache-control'), 'no-store')
      }
    }
    assert.deepEqual(content.reads, [])
  })

  it('says 412 to who wants only what is at hand', async () => {
    const { get, root } = await withVideo()
    assert.equal((await get(`/ipfs/${UNKNOWN}?format=raw`, { 'cache-control': 'only-if-cached' }, 'HEAD')).status, 412)
    assert.equal(
      (await get(`/ipfs/${root}?format=raw`, { 'cache-control': 'max-age=0, only-if-cached' }, 'HEAD')).status,
      200,
    )
  })

  it('says 410 for withdrawn content, 451 for a legal withdrawal, and no more than that', async () => {
    const { content, get, root, all } = await withVideo()
    for (const [standing, status] of [
      ['withdrawn', 410],
      ['withdrawn-legal', 451],
    ] as const) {
      content.setStanding(standing, all)
      content.reads.length = 0
      for (const path of forms(root)) {
        const response = await get(path)
        assert.equal(response.status, status, path)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.doesNotMatch(await response.text(), /publisher|error|duplicate|consent|safety|jurisdiction/)
      }
      assert.deepEqual(content.reads, [], 'a withdrawn block is not even read')
    }
  })

  it('says 410 to who still holds the version that was withdrawn', async () => {
    const { content, get, root, all } = await withVideo()
    content.setStanding('withdrawn', all)
    assert.equal((await get(`/ipfs/${root}?format=raw`, { 'if-none-match': `"${root}.raw"` })).status, 410)
  })

  it('follows a withdrawal between two requests without being told', async () => {
    const { content, get, root, all } = await withVideo()
    assert.equal((await get(`/ipfs/${root}?format=raw`)).status, 200)
    content.setStanding('withdrawn', all)
    assert.equal((await get(`/ipfs/${root}?format=raw`)).status, 410)
    content.setStanding('served', all)
    assert.equal((await get(`/ipfs/${root}?format=raw`)).status, 200)
  })

  it('does not lead from a served directory to a withdrawn file', async () => {
    const { content, get, root, video } = await withVideo()
    content.setStanding('withdrawn', [video])
    assert.equal((await get(`/ipfs/${root}/video.mp4`)).status, 410)
    assert.equal((await get(`/ipfs/${root}/video.mp4?format=car`)).status, 410)
  })
})

describe('a block that cannot be read', () => {
  for (const code of ['BLOCK_DAMAGED', 'BLOCK_MISSING', 'FILE_CHANGING'] as const) {
    it(`is a 503 with ${code}, without a path, and is reported to the operator`, async () => {
      const { content, get, root, video, problems } = await withVideo()
      content.breakBlock(video, code)
      for (const path of [`/ipfs/${video}?format=raw`, `/ipfs/${video}?format=car`, `/ipfs/${root}/video.mp4`]) {
        const response = await get(path)
        assert.equal(response.status, 503, path)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.ok(response.headers.has('retry-after'))
        const text = await response.text()
        assert.match(text, new RegExp(code))
        assert.doesNotMatch(text, /secret|archive/)
      }
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code, code, code],
      )
      assert.match(problems[0]?.message ?? '', /secret/)
      assert.equal(problems[0]?.hint, 'look at the disk')
    })
  }

  it('is a 503 also when it is the first piece of a file of several', async () => {
    const { content, get, root, all } = await withVideo()
    const [leaf] = all
    assert.ok(leaf)
    content.breakBlock(leaf, 'BLOCK_DAMAGED')
    assert.equal((await get(`/ipfs/${root}/video.mp4`)).status, 503)
    assert.equal((await get(`/ipfs/${root}/video.mp4`, { range: 'bytes=0-0' })).status, 503)
    assert.equal(
      (await get(`/ipfs/${root}/video.mp4`, { range: `bytes=${2 ** 20}-` })).status,
      206,
      'the other piece is fine',
    )
  })

  it('errors the body when it comes after the first bytes, so that nothing short looks whole', async () => {
    const { content, get, root, all, problems } = await withVideo()
    const second = all[1]
    assert.ok(second)
    content.breakBlock(second, 'BLOCK_DAMAGED')
    for (const path of [`/ipfs/${root}/video.mp4`, `/ipfs/${root}?format=car`]) {
      const response = await get(path)
      assert.equal(response.status, 200)
      await assert.rejects(response.arrayBuffer(), (error) => error instanceof Error && !/secret/.test(error.message))
    }
    assert.equal(problems.length, 2)
  })

  it('is a plain 500 when it is a bug, whatever the bug says', async () => {
    const { content, get, root, problems } = await withVideo()
    content.beforeRead = async () => {
      throw new TypeError('cannot read /home/secret')
    }
    const response = await get(`/ipfs/${root}?format=raw`)
    assert.equal(response.status, 500)
    assert.match(await response.text(), /^SERVER_FAULT: (?!.*secret)/)
    assert.deepEqual(problems, [{ code: 'SERVER_FAULT', message: 'cannot read /home/secret' }])
  })
})
