import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { encodeWants, frameOf } from '../../fakes/bitswap-client.ts'
import { aP2pWorld, cidFor } from './support.ts'

const MIB = 1_048_576

describe('peers that mean harm', { concurrency: 4 }, () => {
  it('make us read no more than the budget when they take nothing, and others are served meanwhile', async (context) => {
    const message = 2_359_296
    const { content, client } = await aP2pWorld(context, { limits: { queuedBytes: 4 * message } })
    const cids = Array.from({ length: 64 }, () => content.put(randomBytes(MIB)))
    for (let greedy = 0; greedy < 3; greedy++) {
      const peer = await client({ takes: false })
      await peer.want(cids.map((cid) => ({ cid })))
    }
    const honest = await client()
    await honest.want(cids.slice(0, 8).map((cid) => ({ cid })))
    await honest.until(({ blocks }) => blocks.size === 8)
    // Each greedy one has what fits its window, 256 KiB at most, and one message under way.
    assert.ok(content.reads >= 8 && content.reads <= 8 + 3 * 2, `${content.reads} reads`)
  })

  it('lose the connection when they take nothing for too long', async (context) => {
    const { content, client } = await aP2pWorld(context, { limits: { stallMs: 50 } })
    const cids = Array.from({ length: 8 }, () => content.put(randomBytes(MIB)))
    const peer = await client({ takes: false })
    await peer.want(cids.map((cid) => ({ cid })))
    await peer.ended
    assert.ok(content.reads < cids.length)
  })

  it('are not read further while their wants wait', async (context) => {
    const { content, client } = await aP2pWorld(context, { limits: { wants: 16 } })
    const large = Array.from({ length: 40 }, () => content.put(randomBytes(MIB)))
    const unknown = Array.from({ length: 400 }, () => cidFor(randomBytes(8)))
    const peer = await client({ takes: false })
    await peer.want([...large, ...unknown].map((cid) => ({ cid })))
    const other = await client()
    await other.want([{ cid: large[0] ?? cidFor(new Uint8Array()) }])
    await other.until(({ blocks }) => blocks.size === 1)
    assert.ok(content.asked.length < 16, `${content.asked.length} of 440 wants were looked at`)
  })

  for (const [name, bytes] of Object.entries({
    'a message that is too long': frameOf(new Uint8Array(MIB + 1)),
    'a length that is none': new Uint8Array(16).fill(0xff),
    'bytes that are no message': frameOf(new Uint8Array([0x0a, 0xff, 0xff])),
    'a want without a CID': frameOf(encodeWants([{ cid: new Uint8Array([1, 2, 3]) }])),
    'a group that never ends': frameOf(new Uint8Array(64).fill(0x0b)),
  })) {
    it(`lose the stream that brings ${name}, and nobody else notices`, async (context) => {
      const { content, client, problems } = await aP2pWorld(context)
      const cid = content.put(randomBytes(100))
      const peer = await client()
      const stream = await peer.send(bytes)
      if (stream.status === 'open') await once(stream, 'close')
      await peer.want([{ cid }])
      await peer.until(({ blocks }) => blocks.size === 1)
      assert.deepEqual(problems, [])
    })
  }

  it('cannot hold room for messages that they do not send: the stream ends, and the next large message comes through', async (context) => {
    const { content, client } = await aP2pWorld(context, { limits: { incomingBytes: MIB, stallMs: 100 } })
    const cid = content.put(randomBytes(100))
    const slow = await client()
    const large = frameOf(
      encodeWants([...Array.from({ length: 3_000 }, () => ({ cid: cidFor(randomBytes(8)) })), { cid }]),
    )
    const stuck = await slow.send(large.subarray(0, large.length - 1))
    const honest = await client()
    await honest.send(large)
    await honest.until(({ blocks }) => blocks.has(cid.toString()))
    if (stuck.status === 'open') await once(stuck, 'close')
  })

  it('are not connected beyond the limit', async (context) => {
    const { client } = await aP2pWorld(context, { settings: { maxConnections: 3 } })
    const peers = [await client(), await client(), await client()]
    const refused = await client().then(
      ({ ended }) => ended,
      () => undefined,
    )
    assert.equal(refused, undefined)
    assert.ok(peers.some(({ connection }) => connection.status === 'open'))
  })

  it('are not dialled when they leave with wants open, although they told where they listen', async (context) => {
    const { client, content } = await aP2pWorld(context)
    const cids = Array.from({ length: 16 }, () => content.put(randomBytes(MIB)))
    const [peer, other] = [await client(), await client()]
    let dialled = 0
    peer.libp2p.addEventListener('connection:open', () => {
      dialled += 1
    })
    assert.equal(peer.libp2p.getMultiaddrs().length, 1)
    await peer.want(cids.map((cid) => ({ cid })))
    await peer.until(({ blocks }) => blocks.size > 0)
    await peer.connection.close()
    await other.want(cids.map((cid) => ({ cid })))
    await other.until(({ blocks }) => blocks.size === cids.length)
    assert.equal(dialled, 0)
  })
})
