import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { CarBlockIterator } from '@ipld/car/iterator'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { dagPbCid, rawCid } from '../../../src/model/content-id.ts'
import { sentMemory } from '../../../src/view/sent-blocks.ts'
import { distinctBytes, type FakeServedContent } from '../../fakes/served-content.ts'
import { aWorld, bytesOf } from './support.ts'

const CAR = 'application/vnd.ipld.car'
const MIB = 2 ** 20

async function cidsOf(response: Response): Promise<string[]> {
  assert.equal(response.status, 200)
  const cids: string[] = []
  for await (const { cid, bytes } of await CarBlockIterator.fromBytes(await bytesOf(response))) {
    assert.ok(createHash('sha256').update(bytes).digest().equals(cid.multihash.digest), `${cid}`)
    cids.push(`${cid}`)
  }
  return cids
}

/** A dag-pb node put into the set: a directory, or a file with parts of these sizes. */
function putNode(content: FakeServedContent, children: readonly CID[], sizes?: readonly bigint[]): CID {
  const unixFs =
    sizes === undefined ? { type: 'directory' as const } : { type: 'file' as const, blockSizes: [...sizes] }
  const links = children.map((Hash, i) => ({ Name: sizes === undefined ? `${1_000 + i}` : '', Hash, Tsize: 1 }))
  const block = encode(prepare({ Data: new UnixFS(unixFs).marshal(), Links: links }))
  const cid = dagPbCid(createHash('sha256').update(block).digest())
  content.put(cid, block)
  return cid
}

function putLeaf(content: FakeServedContent, block: Uint8Array): CID {
  const cid = rawCid(createHash('sha256').update(block).digest())
  content.put(cid, block)
  return cid
}

describe('a CAR without duplicates', () => {
  it('holds each block once, at the place where it comes first', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({
      'a/zeros': new Uint8Array(3 * MIB),
      'b/zeros': new Uint8Array(3 * MIB),
      'c.txt': distinctBytes(7),
    })
    const all = await cidsOf(await get(`/ipfs/${root}?format=car&car-dups=y`))
    const once = await cidsOf(await get(`/ipfs/${root}?format=car&car-dups=n`))
    assert.ok(all.length > once.length)
    assert.deepEqual(once, [...new Set(all)])
  })

  it('holds the blocks of the path once, also with what is below, and whatever the scope', async () => {
    const { content, get } = aWorld()
    const files = { 'sub/one': new Uint8Array(2 * MIB), 'sub/two': distinctBytes(5), 'sub/three': distinctBytes(5) }
    const { root } = await content.addDirectory(files)
    for (const path of ['', '/sub', '/sub/one', '/sub/two'])
      for (const scope of ['block', 'entity', 'all']) {
        const of = async (dups: string): Promise<string[]> =>
          await cidsOf(await get(`/ipfs/${root}${path}?format=car&dag-scope=${scope}&car-dups=${dups}`))
        assert.deepEqual(await of('n'), [...new Set(await of('y'))], `${path} ${scope}`)
      }
  })

  it('holds what a range needs of a node that stands at two places of a file', async () => {
    const { content, get } = aWorld()
    const [a, b] = [putLeaf(content, distinctBytes(10, 1)), putLeaf(content, distinctBytes(10, 2))]
    const half = putNode(content, [a, b], [10n, 10n])
    const file = putNode(content, [half, half], [20n, 20n])
    const of = async (bytes: string): Promise<string[]> =>
      await cidsOf(await get(`/ipfs/${file}?format=car&entity-bytes=${bytes}&car-dups=n`))
    assert.deepEqual(await of('15:25'), [file, half, b, a].map(String), 'the end of the first, the begin of the second')
    assert.deepEqual(await of('0:*'), [file, half, a, b].map(String))
    assert.deepEqual(await of('5:4'), [`${file}`])
  })

  it('says truthfully what it is, by whatever way it was asked for', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ zeros: new Uint8Array(3 * MIB) })
    const url = `/ipfs/${root}`
    for (const [query, accept, dups, location] of [
      ['?format=car', undefined, 'y', null],
      ['?format=car&car-dups=n', undefined, 'n', null],
      ['?format=car&car-dups=n&car-order=unk', undefined, 'n', null],
      ['?format=car', `${CAR}; dups=n`, 'n', `${url}?format=car&car-dups=n`],
      ['?format=car', `${CAR}; order=bfs, ${CAR};order=unk;dups=n;q=0.5`, 'n', `${url}?format=car&car-dups=n`],
      ['?format=car&car-dups=y', `${CAR}; dups=n`, 'y', null],
      ['?format=car&car-dups=n', `${CAR}; dups=y`, 'n', null],
      ['?format=car&car-order=dfs', `${CAR}; order=bfs`, 'y', null],
      ['', `${CAR}; order=dfs; dups=n`, 'n', `${url}?format=car&car-dups=n`],
      ['', `${CAR}; dups=n;q=0.1, ${CAR};dups=y`, 'y', `${url}?format=car`],
      ['', `${CAR}`, 'y', `${url}?format=car`],
    ] as const) {
      const response = await get(`${url}${query}`, accept === undefined ? {} : { accept })
      const type = `${CAR}; version=1; order=dfs; dups=${dups}`
      const name = `${query} ${accept}`
      assert.deepEqual(
        [response.headers.get('content-type'), response.headers.get('content-location')],
        [type, location],
        name,
      )
      assert.equal((await cidsOf(response)).length, dups === 'y' ? 5 : 3, name)
    }
  })

  it('is another version than the one with duplicates', async () => {
    const { content, get } = aWorld()
    const { root } = await content.addDirectory({ a: distinctBytes(9) })
    const etag = async (query: string): Promise<string> =>
      (await get(`/ipfs/${root}?format=car${query}`, {}, 'HEAD')).headers.get('etag') ?? ''
    assert.notEqual(await etag('&car-dups=n'), await etag('&car-dups=y'))
    assert.equal(await etag(''), await etag('&car-dups=y'), 'the default')
    const again = await get(`/ipfs/${root}?format=car&car-dups=n`, { 'if-none-match': await etag('&car-dups=n') })
    assert.equal(again.status, 304)
  })

  it('reads no node twice, so that a DAG that is wide by repetition costs what it is', async () => {
    const { content, get } = aWorld()
    let cid = putLeaf(content, distinctBytes(4))
    for (let level = 0; level < 20; level += 1)
      cid = putNode(
        content,
        Array.from({ length: 100 }, () => cid),
      )
    assert.equal((await cidsOf(await get(`/ipfs/${cid}?format=car&car-dups=n`))).length, 21)
    assert.ok(content.reads.length <= 22, `${content.reads.length}`)
  })
})

