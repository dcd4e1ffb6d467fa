import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { dagPbCid } from '../../../src/model/content-id.ts'
import { DEFAULT_LIMITS } from '../../../src/view/limits.ts'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld } from '../../unit/view/support.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const MIB = 2 ** 20
const dag = { ...DEFAULT_LIMITS.dag, bytes: 8 * MIB, shards: 64 }
const world = aWorld({ limits: { dag } })
const { content } = world
const flat = await content.addDirectory({ 'a.txt': distinctBytes(40), 'b.txt': distinctBytes(30, 2) })
const names = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`name ${n}`, distinctBytes(4, n)]))
const sharded = await content.addDirectory(names, { shardAbove: 100 })
const leaf = flat.file('a.txt')
const SEEDS = [flat.root, sharded.root].map((cid) => content.blocks.get(`${cid}`) ?? new Uint8Array(0))
for (const sizes of [[40n, 40n], [40n, 41n], [2n ** 62n]]) {
  const links = sizes.map(() => ({ Name: '', Hash: leaf, Tsize: 1 }))
  SEEDS.push(encode(prepare({ Data: new UnixFS({ type: 'file', blockSizes: sizes }).marshal(), Links: links })))
}
const REQUESTS = ['', '/a.txt', '?format=car', '?format=car&dag-scope=entity&entity-bytes=1:-1', '?format=raw']
/** What a stranger's DAG may be answered with, and what may be said of it: never that this server has a fault. */
const STATUSES = [200, 206, 400, 404, 406, 416, 500, 503]
const CODES = [
  'DAG_MALFORMED',
  'DAG_UNSUPPORTED',
  'DAG_TOO_LARGE',
  'CONTENT_UNAVAILABLE',
  'BLOCK_MISSING',
  'BLOCK_DAMAGED',
]

/** Blocks that a publisher whom we serve made to harm: asked for in every form, through the whole gateway. */
export const gatewayDag: FuzzTarget = {
  name: 'served DAG',
  share: 10_000,
  codes: [],
  words: ['\u0012', '\n', '\b\u0005(\u00220\u0080\u0002', 'a.txt', '\u0001U\u0012 ', '\u0001U\u0000\u0003abc'],
  maxBytes: 64 * 1024,
  seeds: () => SEEDS,
  async run(input) {
    const cid = dagPbCid(hash('sha256', input, 'buffer'))
    const isNew = !content.blocks.has(`${cid}`)
    content.put(cid, input)
    world.problems.length = 0
    let accepted = 0
    for (const request of REQUESTS) {
      content.reads.length = 0
      const response = await world.get(`/ipfs/${cid}${request}`, { range: 'bytes=1-' })
      const bytes = await response.arrayBuffer().catch(() => undefined)
      assert.ok(STATUSES.includes(response.status), `${response.status} for ${request}`)
      if (bytes !== undefined && response.status < 300) accepted += 1
      if (bytes !== undefined) assert.ok(bytes.byteLength <= dag.bytes + MIB)
    }
    for (const { code, message } of world.problems) assert.ok(CODES.includes(code), `${code}: ${message}`)
    if (isNew) content.blocks.delete(`${cid}`)
    return accepted >= 3 ? ACCEPTED : `${accepted} of ${REQUESTS.length}`
  },
}
