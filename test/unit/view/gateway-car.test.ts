import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { CarBlockIterator } from '@ipld/car/iterator'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { dagPbCid, decodeCid, rawCid } from '../../../src/model/content-id.ts'
import { DEFAULT_LIMITS } from '../../../src/view/limits.ts'
import { distinctBytes, type FakeServedContent } from '../../fakes/served-content.ts'
import { aWorld, bytesOf } from './support.ts'

const TYPE = 'application/vnd.ipld.car; version=1; order=dfs; dups=y'

interface Car {
  readonly roots: string[]
  readonly cids: string[]
}

/** Reads a CAR with a parser that is not ours, and checks every block against its CID. */
async function readCar(response: Response): Promise<Car> {
  const reader = await CarBlockIterator.fromBytes(await bytesOf(response))
  const cids: string[] = []
  for await (const { cid, bytes } of reader) {
    assert.ok(createHash('sha256').update(bytes).digest().equals(cid.multihash.digest), `${cid}`)
    cids.push(`${cid}`)
  }
  return { roots: (await reader.getRoots()).map(String), cids }
}

/** A dag-pb node with named links, put into the set. */
function putDirectory(content: FakeServedContent, links: readonly (readonly [string, CID])[]): CID {
  const data = new UnixFS({ type: 'directory' }).marshal()
  const block = encode(prepare({ Data: data, Links: links.map(([Name, Hash]) => ({ Name, Hash, Tsize: 1 })) }))
  const cid = dagPbCid(createHash('sha256').update(block).digest())
  content.put(cid, block)
  return cid
}

function putLeaf(content: FakeServedContent, block: Uint8Array): CID {
  const cid = rawCid(createHash('sha256').update(block).digest())
  content.put(cid, block)
  return cid
}

