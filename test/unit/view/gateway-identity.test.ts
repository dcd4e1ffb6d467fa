import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { CarBlockIterator } from '@ipld/car/iterator'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { cidText, DAG_PB_CODEC, dagPbCid, decodeCid, RAW_CODEC } from '../../../src/model/content-id.ts'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld, bytesOf } from './support.ts'

const TEXT = '<script>alert(1)</script>'
const SANDBOX = "sandbox; default-src 'none'"

/** A CID that holds these bytes itself. */
function identity(bytes: Uint8Array, codec: number = RAW_CODEC): CID {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]
  return decodeCid(Uint8Array.from([1, codec, 0, ...length, ...bytes]))
}

function text(words: string): Uint8Array {
  return new TextEncoder().encode(words)
}

async function carOf(response: Response): Promise<{ roots: string[]; cids: string[] }> {
  const reader = await CarBlockIterator.fromBytes(await bytesOf(response))
  const cids: string[] = []
  for await (const { cid } of reader) cids.push(`${cid}`)
  return { roots: (await reader.getRoots()).map(String), cids }
}

describe('a CID that holds its own bytes, asked for by itself', () => {
  it('comes back as a block or an empty CAR that a browser saves, under a name that no link chooses', async () => {
    const { content, get } = aWorld()
    const cid = identity(text(TEXT))
    const raw = await get(`/ipfs/${cid}?format=raw&filename=invoice.exe`)
    assert.equal(await raw.clone().text(), TEXT)
    const car = await get(`/ipfs/${cid}?format=car&filename=invoice.exe`)
    assert.deepEqual(await carOf(car.clone()), { roots: [`${cid}`], cids: [] }, 'such a block is never in a CAR')
    for (const [response, type, suffix] of [
      [raw, 'application/vnd.ipld.raw', 'bin'],
      [car, 'application/vnd.ipld.car; version=1; order=dfs; dups=y', 'car'],
    ] as const) {
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), type)
      assert.equal(response.headers.get('content-disposition'), `attachment; filename="${cidText(cid)}.${suffix}"`)
      assert.equal(response.headers.get('content-security-policy'), SANDBOX)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    }
    for (const dups of ['y', 'n'])
      assert.equal((await get(`/ipfs/${cid}`, { accept: `application/vnd.ipld.car; dups=${dups}` })).status, 200)
    assert.equal((await get(`/ipfs/${cid}?format=raw`, {}, 'HEAD')).headers.get('content-length'), `${TEXT.length}`)
    assert.deepEqual(content.reads, [], 'nothing of the set is touched')
  })

  it('is no file, no directory and no page of ours', async () => {
    const { content, get } = aWorld()
    const { file } = await content.addDirectory({ 'video.mp4': distinctBytes(9) })
    const data = new UnixFS({ type: 'directory' }).marshal()
    const links = [{ Name: 'a-name-that-we-never-gave', Hash: file('video.mp4'), Tsize: 9 }]
    const directory = identity(encode(prepare({ Data: data, Links: links })), DAG_PB_CODEC)
    for (const path of [
      `/ipfs/${identity(text(TEXT))}`,
      `/ipfs/${identity(text(TEXT))}/`,
      `/ipfs/${directory}`,
      `/ipfs/${directory}/a-name-that-we-never-gave`,
      `/ipfs/${directory}/a-name-that-we-never-gave?format=car`,
      '/ipfs/bafkqaaa/x?format=car',
    ])
      for (const accept of ['*/*', 'text/html']) assert.equal((await get(path, { accept })).status, 404, path)
    assert.deepEqual(content.reads, [])
  })

  it('leads a CAR to nothing that is not published', async () => {
    const { content, get } = aWorld()
    const { file } = await content.addDirectory({ open: distinctBytes(9, 1), gone: distinctBytes(9, 2) })
    content.setStanding('withdrawn', [file('gone')])
    const linking = (name: string, status: number): Promise<void> => {
      const node = prepare({
        Data: new UnixFS({ type: 'directory' }).marshal(),
        Links: [{ Name: name, Hash: file(name) }],
      })
      return get(`/ipfs/${identity(encode(node), DAG_PB_CODEC)}?format=car`).then(async (response) => {
        assert.equal(response.status, status)
        if (status === 200) await (name === 'open' ? carOf(response) : assert.rejects(response.arrayBuffer()))
      })
    }
    await linking('open', 200)
    await linking('gone', 200)
    assert.deepEqual(content.reads, [`${file('open')}`], 'the withdrawn one is not read')
  })

  it('holds at most 128 bytes', async () => {
    const { get } = aWorld()
    for (const [length, status] of [
      [127, 200],
      [128, 200],
      [129, 404],
      [1_000, 400],
    ] as const)
      for (const format of ['raw', 'car'])
        assert.equal(
          (await get(`/ipfs/${identity(distinctBytes(length))}?format=${format}`)).status,
          status,
          `${length}`,
        )
  })
})

describe('a CID that holds its own bytes, inside of what is published', () => {
  it('is read where the path leads, and left out of CARs, of whatever kind', async () => {
    const { content, get } = aWorld()
    const { file } = await content.addDirectory({ rest: distinctBytes(300) })
    const [small, large] = [identity(text('inlined ')), identity(distinctBytes(500, 3))]
    const sizes = [8n, 300n, 500n]
    const children = [small, file('rest'), large]
    const links = children.map((Hash) => ({ Name: '', Hash, Tsize: 1 }))
    const fileNode = encode(prepare({ Data: new UnixFS({ type: 'file', blockSizes: sizes }).marshal(), Links: links }))
    const put = (block: Uint8Array): CID => {
      const cid = dagPbCid(createHash('sha256').update(block).digest())
      content.put(cid, block)
      return cid
    }
    const parts = put(fileNode)
    const folder = new UnixFS({ type: 'directory' }).marshal()
    const inner = identity(encode(prepare({ Data: folder, Links: [{ Name: 'parts', Hash: parts }] })), DAG_PB_CODEC)
    const named = [
      { Name: 'inner', Hash: inner },
      { Name: 'note.txt', Hash: small },
      { Name: 'twice.txt', Hash: small },
    ]
    const root = put(encode(prepare({ Data: folder, Links: named })))
    assert.equal(await (await get(`/ipfs/${root}/note.txt`)).text(), 'inlined ')
    const whole = await bytesOf(await get(`/ipfs/${root}/inner/parts`))
    assert.deepEqual(whole.subarray(0, 8), text('inlined '))
    assert.equal(whole.length, 808)
    assert.deepEqual(whole.subarray(308), distinctBytes(500, 3))
    const expected = [root, parts, file('rest')].map(String)
    for (const query of ['', '&car-dups=n', '&car-dups=y&dag-scope=all'])
      assert.deepEqual((await carOf(await get(`/ipfs/${root}?format=car${query}`))).cids, expected, query)
    const byPath = await carOf(await get(`/ipfs/${root}/inner/parts?format=car&car-dups=n&entity-bytes=0:7`))
    assert.deepEqual(byPath.cids, [root, parts].map(String), 'the range lies in the inlined part')
    assert.deepEqual((await carOf(await get(`/ipfs/${root}/note.txt?format=car`))).cids, [`${root}`])
  })
})
