import type { Connection, Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import PQueue from 'p-queue'
import { SHA2_256 } from '../model/content-id.ts'
import { P2pError } from './errors.ts'
import { orAborted } from './or-aborted.ts'
import { PeerSession, type PeerSessionParts, unreachable } from './peer-session.ts'

/** A connection may have ended while nobody asked: once it is dialled again before that counts. */
const TRIES = 2

/** One peer at the addresses that the operator typed, dialled when it is first asked and again when its connection is gone. */
export class AskedPeer {
  readonly #addresses: readonly Multiaddr[]
  readonly #libp2p: Libp2p
  readonly #parts: PeerSessionParts
  readonly #turns: PQueue
  #dialling: Promise<PeerSession> | undefined
  #session: PeerSession | undefined
  #rest: { readonly fault: P2pError; readonly until: number } | undefined

  constructor(addresses: readonly Multiaddr[], libp2p: Libp2p, parts: PeerSessionParts) {
    this.#addresses = addresses
    this.#libp2p = libp2p
    this.#parts = parts
    this.#turns = new PQueue({ concurrency: parts.limits.wants })
  }

  /**
   * One block, verified against its CID; nothing when the peer says that it has none.
   *
   * @throws {P2pError} `PEER_UNREACHABLE`; `PEER_MISBEHAVES`, after which it is never asked again.
   */
  async fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    // A CID that holds its own bytes, or a hash that nothing of ours has: no question for others.
    if (cid.multihash.code !== SHA2_256) return undefined
    return this.#turns.add(() => this.#ask(cid, signal), { signal })
  }

  /** @param connection - to this peer. */
  sessionOver(connection: Connection): PeerSession {
    if (this.#session?.isOver(connection) !== true) this.#session = new PeerSession(connection, this.#parts)
    return this.#session
  }

  end(): void {
    this.#session?.end(unreachable('is not asked any more'))
  }

  async #ask(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    for (let tries = 1; ; tries += 1) {
      const session = await this.#open(signal)
      try {
        return await session.ask(cid, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof P2pError)) throw error
        if (!session.isLost || tries === TRIES) throw this.#restAfter(error)
      }
    }
  }

  async #open(signal: AbortSignal): Promise<PeerSession> {
    if (this.#rest !== undefined && performance.now() < this.#rest.until) throw this.#rest.fault
    const fault = this.#session?.fault
    if (this.#session !== undefined && fault === undefined) return this.#session
    // It may have misbehaved while nobody waited for it.
    if (fault?.code === 'PEER_MISBEHAVES') throw this.#restAfter(fault)
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = undefined
    })
    return orAborted(this.#dialling, signal)
  }

  async #dial(): Promise<PeerSession> {
    const signal = AbortSignal.timeout(this.#parts.limits.idleMs)
    try {
      return this.sessionOver(await this.#libp2p.dial([...this.#addresses], { signal }))
    } catch (cause) {
      throw this.#restAfter(unreachable('cannot be reached', cause))
    }
  }

  #restAfter(fault: P2pError): P2pError {
    const forMs = fault.code === 'PEER_MISBEHAVES' ? Number.POSITIVE_INFINITY : this.#parts.limits.restMs
    this.#rest = { fault, until: performance.now() + forMs }
    return fault
  }
}
