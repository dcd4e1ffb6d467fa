import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Problem } from '../model/errors.ts'
import { parsePeers } from './addresses.ts'
import { ByteBudget } from './byte-budget.ts'
import type { P2pContent } from './content.ts'
import { P2pError } from './errors.ts'
import { DEFAULT_P2P_LIMITS, type P2pLimits } from './limits.ts'
import { makeLibp2p } from './make-libp2p.ts'
import { BITSWAP, Session } from './session.ts'
import type { P2pSettings } from './settings.ts'

export interface NodeOptions {
  readonly settings: P2pSettings
  /** 32 bytes, the Ed25519 seed of this home's peer id; used for nothing else. */
  readonly seed: Uint8Array
  readonly content: P2pContent
  readonly limits?: Partial<P2pLimits>
  readonly onProblem: (problem: Problem) => void
}

export interface P2pNode extends AsyncDisposable {
  readonly peerId: string
  /** What to hand to peers, each with `/p2p/ID`. */
  readonly multiaddrs: readonly string[]
}

/** Between two attempts to reach a peer of `[p2p] peers`. */
const REDIAL_MS = 30_000
const SWEEP_MS = 30_000

/**
 * Opens the libp2p node of `serve --p2p`: TCP, Noise, Yamux, identify and Bitswap, and no way to find or be found. It
 * dials the configured peers and nobody else.
 *
 * @throws {P2pError} `P2P_ADDRESS_INVALID`, `P2P_REMOTE_REFUSED` or `P2P_START_FAILED`.
 */
export async function openNode(options: NodeOptions): Promise<P2pNode> {
  const { settings, seed, content, onProblem } = options
  const peers = parsePeers(settings.peers)
  const limits: P2pLimits = {
    ...DEFAULT_P2P_LIMITS,
    connections: settings.maxConnections,
    queuedBytes: settings.maxQueuedBytes,
    ...options.limits,
  }
  const libp2p = await makeLibp2p({ settings, seed, limits, peers })
  const sessions = new Map<Connection, Session>()
  const [budget, incoming] = [new ByteBudget(limits.queuedBytes), new ByteBudget(limits.incomingBytes)]
  const parts = { content, limits, budget, incoming, onProblem }
  const sessionOf = (connection: Connection): Session => {
    const session = sessions.get(connection) ?? new Session(connection, parts)
    sessions.set(connection, session)
    return session
  }
  libp2p.addEventListener('connection:open', ({ detail }) => void sessionOf(detail))
  libp2p.addEventListener('connection:close', ({ detail }) => void sessions.delete(detail))
  // What libp2p remembers of every stranger would grow for ever.
  libp2p.addEventListener(
    'peer:disconnect',
    ({ detail }) => void libp2p.peerStore.delete(detail).catch(() => undefined),
  )
  await libp2p.handle(BITSWAP, (stream, connection) => void sessionOf(connection).receive(stream), {
    maxInboundStreams: limits.streams,
    maxOutboundStreams: 1,
  })
  try {
    await libp2p.start()
  } catch (cause) {
    await libp2p.stop()
    throw startFailed(settings, cause)
  }
  const dial = (): void => {
    for (const peer of peers) void libp2p.dial(peer).catch(() => undefined)
  }
  dial()
  const timers = [setInterval(dial, REDIAL_MS), setInterval(() => closeIdle(sessions, limits.idleMs, peers), SWEEP_MS)]
  return {
    peerId: libp2p.peerId.toString(),
    multiaddrs: libp2p.getMultiaddrs().map((address) => address.toString()),
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer)
      for (const session of sessions.values()) session.end()
      await libp2p.stop()
    },
  }
}

function closeIdle(sessions: ReadonlyMap<Connection, Session>, idleMs: number, peers: readonly Multiaddr[]): void {
  for (const [connection, { activeAt }] of sessions) {
    const kept = peers.some((peer) => peer.toString().endsWith(`/p2p/${connection.remotePeer}`))
    if (!kept && performance.now() - activeAt > idleMs) void connection.close().catch(() => undefined)
  }
}

function startFailed({ listen }: P2pSettings, cause: unknown): P2pError {
  return new P2pError('P2P_START_FAILED', `the libp2p node cannot listen on ${listen.join(', ')}`, {
    cause,
    hint: 'another program may have that port; choose another one under [p2p] listen, such as /ip4/127.0.0.1/tcp/0',
  })
}
