import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import { blockPool } from '../../../src/read/block-pool.ts'
import { takeLeaves } from '../../../src/read/car-leaves.ts'
import type { Leaf } from '../../../src/read/file-layout.ts'
import { gatewayPlace } from '../../../src/read/gateway-place.ts'
import { configureNetwork } from '../../../src/read/network.ts'
import { aGateway, type Behaviour, honest } from '../../fakes/fake-gateway.ts'
import { MadeBlocks } from '../../fakes/made-bundle.ts'
import { sha256 } from '../../fakes/manifest-log.ts'

configureNetwork({ proxyUrl: undefined, idleMs: 300, graceMs: 300 })
const signal = AbortSignal.timeout(60_000)
const SIZE = 1_000

/** Leaves of a file, the third of which has the bytes of the second. */
const contents = [0, 1, 1, 2, 3].map((n) => Buffer.alloc(SIZE, n))
const leaves: readonly Leaf[] = contents.map((bytes, n) => ({
  cid: rawCid(sha256(bytes)),
  offset: n * SIZE,
  bytes: SIZE,
}))
const made = new MadeBlocks()
for (const bytes of contents) made.leaf(bytes)
const file = made.fileNode(leaves)

function section(cid: CID, bytes: Uint8Array): Uint8Array {
  const length = cid.bytes.length + bytes.length
  return Buffer.concat([varint.encodeTo(length, new Uint8Array(varint.encodingLength(length))), cid.bytes, bytes])
}

const header = Buffer.concat([Buffer.from([10]), Buffer.alloc(10, 7)])
const parent = section(file, made.blocks.get(cidText(file)) ?? new Uint8Array(0))
const sections = leaves.map(({ cid }, n) => section(cid, contents[n] ?? new Uint8Array(0)))
const car = Buffer.concat([header, parent, ...sections])

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function taken(bytes: Uint8Array, sizes: readonly number[] = [65_536]): Promise<Buffer> {
  const file = Buffer.alloc(leaves.length * SIZE, 0xff)
  await takeLeaves('gateway.example', inPieces(bytes, sizes), leaves, async (leaf, block) => {
    // Whoever writes slowly must find the same bytes at the end.
    await new Promise(setImmediate)
    file.set(block, leaf.offset)
  })
  return file
}

describe('leaves out of a CAR', () => {
  it('are those that were asked for, in pieces of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 9 }), async (sizes) => {
        assert.deepEqual(await taken(car, sizes), Buffer.concat(contents))
      }),
      { numRuns: 60 },
    )
  })

  it('are refused when any byte of theirs is another, and when the CAR ends before them', async () => {
    for (let at = header.length + parent.length; at < car.length; at += 97) {
      const wrong = Buffer.from(car)
      wrong[at] = (wrong[at] ?? 0) ^ 1
      await assert.rejects(taken(wrong), (error: { code: string }) =>
        ['BLOCK_WRONG', 'SOURCE_UNREACHABLE'].includes(error.code),
      )
      await assert.rejects(taken(car.subarray(0, at)), { name: 'ReadError', code: 'SOURCE_UNREACHABLE' })
    }
  })

  it('are not gathered beyond what a block may have, whatever length is claimed', async () => {
    for (const length of [
      Buffer.from([0xff, 0xff, 0xff, 0x7f]),
      Buffer.from([0xff, 0xff, 0xff, 0xff, 0x01]),
      Buffer.from([3]),
    ]) {
      await assert.rejects(taken(Buffer.concat([header, length, car])), { code: 'BLOCK_WRONG' })
    }
  })

  it('let pass what the taker throws', async () => {
    const full = takeLeaves('gateway.example', inPieces(car, [500]), leaves, () =>
      Promise.reject(new RangeError('full')),
    )
    await assert.rejects(full, RangeError)
  })
})

