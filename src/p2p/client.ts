import { randomBytes } from 'node:crypto'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import { parseDialled } from './addresses.ts'
import { type AskLimits, DEFAULT_ASK_LIMITS } from './ask-limits.ts'
import { AskedPeer } from './asked-peer.ts'
import { ByteBudget } from './byte-budget.ts'
import { P2pError } from './errors.ts'
import { DEFAULT_P2P_LIMITS } from './limits.ts'
import { PendingBlocks } from './pending-blocks.ts'
import { BITSWAP } from './session.ts'

/** A peer as a place that may have blocks. */
export interface PeerPlace {
  /**
   * One block, verified against its CID; nothing where the peer says that it has none.
   *
   * @throws {P2pError} `PEER_ADDRESS_INVALID`, `PEER_UNREACHABLE`, `PEER_MISBEHAVES`, `P2P_START_FAILED`.
   */
  fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined>
}

/** Peers by their addresses as typed. Closing it ends all connections; what is under way then fails. */
export interface PeerPlaces extends AsyncDisposable {
  readonly places: ReadonlyMap<string, PeerPlace>
}

interface Dialler {
  readonly peers: ReadonlyMap<string, AskedPeer>
  close(): Promise<void>
}

/**
 * Peers that are asked for blocks over Bitswap 1.2.0. libp2p is loaded, and the peer dialled, when the first block is
 * asked for; it listens nowhere and dials these addresses alone, under a peer id that is made for this once.
 *
 * @param addresses - multiaddrs with `/p2p/ID`; one that is none fails when it is asked.
 */
export function openPeerPlaces(addresses: readonly string[], limits: Partial<AskLimits> = {}): PeerPlaces {
  const all = { ...DEFAULT_ASK_LIMITS, ...limits }
  let dialler: Promise<Dialler> | undefined
  let isClosed = false
  const place = (address: string): PeerPlace => ({
    async fetch(cid, signal) {
      const parsed = parseDialled(address)
      if (isClosed) throw new P2pError('PEER_UNREACHABLE', 'the peer is not asked any more')
      dialler ??= openDialler(addresses, all)
      return (await dialler).peers.get(peerIdOf(parsed))?.fetch(cid, signal)
    },
  })
  return {
    places: new Map(addresses.map((address) => [address, place(address)])),
    async [Symbol.asyncDispose]() {
      isClosed = true
      // One that could not be opened has nothing to close.
      const opened = await dialler?.catch(() => undefined)
      await opened?.close()
    },
  }
}

async function openDialler(addresses: readonly string[], limits: AskLimits): Promise<Dialler> {
  const parsed = addresses.flatMap(validOf)
  const libp2p = await startLibp2p(parsed, limits.idleMs)
  const peers = new Map(
    [...Map.groupBy(parsed, peerIdOf)].map(([id, own]) => {
      const incoming = new ByteBudget(limits.incomingBytes)
      const pending = new PendingBlocks(limits.lateBytes)
      return [id, new AskedPeer(own, libp2p, { limits, incoming, pending })]
    }),
  )
  const onStream = (stream: Stream, connection: Connection): void => {
    const peer = peers.get(connection.remotePeer.toString())
    if (peer === undefined) stream.abort(new Error('this peer was not asked'))
    else void peer.sessionOver(connection).receive(stream)
  }
  await libp2p.handle(BITSWAP, onStream, { maxInboundStreams: limits.streams, maxOutboundStreams: 1 })
  return {
    peers,
    async close() {
      for (const peer of peers.values()) peer.end()
      await libp2p.stop()
    },
  }
}

/** @throws {P2pError} `P2P_START_FAILED`. */
async function startLibp2p(peers: readonly Multiaddr[], patienceMs: number): Promise<Libp2p> {
  const { makeLibp2p } = await import('./make-libp2p.ts')
  const connections = Math.max(1, peers.length)
  const limits = { ...DEFAULT_P2P_LIMITS, connections }
  const settings = {
    ...{ listen: [], allowRemote: false, announce: [], peers: [] },
    ...{ maxConnections: connections, maxQueuedBytes: limits.queuedBytes },
  }
  const libp2p = await makeLibp2p({ settings, seed: randomBytes(32), limits, peers, patienceMs })
  try {
    await libp2p.start()
    return libp2p
  } catch (cause) {
    await libp2p.stop()
    throw new P2pError('P2P_START_FAILED', 'libp2p cannot be started to ask peers', {
      cause,
      hint: 'run the same command again; if it fails again, leave the peers away and report it',
    })
  }
}

function validOf(address: string): Multiaddr[] {
  try {
    return [parseDialled(address)]
  } catch (error) {
    // Told when that one is asked; the others can be.
    if (error instanceof P2pError) return []
    throw error
  }
}

/** As libp2p writes it: a peer id has several spellings. */
function peerIdOf(address: Multiaddr): string {
  return address.getComponents().find(({ name }) => name === 'p2p')?.value ?? ''
}
