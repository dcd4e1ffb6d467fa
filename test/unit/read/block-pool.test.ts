import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rawCid } from '../../../src/model/content-id.ts'
import type { Problem } from '../../../src/model/errors.ts'
import { blockPool } from '../../../src/read/block-pool.ts'
import { gatewayPlace } from '../../../src/read/gateway-place.ts'
import { configureNetwork } from '../../../src/read/network.ts'
import { aGateway, MISBEHAVIOUR } from '../../fakes/fake-gateway.ts'
import { MadeBlocks } from '../../fakes/made-bundle.ts'
import { sha256 } from '../../fakes/manifest-log.ts'

configureNetwork({ proxyUrl: undefined, idleMs: 500, graceMs: 500 })

const made = new MadeBlocks()
const blocks = Array.from({ length: 12 }, (_, n) => made.leaf(Buffer.alloc(2_000, n)))
const signal = AbortSignal.timeout(60_000)
const calm = { onFault: () => undefined, bytesPerSecond: undefined }

function member(name: string, base: string, strikes = 0): Parameters<typeof blockPool>[0][number] {
  return { name, place: gatewayPlace(base), strikes }
}

describe('a pool of gateways', { concurrency: 4 }, () => {
  for (const [how, behaviour] of Object.entries(MISBEHAVIOUR)) {
    it(`gives every block though one ${how}, and names that one`, async () => {
      await using bad = await aGateway(made.blocks, behaviour)
      await using good = await aGateway(made.blocks)
      const faults: string[] = []
      const onFault = (name: string, _problem: Problem): void => void faults.push(name)
      const pool = blockPool([member('bad', bad.url), member('good', good.url)], { ...calm, onFault })
      for (const cid of blocks) assert.ok((await pool.fetch(cid, signal)).length === 2_000)
      assert.deepEqual(new Set(faults), new Set(['bad']))
      assert.ok(bad.asked.length < good.asked.length, 'after a fault it is asked last')
      assert.deepEqual(
        pool.report().map(({ name, bytes }) => [name, bytes > 0]),
        [
          ['bad', false],
          ['good', true],
        ],
      )
    })
  }

  it('asks all that are good, at the same time', async () => {
    await using one = await aGateway(made.blocks)
    await using other = await aGateway(made.blocks)
    const pool = blockPool([member('one', one.url), member('other', other.url)], calm)
    await Promise.all(blocks.map((cid) => pool.fetch(cid, signal)))
    assert.deepEqual([one.asked.length, other.asked.length], [6, 6])
  })

  it('asks who has it when another just does not, which is no fault', async () => {
    await using empty = await aGateway(new Map())
    await using full = await aGateway(made.blocks)
    const pool = blockPool([member('empty', empty.url), member('full', full.url)], {
      ...calm,
      onFault: (name) => assert.fail(name),
    })
    for (const cid of blocks) await pool.fetch(cid, signal)
    assert.deepEqual(
      pool.report().map(({ strikes }) => strikes),
      [0, 0],
    )
  })

  it('says so when nobody has a block', async () => {
    await using empty = await aGateway(new Map())
    const pool = blockPool([member('empty', empty.url)], calm)
    const unknown = rawCid(sha256(new Uint8Array([1, 2, 3])))
    await assert.rejects(pool.fetch(unknown, signal), { name: 'ReadError', code: 'SOURCES_EXHAUSTED' })
    await assert.rejects(blockPool([], calm).fetch(unknown, signal), { code: 'SOURCES_EXHAUSTED' })
  })

  it('keeps to its pace', async () => {
    await using gateway = await aGateway(made.blocks)
    const pool = blockPool([member('one', gateway.url)], { ...calm, bytesPerSecond: 40_000 })
    const began = performance.now()
    await Promise.all(blocks.slice(0, 6).map((cid) => pool.fetch(cid, signal)))
    // 12,000 bytes at 40,000 a second; a slow machine only makes it longer.
    assert.ok(performance.now() - began >= 290)
  })
})
