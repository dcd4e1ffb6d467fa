import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import type { AskLimits } from '../../../src/p2p/ask-limits.ts'
import { openPeerPlaces, type PeerPlace } from '../../../src/p2p/client.ts'
import { BITSWAP } from '../../fakes/bitswap-client.ts'
import { aBitswapPeer, type Behaviour, type BitswapPeer, blockMessage } from '../../fakes/bitswap-peer.ts'
import { aP2pWorld, cidFor } from './support.ts'

const signal = AbortSignal.timeout(60_000)
/** Short enough to be waited for; what has to wait longer than they say is never asserted. */
const QUICK: Partial<AskLimits> = { idleMs: 400, stallMs: 1_200, restMs: 200 }

function placeAt(context: TestContext, address: string, limits: Partial<AskLimits> = {}): PeerPlace {
  const peers = openPeerPlaces([address], limits)
  context.after(() => peers[Symbol.asyncDispose]())
  return peers.places.get(address) ?? assert.fail()
}

async function peerThat(context: TestContext, behaviour: Behaviour | undefined): Promise<BitswapPeer> {
  const peer = await aBitswapPeer(behaviour)
  context.after(() => peer[Symbol.asyncDispose]())
  return peer
}

const bytes = randomBytes(70_000)
const cid = cidFor(bytes)

