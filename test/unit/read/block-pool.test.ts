import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rawCid } from '../../../src/model/content-id.ts'
import type { Problem } from '../../../src/model/errors.ts'
import { blockPool, type PoolSource } from '../../../src/read/block-pool.ts'
import type { BlockPlace } from '../../../src/read/block-source.ts'
import { ReadError } from '../../../src/read/errors.ts'
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

/** A place that is no server. */
function noting(asked: string[], name: string, answer: BlockPlace['fetch']): PoolSource {
  return {
    name,
    place: {
      fetch(cid, aborted) {
        asked.push(name)
        return answer(cid, aborted)
      },
    },
  }
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

  it('asks a place of last resort for what no other gave, also while those have faults', async () => {
    const [first = assert.fail(), ...rest] = blocks
    const asked: string[] = []
    const some = noting(asked, 'some', async (cid) => (cid.equals(first) ? made.blocks.get(`${cid}`) : undefined))
    const liar = noting(asked, 'liar', async () => {
      throw new ReadError('BLOCK_WRONG', 'other bytes')
    })
    const last = noting(asked, 'last', async (cid) => made.blocks.get(`${cid}`))
    const pool = blockPool(
      [
        { ...last, lastResort: true },
        { ...some, strikes: 30 },
        { ...liar, strikes: 30 },
      ],
      calm,
    )
    for (const cid of [first, ...rest]) await pool.fetch(cid, signal)
    assert.equal(asked.filter((name) => name === 'last').length, rest.length)
    const before = asked.length
    await pool.fetch(rest[0] ?? first, signal)
    assert.deepEqual([new Set(asked.slice(before, -1)), asked.at(-1)], [new Set(['some', 'liar']), 'last'])
    assert.equal((await pool.fetch(first, signal)).length, 2_000)
    assert.notEqual(asked.at(-1), 'last')
  })

  it('does not wait for a place that is silent again and again where one of last resort has the block', async () => {
    const asked: string[] = []
    let isAway = true
    const silent = noting(asked, 'silent', async (cid) => {
      if (isAway) throw new ReadError('SOURCE_UNREACHABLE', 'no answer')
      return made.blocks.get(`${cid}`)
    })
    let hasIt = true
    const last = noting(asked, 'last', async (cid) => (hasIt ? made.blocks.get(`${cid}`) : undefined))
    const pool = blockPool([silent, { ...last, lastResort: true }], calm)
    for (const cid of blocks) await pool.fetch(cid, signal)
    assert.equal(asked.filter((name) => name === 'silent').length, 3)
    hasIt = false
    isAway = false
    const [cid = assert.fail()] = blocks
    await pool.fetch(cid, signal)
    assert.deepEqual(asked.slice(-2), ['last', 'silent'], 'it is asked before nobody has it')
    await pool.fetch(cid, signal)
    assert.deepEqual(asked.slice(-1), ['silent'], 'one good answer ends its rest')
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
