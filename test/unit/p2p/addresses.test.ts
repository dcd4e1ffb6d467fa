import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { parseAnnounce, parseListen, parsePeers } from '../../../src/p2p/addresses.ts'
import { P2pError } from '../../../src/p2p/errors.ts'
import { openNode } from '../../../src/p2p/node.ts'
import { aP2pWorld, FakeP2pContent, LOOPBACK } from './support.ts'

const PEER = '/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'

function refused(code: string): (error: unknown) => boolean {
  return (error) => error instanceof P2pError && error.code === code && error.hint !== undefined
}

describe('addresses of the libp2p node', () => {
  it('are loopback unless others were let in', () => {
    const remote = '/ip4/192.0.2.1/tcp/4001'
    assert.throws(() => parseListen([remote], false), refused('P2P_REMOTE_REFUSED'))
    assert.throws(() => parseListen(['/ip4/0.0.0.0/tcp/4001'], false), refused('P2P_REMOTE_REFUSED'))
    assert.throws(() => parseListen(['/ip6/::/tcp/4001'], false), refused('P2P_REMOTE_REFUSED'))
    assert.deepEqual(parseListen([remote], true).map(String), [remote])
    assert.deepEqual(parseListen(['/ip4/127.0.0.2/tcp/0', '/ip6/::1/tcp/0'], false).length, 2)
  })

  for (const address of [
    '',
    '127.0.0.1:4001',
    '/dns4/archive.example/tcp/4001',
    '/ip4/127.0.0.1/udp/4001/quic-v1',
    '/ip4/127.0.0.1/tcp/99999',
    '/ip4/999.0.0.1/tcp/1',
    '/ip4/127.0.0.1/tcp/1/ws',
    `/ip4/127.0.0.1/tcp/1${PEER}/p2p-circuit`,
  ]) {
    it(`are refused when they read ${JSON.stringify(address)}`, () => {
      for (const parse of [(texts: string[]) => parseListen(texts, true), parseAnnounce, parsePeers])
        assert.throws(() => parse([address]), refused('P2P_ADDRESS_INVALID'))
    })
  }

  it('name a peer where one is dialled, and only there', () => {
    assert.deepEqual(parsePeers([`/ip4/192.0.2.1/tcp/4001${PEER}`]).length, 1)
    assert.throws(() => parsePeers(['/ip4/192.0.2.1/tcp/4001']), refused('P2P_ADDRESS_INVALID'))
    assert.throws(() => parseListen([`/ip4/127.0.0.1/tcp/4001${PEER}`], false), refused('P2P_ADDRESS_INVALID'))
  })

  it('that are taken by another program are said to be so', async (context) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    context.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const opening = openNode({
      settings: { ...LOOPBACK, listen: [`/ip4/127.0.0.1/tcp/${port}`] },
      seed: new Uint8Array(32),
      content: new FakeP2pContent(),
      onProblem: () => undefined,
    })
    await assert.rejects(opening, refused('P2P_START_FAILED'))
  })

  it('are told to peers as typed, under a name that says nothing of the version', async (context) => {
    const { client, node } = await aP2pWorld(context)
    const told = await (await client()).identified
    assert.equal(told.agentVersion, 'holdfast')
    assert.deepEqual(told.protocols.toSorted(), ['/ipfs/bitswap/1.2.0', '/ipfs/id/1.0.0'])
    assert.deepEqual(
      told.listenAddrs.map((address) => `${address}/p2p/${node.peerId}`),
      node.multiaddrs,
    )
  })
})
