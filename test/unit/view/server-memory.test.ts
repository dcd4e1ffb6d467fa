import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { it } from 'node:test'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { dagPbCid, rawCid } from '../../../src/model/content-id.ts'
import type { ServedContent } from '../../../src/view/ports.ts'
import { openServer } from '../../../src/view/server.ts'
import { aHealth, NO_MANIFEST } from './support.ts'

const CHUNK = 2 ** 20
const CHUNKS = 300
/** Chunks in flight on both ends of the loopback, and what the garbage collector has not come to yet. */
const ROOM_BYTES = 160 * CHUNK

/** 300 MB of a file whose chunks are made anew for each read and kept by nobody. */
function syntheticFile(): { root: CID; content: ServedContent } {
  const chunk = (i: number): Uint8Array => new Uint8Array(CHUNK).fill(i).fill(i >> 8, 0, 1)
  const leaves = Array.from({ length: CHUNKS }, (_, i) => rawCid(createHash('sha256').update(chunk(i)).digest()))
  const numbers = new Map(leaves.map((cid, i) => [`${cid}`, i]))
  const unixFs = new UnixFS({ type: 'file', blockSizes: leaves.map(() => BigInt(CHUNK)) })
  const node = encode(
    prepare({ Data: unixFs.marshal(), Links: leaves.map((Hash) => ({ Name: '', Hash, Tsize: CHUNK })) }),
  )
  const root = dagPbCid(createHash('sha256').update(node).digest())
  const content: ServedContent = {
    standing: () => 'served',
    mediaType: () => 'video/mp4',
    readBlock: async (cid) => (cid.equals(root) ? node : chunk(numbers.get(`${cid}`) ?? -1)),
  }
  return { root, content }
}

for (const [what, query] of [
  ['file', ''],
  ['CAR', '?format=car'],
] as const) {
  it(`memory stays flat while a ${what} of 300 MB is sent`, async () => {
    const { root, content } = syntheticFile()
    const signal = new AbortController().signal
    await using server = await openServer({
      listen: '127.0.0.1:0',
      content,
      manifest: NO_MANIFEST,
      health: () => aHealth(),
      signal,
    })
    const asking = request(`${server.url}/ipfs/${root}${query}`, { agent: false }).end()
    const [response] = await once(asking, 'response')
    const before = process.memoryUsage.rss()
    let bytes = 0
    let peak = 0
    for await (const part of response) {
      bytes += part.length
      peak = Math.max(peak, process.memoryUsage.rss() - before)
    }
    assert.ok(bytes >= CHUNKS * CHUNK, `${bytes}`)
    assert.ok(peak < ROOM_BYTES, `grew by ${Math.round(peak / CHUNK)} MiB`)
  })
}
