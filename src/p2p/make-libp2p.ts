import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p, MultiaddrConnection } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { isLoopbackHost, parseAnnounce, parseListen } from './addresses.ts'
import type { P2pLimits } from './limits.ts'
import type { P2pSettings } from './settings.ts'

export interface Libp2pParts {
  readonly settings: P2pSettings
  readonly seed: Uint8Array
  readonly limits: P2pLimits
  /** The only ones that are ever dialled. */
  readonly peers: readonly Multiaddr[]
  /** How long a peer may take to connect, and to agree on a protocol, in milliseconds. @default that of libp2p, 6 s and 10 s */
  readonly patienceMs?: number
}

/** libp2p with TCP, Noise, Yamux and identify, not started; nothing in it looks for others or tells of itself. */
export async function makeLibp2p({ settings, seed, limits, peers, patienceMs }: Libp2pParts): Promise<Libp2p> {
  const listen = parseListen(settings.listen, settings.allowRemote)
  const typed = new Set(settings.listen.map(hostOf))
  const allowed = new Set(peers.map((peer) => peer.toString()))
  return createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed('Ed25519', seed),
    // The name alone: a version would tell which known faults this machine has.
    nodeInfo: { name: 'holdfast', version: '', userAgent: 'holdfast' },
    addresses: {
      listen: listen.map(String),
      announce: parseAnnounce(settings.announce).map(String),
      // 0.0.0.0 would otherwise be told as each address of this machine, in its home network, too.
      announceFilter: (found) =>
        found.filter((each) => settings.announce.length > 0 || typed.has(hostOf(each.toString()))),
    },
    transports: [tcp({ maxConnections: limits.connections + 16 })],
    connectionEncrypters: [noise()],
    // 256 KiB is the smallest window: it is what a peer can make this machine hold for one stream.
    streamMuxers: [
      yamux({ maxInboundStreams: 16, maxOutboundStreams: 16, streamOptions: { maxStreamWindowSize: 262_144 } }),
    ],
    // It answers who we are and asks nobody: what peers say of themselves is not needed.
    services: { identify: identify({ runOnConnectionOpen: false }) },
    connectionManager: { maxConnections: limits.connections, ...patient(patienceMs) },
    connectionGater: {
      denyDialMultiaddr: (address) => !allowed.has(address.toString()),
      denyInboundConnection: manyFromOneHost(limits.connections),
    },
  })
}

/** Whoever is asked may be far away, behind a line on which one answer takes seconds. */
function patient(ms: number | undefined): Readonly<Record<string, number>> {
  if (ms === undefined) return {}
  return {
    ...{ dialTimeout: ms, addressDialTimeout: ms },
    ...{ inboundStreamProtocolNegotiationTimeout: ms, outboundStreamProtocolNegotiationTimeout: ms },
  }
}

/** One remote host gets a quarter of the connections; loopback is exempt, because a tunnel speaks for many. */
function manyFromOneHost(connections: number): (connection: MultiaddrConnection) => boolean {
  const open = new Map<string, number>()
  return (connection) => {
    const host = hostOf(connection.remoteAddr.toString())
    if (isLoopbackHost(host)) return false
    const now = open.get(host) ?? 0
    if (now >= Math.max(1, connections / 4)) return true
    open.set(host, now + 1)
    connection.addEventListener('close', () => {
      const left = (open.get(host) ?? 1) - 1
      if (left > 0) open.set(host, left)
      else open.delete(host)
    })
    return false
  }
}

function hostOf(address: string): string {
  return address.split('/')[2] ?? ''
}