/** Makes CARs of this one file, and single blocks. */
const withCars = (
  answerCar: (answer: Parameters<Behaviour>[0]) => void,
): ((gateway: { asked: string[] }) => Behaviour) => {
  return (gateway) => (answer, block, at) => {
    if (gateway.asked[at]?.includes('format=car')) answerCar(answer)
    else honest(answer, block, at)
  }
}
const TYPE = { 'content-type': 'application/vnd.ipld.car; version=1; order=dfs; dups=y' }

async function poolOf(...answers: ((answer: Parameters<Behaviour>[0]) => void)[]): Promise<{
  readonly faults: string[]
  readonly asked: readonly (readonly string[])[]
  fetch(): Promise<Buffer>
  close(): Promise<void>
}> {
  const faults: string[] = []
  const gateways = await Promise.all(answers.map(() => aGateway(made.blocks)))
  for (const [n, answerCar] of answers.entries()) {
    const gateway = gateways[n]
    if (gateway !== undefined) gateway.behave(withCars(answerCar)(gateway))
  }
  const places = gateways.map(({ url }, n) => ({ name: String(n), place: gatewayPlace(url) }))
  const pool = blockPool(places, { onFault: (name, { code }) => faults.push(`${name} ${code}`) })
  return {
    faults,
    asked: gateways.map(({ asked }) => asked),
    async fetch() {
      const bytes = Buffer.alloc(leaves.length * SIZE, 0xff)
      await pool.fetchLeaves(file, leaves, async (leaf, block) => void bytes.set(block, leaf.offset), signal)
      return bytes
    },
    async close() {
      for (const gateway of gateways) await gateway[Symbol.asyncDispose]()
    },
  }
}

const good = (answer: Parameters<Behaviour>[0]): void => void answer.writeHead(200, TYPE).end(car)
const lying = Buffer.from(car)
lying[car.length - 1] = 9

describe('leaves from gateways', { concurrency: 4 }, () => {
  const cases: Readonly<Record<string, [(answer: Parameters<Behaviour>[0]) => void, readonly string[]]>> = {
    'lies in the last leaf': [(answer) => void answer.writeHead(200, TYPE).end(lying), ['0 BLOCK_WRONG']],
    'ends in the middle': [
      (answer) => void answer.writeHead(200, TYPE).end(car.subarray(0, car.length / 2)),
      ['0 SOURCE_UNREACHABLE'],
    ],
    'stalls in the middle': [
      (answer) => void answer.writeHead(200, TYPE).write(car.subarray(0, car.length / 2)),
      ['0 SOURCE_UNREACHABLE'],
    ],
    floods: [
      (answer) => {
        answer.writeHead(200, TYPE).write(header)
        const more = (): void => {
          while (!answer.destroyed && answer.write(parent));
        }
        answer.on('drain', more)
        more()
      },
      ['0 SOURCE_ANSWER_TOO_LARGE'],
    ],
    'makes no CARs': [(answer) => void answer.writeHead(406).end(), []],
    'says that it leaves out repetitions': [
      (answer) => void answer.writeHead(200, { 'content-type': 'application/vnd.ipld.car; dups=n' }).end(car),
      [],
    ],
    'has nothing of it': [(answer) => void answer.writeHead(404).end(), []],
    'is busy': [(answer) => void answer.writeHead(503).end(), ['0 SOURCE_UNREACHABLE']],
  }
  for (const [how, [answerCar, faults]] of Object.entries(cases)) {
    it(`come whole although one ${how}, from another one and from it alone, block by block`, async () => {
      const both = await poolOf(answerCar, good)
      assert.deepEqual(await both.fetch(), Buffer.concat(contents))
      assert.deepEqual(both.faults, faults)
      await both.close()
      const alone = await poolOf(answerCar)
      assert.deepEqual(await alone.fetch(), Buffer.concat(contents))
      await alone.close()
    })
  }

  it('are asked for in one request', async () => {
    const pool = await poolOf(good)
    await pool.fetch()
    await pool.fetch()
    assert.equal(pool.asked[0]?.length, 2)
    assert.match(pool.asked[0]?.[0] ?? '', /entity-bytes=0:4999/)
    await pool.close()
  })
})
