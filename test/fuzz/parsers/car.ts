import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { UnixFS } from 'ipfs-unixfs'
import { readCar } from '../../../src/address/car.ts'
import { carBytes } from '../../../src/view/car.ts'
import { DEFAULT_LIMITS } from '../../../src/view/limits.ts'
import { collect } from '../../fakes/collect.ts'
import { MadeBlocks, someBytes } from '../../fakes/made-bundle.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const { signal } = new AbortController()
const MAX_BYTES = 256 * 1024
const made = new MadeBlocks()
const parts = [someBytes(300), someBytes(20)].map((bytes) => ({ cid: made.leaf(bytes), bytes: bytes.length }))
const file = made.fileNode(parts)
const root = made.directory({
  'a.txt': made.leaf(Buffer.from('a')),
  'video.mp4': file,
  'z.txt': made.leaf(new Uint8Array(0)),
})
const symlink = made.node(new UnixFS({ type: 'symlink', data: Buffer.from('/etc/passwd') }), [])
const cars = await Promise.all(
  [root, file, symlink].map(async (start) => {
    const read = async (cid: { toString(): string }): Promise<Uint8Array> =>
      made.blocks.get(`${cid}`) ?? new Uint8Array(0)
    return Buffer.concat(await collect(carBytes(read, { trail: [], start, scope: 'all' }, DEFAULT_LIMITS.dag)))
  }),
)

/** CARs of strangers, behind a byte that says in which pieces they arrive: each block that is given has its CID's hash. */
export const car: FuzzTarget = {
  name: 'CAR',
  share: 60_000,
  codes: ['CAR_INVALID'],
  words: ['roots', 'gversion', '\u0001q\u0012 ', '\u0001U\u0012 ', ':'],
  maxBytes: MAX_BYTES + 64,
  seeds: () => [1, 7, 200].flatMap((piece) => cars.map((bytes) => Buffer.concat([Buffer.of(piece), bytes]))),
  async run(input) {
    const [piece = 1] = input
    let open = true
    async function* arriving(): AsyncGenerator<Uint8Array> {
      // Small pieces of a long input would be slow, and show nothing that a short one does not.
      const size = Math.max(piece, Math.ceil(input.length / 4_096), 1)
      try {
        for (let at = 1; at < input.length; at += size) yield input.subarray(at, at + size)
      } finally {
        open = false
      }
    }
    try {
      const { blocks } = await readCar(arriving(), { signal, maxBytes: MAX_BYTES })
      for await (const { cid, bytes } of blocks)
        assert.deepEqual(hash('sha256', bytes, 'buffer'), Buffer.from(cid.multihash.digest))
    } finally {
      assert.ok(!open || input.length <= 1, 'the source was left open')
    }
    return ACCEPTED
  },
}