describe('asking a peer for blocks', { concurrency: 4 }, () => {
  it('brings those that it serves, many at once and of a megabyte, and says which it does not have', async (context) => {
    const { content, address } = await aP2pWorld(context)
    const blocks = Array.from({ length: 24 }, (_, n) => randomBytes(n === 0 ? 1_048_576 : 30_000 + n))
    const cids = blocks.map((block) => content.put(block))
    const place = placeAt(context, address)
    const got = await Promise.all(cids.map((each) => place.fetch(each, signal)))
    assert.ok(got.every((block, n) => block !== undefined && Buffer.from(block).equals(blocks[n] ?? randomBytes(1))))
    assert.equal(await place.fetch(cidFor(randomBytes(10)), signal), undefined)
    assert.equal(content.reads, cids.length)
  })

  it('asks once for what several wait for, and again for what was not had before', async (context) => {
    const { content, address } = await aP2pWorld(context)
    const place = placeAt(context, address)
    assert.equal(await place.fetch(cid, signal), undefined)
    content.put(bytes)
    const both = await Promise.all([place.fetch(cid, signal), place.fetch(cid, signal)])
    assert.deepEqual([both.map((block) => block?.length), content.reads], [[70_000, 70_000], 1])
  })

  it('asks nobody for a CID that holds its own bytes', async (context) => {
    const { content, address } = await aP2pWorld(context)
    const place = placeAt(context, address)
    assert.equal(await place.fetch(CID.createV1(0x55, identity.digest(randomBytes(9))), signal), undefined)
    assert.deepEqual(content.asked, [])
  })

  it('has no more wants under way than it may', async (context) => {
    let open = 0
    let most = 0
    const peer = await peerThat(context, async (want, answering) => {
      open += 1
      most = Math.max(most, open)
      await new Promise((resolve) => setTimeout(resolve, 20))
      open -= 1
      await answering.presence(want.cid, 'dont-have')
    })
    const place = placeAt(context, peer.address, { wants: 3 })
    await Promise.all(Array.from({ length: 12 }, () => place.fetch(cidFor(randomBytes(8)), signal)))
    assert.deepEqual([most, peer.wants.length], [3, 12])
    assert.ok(peer.wants.every(({ sendDontHave }) => sendDontHave))
  })

  it('takes a want back when nobody waits any more, and goes on', async (context) => {
    const peer = await peerThat(context, (want, answering) =>
      want.cid.equals(cid) ? undefined : answering.presence(want.cid, 'dont-have'),
    )
    const place = placeAt(context, peer.address)
    const leaving = new AbortController()
    const fetched = place.fetch(cid, leaving.signal)
    while (peer.wants.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    leaving.abort(new Error('enough'))
    await assert.rejects(fetched, { message: 'enough' })
    assert.equal(await place.fetch(cidFor(randomBytes(8)), signal), undefined)
    assert.deepEqual(
      peer.wants.filter((want) => want.cid.equals(cid)).map((want) => want.cancel),
      [false, true],
    )
  })

  it('dials again when the connection was closed while nobody asked, or once while somebody did', async (context) => {
    let closes = 1
    const peer = await peerThat(context, async (want, answering) => {
      closes -= 1
      if (closes >= 0) answering.connection.abort(new Error('gone'))
      else await answering.block(want.cid, bytes)
    })
    const place = placeAt(context, peer.address)
    assert.equal((await place.fetch(cid, signal))?.length, bytes.length)
    for (const connection of peer.libp2p.getConnections()) await connection.close()
    assert.equal((await place.fetch(cid, signal))?.length, bytes.length)
    assert.equal(peer.connections, 3)
  })

  it('takes a late block for what it is, and no fault', async (context) => {
    const other = randomBytes(40)
    const peer = await peerThat(context, async (want, answering) => {
      if (!want.cid.equals(cidFor(other))) return
      await answering.block(cid, bytes)
      await answering.block(want.cid, other)
    })
    const place = placeAt(context, peer.address)
    const leaving = new AbortController()
    const left = place.fetch(cid, leaving.signal)
    while (peer.wants.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    leaving.abort(new Error('enough'))
    await assert.rejects(left)
    assert.equal((await place.fetch(cidFor(other), signal))?.length, 40)
  })

  it('is over when it is closed, also for what is under way', async (context) => {
    const peer = await peerThat(context, () => undefined)
    const peers = openPeerPlaces([peer.address])
    const place = peers.places.get(peer.address) ?? assert.fail()
    const fetched = place.fetch(cid, signal)
    const refused = assert.rejects(fetched, { code: 'PEER_UNREACHABLE' })
    while (peer.wants.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    await peers[Symbol.asyncDispose]()
    await refused
    await assert.rejects(place.fetch(cid, signal), { code: 'PEER_UNREACHABLE' })
  })
})

const MISBEHAVIOUR: Readonly<Record<string, Behaviour>> = {
  'gives other bytes': (_, answering) => answering.block(cid, randomBytes(70_000)),
  'gives the right bytes with one changed': (_, answering) => answering.block(cid, Buffer.from(bytes).fill(0, 5, 6)),
  'gives a block that is larger than blocks are': (_, answering) => answering.block(cid, Buffer.alloc(2_097_153)),
  'announces a message of five megabytes': (_, answering) => answering.raw(Uint8Array.of(0x80, 0x80, 0xc0, 0x02)),
  'sends a length that does not end': (_, answering) => answering.raw(Buffer.alloc(64, 0xff)),
  'sends what is no message': (_, answering) => answering.raw(Uint8Array.of(3, 0xff, 0xff, 0xff)),
  'says that it does not have what nobody asked for': (_, answering) =>
    answering.presence(cidFor(randomBytes(3)), 'dont-have'),
  'says without end that it has it, and does not give it': async (want, answering) => {
    for (;;) await answering.presence(want.cid, 'have')
  },
}

const SILENCE: Readonly<Record<string, Behaviour | undefined>> = {
  'does not know Bitswap': undefined,
  'says nothing': () => undefined,
  'begins a message and does not end it': (_, answering) => answering.raw(blockMessage(cid, bytes).subarray(0, 40_000)),
  'hangs up each time': (_, answering) => answering.connection.abort(new Error('gone')),
  'says something now and then that helps nobody': async (want, answering) => {
    for (;;) {
      await answering.presence(want.cid, 'have')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  },
  'sends a byte now and then': async (_, answering) => {
    for (const byte of blockMessage(cid, bytes)) {
      await answering.raw(Uint8Array.of(byte))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  },
}

describe('a peer that breaks the rules', { concurrency: 4 }, () => {
  for (const [how, behaviour] of Object.entries(MISBEHAVIOUR)) {
    it(`is named and never asked again when it ${how}`, async (context) => {
      const peer = await peerThat(context, behaviour)
      const place = placeAt(context, peer.address, { ...QUICK, stallMs: 20_000, idleMs: 20_000 })
      await assert.rejects(place.fetch(cid, signal), { name: 'P2pError', code: 'PEER_MISBEHAVES' })
      await assert.rejects(place.fetch(cid, signal), { code: 'PEER_MISBEHAVES' })
      assert.equal(peer.connections, 1)
    })
  }

  it('is cut off when it gives the same block again and again', async (context) => {
    let sent = 0
    const peer = await peerThat(context, async (want, answering) => {
      if (want.cid.equals(cid)) for (;;) await answering.block(cid, bytes).then(() => (sent += bytes.length))
    })
    const place = placeAt(context, peer.address, { lateBytes: 700_000 })
    assert.equal((await place.fetch(cid, signal))?.length, bytes.length)
    await assert.rejects(place.fetch(cidFor(randomBytes(8)), signal), { code: 'PEER_MISBEHAVES' })
    assert.ok(sent < 10 * 700_000, 'what is on the line when it is cut off is bounded')
  })

  for (const [how, behaviour] of Object.entries(SILENCE)) {
    it(`is not waited for when it ${how}, and left alone for a while`, async (context) => {
      const peer = await peerThat(context, behaviour)
      const place = placeAt(context, peer.address, { ...QUICK, restMs: 60_000 })
      await assert.rejects(place.fetch(cid, signal), { name: 'P2pError', code: 'PEER_UNREACHABLE' })
      const { connections } = peer
      await assert.rejects(place.fetch(cid, signal), { code: 'PEER_UNREACHABLE' })
      assert.equal(peer.connections, connections, 'the second question is not asked')
    })
  }

  it('does not make another one look silent by filling the room for messages', async (context) => {
    const begun = Buffer.concat([Uint8Array.of(0x80, 0x80, 0x80, 0x02), Buffer.alloc(70_000)])
    const greedy = await peerThat(context, async (_, { connection }) => {
      for (let n = 0; n < 4; n += 1) (await connection.newStream(BITSWAP)).send(begun)
    })
    const { content, address } = await aP2pWorld(context)
    const block = randomBytes(1_048_576)
    const large = content.put(block)
    const peers = openPeerPlaces([greedy.address, address], { idleMs: 3_000 })
    context.after(() => peers[Symbol.asyncDispose]())
    const waiting = assert.rejects(peers.places.get(greedy.address)?.fetch(cid, signal) ?? assert.fail(), {
      code: 'PEER_UNREACHABLE',
    })
    while (greedy.wants.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal((await peers.places.get(address)?.fetch(large, signal))?.length, block.length)
    await waiting
  })

  it('is asked again later when it only was away', async (context) => {
    let asked = 0
    const peer = await peerThat(context, async (want, answering) => {
      asked += 1
      if (asked > 1) await answering.block(want.cid, bytes)
    })
    const place = placeAt(context, peer.address, QUICK)
    await assert.rejects(place.fetch(cid, signal), { code: 'PEER_UNREACHABLE' })
    for (;;) {
      const got = await place.fetch(cid, signal).catch(() => undefined)
      if (got !== undefined) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })

  it('is not believed to be somebody else', async (context) => {
    const [peer, other] = [await peerThat(context, () => undefined), await peerThat(context, () => undefined)]
    const claimed = peer.address.replace(/[^/]+$/u, other.libp2p.peerId.toString())
    await assert.rejects(placeAt(context, claimed).fetch(cid, signal), { code: 'PEER_UNREACHABLE' })
    assert.deepEqual([peer.wants.length, other.connections], [0, 0])
  })

  for (const address of [
    '/ip4/127.0.0.1/tcp/4001',
    '/ip4/127.0.0.1/udp/4001/quic-v1/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust',
    '/dnsaddr/archive.example/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust',
    '/dns4/hidden.onion/tcp/4001/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust',
    '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust/p2p-circuit',
    '/ip4/127.0.0.1/tcp/4001/p2p/nobody',
    'https://archive.example',
  ]) {
    it(`is not dialled at ${address}`, async (context) => {
      await assert.rejects(placeAt(context, address).fetch(cid, signal), { code: 'PEER_ADDRESS_INVALID' })
    })
  }

  it('does not keep a sound one from being asked, though its address is none', async (context) => {
    const { content, address } = await aP2pWorld(context)
    content.put(bytes)
    const peers = openPeerPlaces(['/ip4/127.0.0.1/tcp/0', address])
    context.after(() => peers[Symbol.asyncDispose]())
    const got = await peers.places.get(address)?.fetch(cid, signal)
    assert.equal(
      createHash('sha256')
        .update(got ?? new Uint8Array())
        .digest('hex'),
      Buffer.from(cid.multihash.digest).toString('hex'),
    )
  })
})
