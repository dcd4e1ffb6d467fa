import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { decode } from '@ipld/dag-pb'
import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { encodeFileData } from '../../../src/address/file-data.ts'
import { chunkLength, chunksIn, PROFILE } from '../../../src/address/profile.ts'
import { buildTree, innerNodeAt, innerNodes, innerNodesIn } from '../../../src/address/tree.ts'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import vectors from '../../vectors/unixfs/files.json' with { type: 'json' }
import { bytesOf } from './samples.ts'

const MIB = PROFILE.chunkBytes
const GIB = 1024 * MIB
/** The importer's own encoder is wrong from 2 to 4 GiB (see file-data.ts); those sizes have a test of their own. */
const EDGES = [
  ...[0, 1, MIB - 1, MIB, MIB + 1, GIB, GIB + 1, 1025 * MIB, 2 * GIB - 1],
  ...[4 * GIB, 4 * GIB + 1, 4100 * MIB + 7, 6 * GIB + 5],
]
const BEYOND_THE_IMPORTER = [2 * GIB, 2050 * MIB + 7, 3 * GIB, 4 * GIB - 1]

/** Digests of chunks that never existed, each its own, so that gigabytes cost nothing. */
function invented(bytes: number): Uint8Array {
  return Buffer.concat(Array.from({ length: chunksIn(bytes) }, (_, i) => hash('sha256', `chunk ${i}`, 'buffer')))
}

/** What the importer makes of those chunks: its own layout and nodes, only the leaves are handed to it. */
async function imported(
  digests: Uint8Array,
  bytes: number,
): Promise<{ cid: CID; tsize: number; inner: Map<string, Uint8Array> }> {
  const inner = new Map<string, Uint8Array>()
  const store = {
    put: async (cid: CID, block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
      if (block instanceof Uint8Array) inner.set(cidText(cid), block)
      return cid
    },
  }
  async function* leaves(): AsyncGenerator<() => Promise<{ cid: CID; size: bigint; block: Uint8Array }>> {
    for (let i = 0; i < chunksIn(bytes); i++) {
      const cid = rawCid(digests.subarray(i * 32, i * 32 + 32))
      yield async () => ({ cid, size: BigInt(chunkLength(bytes, i)), block: new Uint8Array(0) })
    }
  }
  const options = { profile: 'unixfs-v1-2025', bufferImporter: leaves } as const
  for await (const entry of importer([{ content: new Uint8Array(0) }], store, options)) {
    return { cid: entry.cid, tsize: Number(entry.size), inner }
  }
  throw new Error('the importer made nothing')
}

/** A varint straight from the protobuf encoding rules: seven bits a byte, the lowest first. */
function varintOf(value: number): number[] {
  const bytes: number[] = []
  for (let rest = BigInt(value); ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    if (rest <= 127n) return bytes
  }
}

describe('the tree of a file', () => {
  for (const { name, seed, bytes, text, cid } of vectors.small) {
    it(`has the published root: ${name}`, () => {
      const content = text === undefined ? bytesOf(seed, bytes) : Buffer.from(text)
      const chunks = Array.from({ length: chunksIn(bytes) }, (_, i) => content.subarray(i * MIB, (i + 1) * MIB))
      const digests = Buffer.concat(chunks.map((chunk) => hash('sha256', chunk, 'buffer')))
      assert.equal(cidText(buildTree(digests, bytes).root), cid)
    })
  }

  for (const bytes of EDGES) {
    it(`is the importer's, node by node, for ${bytes} bytes`, async () => {
      const digests = invented(bytes)
      const theirs = await imported(digests, bytes)
      const tree = buildTree(digests, bytes)
      assert.equal(cidText(tree.root), cidText(theirs.cid))
      assert.equal(tree.tsize, theirs.tsize)
      const ours = new Map(
        [...innerNodes(digests, bytes)].map((node) => [cidText(node.cid), new Uint8Array(node.bytes)]),
      )
      assert.deepEqual([...ours.keys()].sort(), [...theirs.inner.keys()].sort())
      for (const [cid, block] of theirs.inner) assert.deepEqual(ours.get(cid), new Uint8Array(block))
      assert.equal(tree.innerNodes, innerNodesIn(bytes))
    })
  }

  for (const bytes of BEYOND_THE_IMPORTER) {
    it(`is as the protobuf specification has it, where the importer is not, for ${bytes} bytes`, async () => {
      const digests = invented(bytes)
      const theirs = await imported(digests, bytes)
      const nodes = [...innerNodes(digests, bytes)]
      const root = nodes.pop()
      assert.ok(root)
      for (const node of nodes)
        assert.deepEqual(new Uint8Array(node.bytes), new Uint8Array(theirs.inner.get(cidText(node.cid)) ?? []))
      const { Data, Links } = decode(root.bytes)
      const their = decode(theirs.inner.get(cidText(theirs.cid)) ?? new Uint8Array(0))
      assert.deepEqual(
        Links.map(({ Hash, Tsize }) => [cidText(Hash), Tsize]),
        their.Links.map(({ Hash, Tsize }) => [cidText(Hash), Tsize]),
      )
      const sizes = nodes.map(({ fileBytes }) => [0x20, ...varintOf(fileBytes)])
      assert.deepEqual([...(Data ?? [])], [0x08, 0x02, 0x18, ...varintOf(bytes), ...sizes.flat()])
      assert.equal(UnixFS.unmarshal(Data ?? new Uint8Array(0)).fileSize(), BigInt(bytes))
      assert.deepEqual(root.cid.multihash.digest, new Uint8Array(hash('sha256', root.bytes, 'buffer')))
    })
  }

  it('is the same each time, for every size that a film may have', () => {
    fc.assert(
      fc.property(fc.integer({ min: MIB + 1, max: 5 * GIB }), (bytes) => {
        const blockSizes = [bytes - 1, 1]
        const [first, ...others] = Array.from({ length: 5 }, () => encodeFileData(bytes, blockSizes))
        for (const other of others) assert.deepEqual(other, first)
        const read = UnixFS.unmarshal(first ?? new Uint8Array(0))
        assert.deepEqual(
          [read.type, read.fileSize(), ...read.blockSizes],
          ['file', BigInt(bytes), BigInt(bytes - 1), 1n],
        )
      }),
      { numRuns: 200 },
    )
  })

  it('makes each inner node again as it was', () => {
    const bytes = 3 * GIB + 7
    const digests = invented(bytes)
    for (const node of innerNodes(digests, bytes)) assert.deepEqual(innerNodeAt(digests, bytes, node.index), node)
    assert.equal(innerNodeAt(digests, bytes, innerNodesIn(bytes)), undefined)
    assert.equal(innerNodeAt(digests, bytes, -1), undefined)
  })

  it('refuses digests that are not of that many bytes', () => {
    assert.throws(() => buildTree(invented(3 * MIB), 2 * MIB), RangeError)
    assert.throws(() => buildTree(new Uint8Array(0), 0), RangeError)
  })

  it('accounts for every byte of the file in the sizes that its root states', () => {
    fc.assert(
      fc.property(fc.integer({ min: MIB + 1, max: 3000 * MIB }), (bytes) => {
        const nodes = [...innerNodes(invented(bytes), bytes)]
        assert.equal(nodes.at(-1)?.fileBytes, bytes)
        const own = nodes.reduce((sum, node) => sum + node.bytes.length, 0)
        assert.equal(nodes.at(-1)?.tsize, bytes + own)
      }),
      { numRuns: 8 },
    )
  })
})
