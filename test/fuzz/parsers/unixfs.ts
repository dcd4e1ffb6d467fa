import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { fileNodeOf, linksOf } from '../../../src/address/unixfs-node.ts'
import { dagPbCid } from '../../../src/model/content-id.ts'
import { HoldfastError } from '../../../src/model/errors.ts'
import { directoryOf, leavesOf, sizeOf } from '../../../src/read/file-layout.ts'
import { decodeNode } from '../../../src/view/unixfs-node.ts'
import { MadeBlocks, someBytes } from '../../fakes/made-bundle.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const made = new MadeBlocks()
const leaf = { cid: made.leaf(someBytes(9)), bytes: 9 }
const inner = made.fileNode([leaf, leaf])
const NODES: readonly CID[] = [
  inner,
  made.fileNode([leaf, { cid: inner, bytes: 18 }]),
  made.fileNode([{ ...leaf, bytes: 2n ** 63n }]),
  made.directory({ 'files.json': leaf.cid, 'video.mp4': inner }),
  made.node(new UnixFS({ type: 'hamt-sharded-directory', fanout: 256n, hashType: 0x22n, data: someBytes(4) }), [
    { name: '0Avideo.mp4', cid: inner },
    { name: 'FF', cid: leaf.cid },
  ]),
  made.node(new UnixFS({ type: 'symlink', data: Buffer.from('/etc/passwd') }), []),
  made.node(new UnixFS({ type: 'raw', data: someBytes(40), mode: 0o777, mtime: { secs: 1n, nsecs: 5 } }), []),
]
const LEAVES_READ = 100

/**
 * Blocks of strangers that are their CID's, in the three places that read them: the server, the store and `get`. What one
 * of them takes for a file is the same file for the others.
 */
export const unixfs: FuzzTarget = {
  name: 'UnixFS node',
  share: 50_000,
  codes: ['DAG_MALFORMED', 'DAG_UNSUPPORTED'],
  words: ['\u0012', '\n', '\b\u0002\u0018\u0012', '\b\u0001', '\b\u0005(\u00220\u0080\u0002', '\u0012\u0009video.mp4'],
  maxBytes: 64 * 1024,
  seeds: () => NODES.map((cid) => made.blocks.get(`${cid}`) ?? new Uint8Array(0)),
  async run(input) {
    const cid = dagPbCid(hash('sha256', input, 'buffer'))
    const inStore = deliberately(['DAG_INVALID'], () => fileNodeOf(cid, input))
    deliberately(['DAG_INVALID'], () => linksOf(cid, input))
    await ofGet(cid, input)
    const node = decodeNode(cid, input)
    if (node.kind === 'file') {
      assert.equal(inStore?.children.length, node.links.length)
      assert.equal(inStore.bytes, node.size)
    }
    return node.kind === 'other' ? 'other' : ACCEPTED
  },
}

async function ofGet(cid: CID, input: Uint8Array): Promise<void> {
  const getBlock = async (wanted: CID): Promise<Uint8Array> => (wanted.equals(cid) ? input : someBytes(9))
  try {
    const size = await sizeOf(cid, getBlock)
    let at = 0
    let leaves = 0
    for await (const { offset, bytes } of leavesOf(cid, size, getBlock)) {
      assert.equal(offset, at)
      at += bytes
      if (++leaves > LEAVES_READ) break
    }
  } catch (error) {
    if (!isOne(error, ['BUNDLE_MALFORMED'])) throw error
  }
  await directoryOf(cid, getBlock).catch((error: unknown) => {
    if (!isOne(error, ['BUNDLE_MALFORMED'])) throw error
  })
}

function deliberately<T>(codes: readonly string[], read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isOne(error, codes)) return undefined
    throw error
  }
}

function isOne(error: unknown, codes: readonly string[]): boolean {
  return error instanceof HoldfastError && codes.includes(error.code)
}