describe('the memory of what was sent', () => {
  it('is bounded for one answer, which is then cut rather than wrong', async () => {
    const { content, get, problems } = aWorld({ limits: { dupFree: { answers: 4, blocks: 3 } } })
    const { root } = await content.addDirectory({
      a: distinctBytes(8, 1),
      b: distinctBytes(8, 2),
      c: distinctBytes(8, 3),
    })
    await assert.rejects((await get(`/ipfs/${root}?format=car&car-dups=n`)).arrayBuffer())
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['DAG_TOO_LARGE'],
    )
    assert.equal((await cidsOf(await get(`/ipfs/${root}?format=car`))).length, 4, 'with duplicates it needs none')
    assert.equal((await cidsOf(await get(`/ipfs/${root}/b?format=car&car-dups=n`))).length, 2)
  })

  it('is bounded for all answers, which get 503 before anything is promised, and is free again after each end', async () => {
    const { content, get, problems } = aWorld({ limits: { dupFree: { answers: 2, blocks: 100 } } })
    const { root, all } = await content.addDirectory({ zeros: new Uint8Array(3 * MIB), more: distinctBytes(3 * MIB) })
    const ask = async (): Promise<Response> => await get(`/ipfs/${root}?format=car&car-dups=n`)
    const [first, second] = [await ask(), await ask()]
    const third = await ask()
    assert.deepEqual([third.status, third.headers.get('retry-after')], [503, '1'])
    assert.match(await third.text(), /^SERVER_BUSY: .*dups=y/)
    assert.equal((await get(`/ipfs/${root}?format=car&car-dups=n`, {}, 'HEAD')).status, 200, 'a head remembers nothing')
    assert.equal((await get(`/ipfs/${root}?format=car`)).status, 200)
    await first.body?.cancel()
    assert.deepEqual(await cidsOf(await ask()), await cidsOf(second), 'one that left and one that was read to its end')
    const leaf = all[0]
    assert.ok(leaf)
    content.breakBlock(leaf, 'BLOCK_DAMAGED')
    for (let i = 0; i < 5; i += 1) {
      const response = await ask()
      assert.equal(response.status, 200)
      await assert.rejects(response.arrayBuffer())
    }
    assert.equal(problems.length, 5, 'a fault gives its memory back, too')
  })

  it('gives its place back once, however often it is disposed of', () => {
    const remember = sentMemory({ answers: 1, blocks: 2 })
    const sent = remember()
    assert.throws(() => remember(), { code: 'SERVER_BUSY' })
    sent[Symbol.dispose]()
    sent[Symbol.dispose]()
    const again = remember()
    assert.throws(() => remember(), { code: 'SERVER_BUSY' })
    const [a, b, c] = [1, 2, 3].map((n) => rawCid(new Uint8Array(32).fill(n)))
    assert.ok(a && b && c)
    assert.deepEqual([again.isNew(a), again.isNew(a), again.isNew(b), again.isNew(a)], [true, false, true, false])
    assert.throws(() => again.isNew(c), { code: 'DAG_TOO_LARGE' })
  })
})