describe('a CAR', () => {
  it('holds the whole DAG depth first, under the headers of the specification', async () => {
    const { content, get } = aWorld()
    const { root, all, file } = await content.addDirectory({
      'a.txt': distinctBytes(20),
      'video.mp4': distinctBytes(2 ** 21 + 3, 2),
    })
    const response = await get(`/ipfs/${root}?format=car`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), TYPE)
    assert.equal(response.headers.get('content-disposition'), `attachment; filename="${root}.car"`)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(response.headers.get('accept-ranges'), 'none')
    assert.equal(response.headers.get('content-length'), null)
    const { roots, cids } = await readCar(response)
    assert.deepEqual(roots, [`${root}`])
    assert.deepEqual([cids[0], cids[1], cids[2]], [`${root}`, `${file('a.txt')}`, `${file('video.mp4')}`])
    assert.deepEqual([...cids].sort(), all.map(String).sort())
  })

  it('repeats a block as often as it is linked, as dups=y says', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ zeros: new Uint8Array(3 * 2 ** 20) })
    const { cids } = await readCar(await get(`/ipfs/${root}?format=car`))
    assert.equal(cids.length, 5)
    assert.equal(new Set(cids).size, 3)
  })

  it('holds what proves the path, and below its end only what the scope asks', async () => {
    const { content, get } = aWorld()
    const { root, file } = await content.addDirectory({
      'sub/dir/one': distinctBytes(2 ** 20 + 1),
      'sub/dir/two': distinctBytes(5),
      other: distinctBytes(6),
    })
    const [, sub, dir] = (await get(`/ipfs/${root}/sub/dir/one`)).headers.get('x-ipfs-roots')?.split(',') ?? []
    const [one, two] = [`${file('sub/dir/one')}`, `${file('sub/dir/two')}`]
    const cidsOf = async (query: string): Promise<string[]> =>
      (await readCar(await get(`/ipfs/${root}/sub/dir${query}`))).cids
    assert.deepEqual(await cidsOf('?format=car&dag-scope=block'), [`${root}`, sub, dir])
    assert.deepEqual(await cidsOf('?format=car&dag-scope=entity'), [`${root}`, sub, dir])
    const all = await cidsOf('?format=car&dag-scope=all')
    assert.deepEqual(all, await cidsOf('?format=car'))
    assert.deepEqual([all[3], all.at(-1)], [one, two])
    assert.equal(all.length, 7)
    assert.deepEqual((await cidsOf('/one?format=car&dag-scope=entity')).slice(0, 4), [`${root}`, sub, dir, one])
  })

  it('proves a name in a sharded directory by the shards on the way, and lists all shards as an entity', async () => {
    const { content, get } = aWorld()
    const files = Object.fromEntries(
      Array.from({ length: 600 }, (_, i) => [`name-${i}`, new TextEncoder().encode(`${i}`)]),
    )
    const { root, file, all } = await content.addDirectory(files, { shardAbove: 1 })
    const { cids } = await readCar(await get(`/ipfs/${root}/name-7?format=car`))
    assert.equal(cids[0], `${root}`)
    assert.equal(cids.at(-1), `${file('name-7')}`)
    assert.ok(cids.length <= 4, `${cids.length}`)
    const leaves = new Set(Object.keys(files).map((name) => `${file(name)}`))
    const entity = await readCar(await get(`/ipfs/${root}?format=car&dag-scope=entity`))
    assert.deepEqual([...entity.cids].sort(), [...new Set(all.map(String))].filter((cid) => !leaves.has(cid)).sort())
  })

  it('holds the fewest blocks for a range of bytes', async () => {
    const { content, get } = aWorld()
    const { root, file } = await content.addDirectory({ video: distinctBytes(3 * 2 ** 20 + 5) })
    const chunks = async (bytes: string): Promise<number> => {
      const response = await get(`/ipfs/${file('video')}?format=car&entity-bytes=${bytes}`)
      assert.equal(response.status, 200, bytes)
      return (await readCar(response)).cids.length - 1
    }
    assert.equal(await chunks('0:*'), 4)
    assert.equal(await chunks('0:0'), 1)
    assert.equal(await chunks(`${2 ** 20 - 1}:${2 ** 20}`), 2)
    assert.equal(await chunks('-5:*'), 1)
    assert.equal(await chunks('-6:*'), 2)
    assert.equal(await chunks('0:-1'), 4)
    assert.equal(await chunks('0:-6'), 3)
    assert.equal(await chunks('-99999999:99999999'), 4)
    assert.equal(await chunks('9:8'), 0, 'an empty range is the root alone')
    assert.equal((await get(`/ipfs/${file('video')}?format=car&entity-bytes=${4 * 2 ** 20}:*`)).status, 400)
    const ofDirectory = await readCar(await get(`/ipfs/${root}?format=car&entity-bytes=5:6`))
    assert.deepEqual(ofDirectory.cids, [`${root}`])
  })

  it('has another version for another question', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ 'a/b': distinctBytes(9), c: distinctBytes(8) })
    const asked = ['', '&dag-scope=block', '&dag-scope=entity', '&entity-bytes=0:1', '&entity-bytes=0:2'].map(
      (more) => `/ipfs/${root}?format=car${more}`,
    )
    const paths = [...asked, `/ipfs/${root}/a?format=car`, `/ipfs/${root}/c?format=car`]
    const etags = await Promise.all(paths.map(async (path) => (await get(path, {}, 'HEAD')).headers.get('etag')))
    assert.equal(new Set(etags).size, paths.length, etags.join(' '))
    for (const [i, path] of paths.entries())
      assert.equal((await get(path, { 'if-none-match': etags[i] ?? '' })).status, 304)
  })

  it('answers HEAD without walking', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(2 ** 21) })
    const response = await get(`/ipfs/${root}?format=car`, {}, 'HEAD')
    assert.equal(response.headers.get('content-type'), TYPE)
    assert.deepEqual(content.reads, [`${root}`])
  })

  it('is chosen by Accept, unless it asks for a CAR that is not made here', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(9) })
    for (const accept of [
      'application/vnd.ipld.car',
      `${TYPE}`,
      'application/vnd.ipld.car;order=unk',
      'application/vnd.ipld.car;order=foo, application/vnd.ipld.car;order=dfs;dups=y;q=0.5',
      'application/vnd.ipld.raw;q=0.1, application/vnd.ipld.car',
    ]) {
      const response = await get(`/ipfs/${root}`, { accept })
      assert.equal(response.status, 200, accept)
      assert.equal(response.headers.get('content-type'), TYPE)
      assert.equal(response.headers.get('content-location'), `/ipfs/${root}?format=car`)
    }
    for (const accept of [
      'application/vnd.ipld.car; version=2',
      'application/vnd.ipld.car; dups=maybe',
      'application/vnd.ipld.car; order=bfs',
    ])
      for (const query of ['', '?format=car'])
        assert.equal((await get(`/ipfs/${root}${query}`, { accept })).status, 406, accept)
    for (const query of ['car-dups=', 'car-order=bfs', 'car-version=2', 'car-version=1&car-dups=m'])
      assert.equal((await get(`/ipfs/${root}?format=car&${query}`)).status, 406, query)
  })

  it('is refused with parameters that make no sense, and other formats are not acceptable', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(9) })
    for (const query of [
      'dag-scope=some',
      'entity-bytes=1',
      'entity-bytes=a:b',
      'entity-bytes=0:1&dag-scope=all',
      'entity-bytes=:5',
    ])
      assert.equal((await get(`/ipfs/${root}?format=car&${query}`)).status, 400, query)
    for (const format of ['tar', 'dag-json', 'ipns-record', ''])
      assert.equal((await get(`/ipfs/${root}?format=${format}`)).status, 406, format)
  })

  it('answers the probe with an empty CAR', async () => {
    const { get } = aWorld()
    assert.deepEqual(await readCar(await get('/ipfs/bafkqaaa?format=car')), { roots: ['bafkqaaa'], cids: [] })
  })

  it('leaves out CIDs that hold their own bytes', async () => {
    const { content, get } = aWorld()
    const inline = decodeCid(Uint8Array.from([1, 0x55, 0, 2, 104, 105]))
    const root = putDirectory(content, [
      ['hi', inline],
      ['leaf', putLeaf(content, distinctBytes(8))],
    ])
    assert.equal((await readCar(await get(`/ipfs/${root}?format=car`))).cids.length, 2)
    assert.equal(await (await get(`/ipfs/${root}/hi`)).text(), 'hi')
  })
})

