import { hash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { cidText, digestOf } from '../model/content-id.ts'
import { type ClusterPin, type PeerSays, readPin } from './cluster-pins.ts'
import type { PinRequest } from './engine.ts'
import { quoted } from './engine-answer.ts'
import type { EngineLine } from './engine-http.ts'
import { ReplicateError } from './errors.ts'
import { blockFromGateway } from './gateway-block.ts'

/** The gateway of one peer's IPFS node. */
export interface ClusterGateway extends EngineLine {
  /** Name or id of the cluster peer; empty for a gateway that stands for all of them. */
  readonly peer: string
}

export interface ClusterBlocks {
  /** See {@link PinEngine.readBlock}: what every peer that says it holds the pin has, as far as its gateway is known. */
  read(root: string, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined>
  /**
   * Reads a whole bundle back.
   *
   * @returns false when some of it is gone. @throws {ReplicateError} `ENGINE_REFUSED` where a block is damaged.
   */
  areGood(request: PinRequest, signal: AbortSignal): Promise<boolean>
}

/** Milliseconds that the word of the peers on one bundle counts while its blocks are read. */
const FRESH_MS = 10_000
/** Bundles that are read at a time, and some more. */
const MOST_KNOWN = 64

/** Reads blocks back from the peers of a cluster, of which each has only its own word for what it holds. */
export function clusterBlocks(cluster: EngineLine & { readonly gateways: readonly ClusterGateway[] }): ClusterBlocks {
  const known = new Map<string, { readonly until: number; readonly pin: Promise<ClusterPin> }>()
  const pinOf = (root: string, signal: AbortSignal): Promise<ClusterPin> => {
    const before = known.get(root)
    if (before !== undefined && before.until > performance.now()) return before.pin
    const pin = readPin(cluster, root, signal)
    known.delete(root)
    known.set(root, { until: performance.now() + FRESH_MS, pin })
    for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest)
    // One that failed is asked again by the next block.
    pin.catch(() => known.delete(root))
    return pin
  }
  const readersOf = (holders: readonly PeerSays[]): readonly ClusterGateway[] => {
    const named = cluster.gateways.filter(({ peer }) => holders.some(({ id, name }) => peer === id || peer === name))
    return named.length > 0 ? named : cluster.gateways.filter(({ peer }) => peer === '')
  }
  const read: ClusterBlocks['read'] = async (root, cid, signal) => {
    const { pinned } = await pinOf(root, signal)
    if (pinned.length === 0) return undefined
    const readers = readersOf(pinned)
    if (readers.length === 0) throw unreadable(cluster, pinned)
    let bytes: Uint8Array | undefined
    for (const reader of readers) {
      bytes = await blockFromGateway(reader, cid, signal)
      if (bytes === undefined) return undefined
      if (reader.peer !== '' && !isGood(cid, bytes))
        throw new ReplicateError('ENGINE_BYTES_DIFFER', `${reader.name} gives other bytes for ${cidText(cid)}`)
    }
    return bytes
  }
  return {
    read,
    async areGood(request, signal) {
      for await (const { cid } of request.blocks(signal)) {
        const bytes = await read(request.root, cid, signal).catch((error: unknown) => {
          if (error instanceof ReplicateError && error.code === 'ENGINE_BYTES_DIFFER') throw damaged(error.message, cid)
          throw error
        })
        if (bytes === undefined) return false
        if (!isGood(cid, bytes)) throw damaged(`${cluster.name} gives other bytes for ${cidText(cid)}`, cid)
      }
      return true
    },
  }
}

function isGood(cid: CID, bytes: Uint8Array): boolean {
  const digest = digestOf(cid)
  return digest !== undefined && Buffer.compare(hash('sha256', bytes, 'buffer'), digest) === 0
}

function damaged(what: string, cid: CID): ReplicateError {
  return new ReplicateError('ENGINE_REFUSED', `${what}, which a cluster cannot mend`, {
    hint: `on that peer's IPFS node, unpin the bundle and run \`ipfs block rm ${cidText(cid)}\`, then run \`holdfast publish\``,
  })
}

function unreadable(line: EngineLine, holders: readonly PeerSays[]): ReplicateError {
  const who = quoted(line, holders.map((holder) => holder.name).join(', '))
  return new ReplicateError('ENGINE_UNREADABLE', `${line.name} has no gateway of a peer that holds it: ${who}`, {
    hint: 'name gateways of its peers in engines.toml: docs/guides/engines.md',
  })
}