describe('a hostile DAG', () => {
  const dag = { ...DEFAULT_LIMITS.dag, depth: 8, bytes: 100_000 }

  it('that is endlessly wide by repetition is cut off', async () => {
    const { content, get, problems } = aWorld({ limits: { dag } })
    let cid = putLeaf(content, new Uint8Array(0))
    for (let level = 0; level < 6; level += 1) {
      const child = cid
      cid = putDirectory(
        content,
        Array.from({ length: 100 }, (_, i) => [`${level}-${i}`, child] as const),
      )
    }
    const response = await get(`/ipfs/${cid}?format=car`)
    await assert.rejects(response.arrayBuffer())
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['DAG_TOO_LARGE'],
    )
    assert.ok(content.reads.length < 3_000, `${content.reads.length}`)
  })

  it('that is endlessly deep is cut off', async () => {
    const { content, get, problems } = aWorld({ limits: { dag } })
    let cid = putLeaf(content, distinctBytes(4))
    for (let level = 0; level < 20; level += 1) cid = putDirectory(content, [['down', cid]])
    await assert.rejects((await get(`/ipfs/${cid}?format=car`)).arrayBuffer())
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['DAG_TOO_LARGE'],
    )
  })

  it('that lies about the size of a part is not sent as if it were the file', async () => {
    const { content, get, problems } = aWorld()
    const leaves = [putLeaf(content, distinctBytes(100, 1)), putLeaf(content, distinctBytes(100, 2))]
    for (const [claimed, second] of [
      [90n, 'short'],
      [110n, 'long'],
    ] as const) {
      const unixFs = new UnixFS({ type: 'file', blockSizes: [100n, claimed] })
      const block = encode(
        prepare({ Data: unixFs.marshal(), Links: leaves.map((Hash) => ({ Name: '', Hash, Tsize: 100 })) }),
      )
      const cid = dagPbCid(createHash('sha256').update(block).digest())
      content.put(cid, block)
      await assert.rejects((await get(`/ipfs/${cid}`)).arrayBuffer(), second)
    }
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['DAG_MALFORMED', 'DAG_MALFORMED'],
    )
  })

  it('that does not say the size of its parts, or is no dag-pb at all, is a 500 without detail', async () => {
    const { content, get } = aWorld()
    const Data = new UnixFS({ type: 'file', blockSizes: [] }).marshal()
    const sizeless = encode(
      prepare({ Data, Links: [{ Name: '', Hash: putLeaf(content, distinctBytes(4)), Tsize: 4 }] }),
    )
    for (const block of [sizeless, distinctBytes(64)]) {
      const cid = dagPbCid(createHash('sha256').update(block).digest())
      content.put(cid, block)
      assert.equal((await get(`/ipfs/${cid}`)).status, 500)
      assert.equal((await get(`/ipfs/${cid}?format=raw`)).status, 200, 'the block itself can still be verified')
    }
  })

  it('with a codec that is not walked here can be had block by block', async () => {
    const { content, get } = aWorld()
    const block = Uint8Array.from([0xa0])
    const cid = decodeCid(Uint8Array.from([1, 0x71, 0x12, 32, ...createHash('sha256').update(block).digest()]))
    content.put(cid, block)
    assert.equal((await get(`/ipfs/${cid}?format=raw`)).status, 200)
    assert.equal((await get(`/ipfs/${cid}?format=car&dag-scope=block`)).status, 200)
    assert.equal((await get(`/ipfs/${cid}?format=car`)).status, 400)
    assert.equal((await get(`/ipfs/${cid}`)).status, 400)
  })
})
