import { carPlace } from '../../disk/car-place.ts'
import { markedOrigin } from '../../disk/layout.ts'
import type { PoolSource } from '../../read/block-pool.ts'
import type { BlockPlace } from '../../read/block-source.ts'
import { gatewayPlace } from '../../read/gateway-place.ts'
import { gatewayBase } from '../../read/manifest-source.ts'
import { gatewaysOf } from '../announce/named-source.ts'
import type { FollowedLog } from './followed-log.ts'

/** Peers by their addresses as typed; nobody is dialled before the first block is asked for. */
export interface PeerBlocks extends AsyncDisposable {
  readonly places: ReadonlyMap<string, BlockPlace>
}

export type OpenPeers = (addresses: readonly string[]) => Promise<PeerBlocks>

/**
 * Where the content of a log may come from: gateways, disks that `export` wrote, and peers for what those do not give.
 * Closing it ends the connections to peers.
 */
export interface ContentPlaces extends AsyncDisposable {
  readonly sources: readonly PoolSource[]
  /**
   * To be asked before a bundle is fetched, because a block alone does not tell in which of the CARs on a disk it is.
   *
   * @returns false where there are only disks, and none of them has this version.
   */
  begin(root: string): Promise<boolean>
}

/** Any other directory has statements alone. */
export async function contentPlaces({ settings, tables }: FollowedLog, openPeers: OpenPeers): Promise<ContentPlaces> {
  const strikes = new Map(tables.sources().map((source) => [source.name, source.strikes]))
  const disks: ReturnType<typeof carPlace>[] = []
  const sources: PoolSource[] = []
  for (const name of settings.from) {
    const base = gatewayBase(name)
    const disk = base === undefined && (await markedOrigin(name)) !== undefined ? carPlace(name) : undefined
    const place = base === undefined ? disk : gatewayPlace(base)
    if (disk !== undefined) disks.push(disk)
    if (place !== undefined) sources.push({ name, place, strikes: strikes.get(name) ?? 0 })
  }
  for (const base of gatewaysOf(settings))
    if (!sources.some(({ name }) => gatewayBase(name) === base))
      sources.push({ name: base, place: gatewayPlace(base), strikes: strikes.get(base) ?? 0 })
  // Most mirrors name none, and load nothing for them.
  const peers = settings.peers.length === 0 ? undefined : await openPeers(settings.peers)
  for (const [name, place] of peers?.places ?? [])
    sources.push({ name, place, strikes: strikes.get(name) ?? 0, lastResort: true })
  return {
    sources,
    [Symbol.asyncDispose]: async () => peers?.[Symbol.asyncDispose](),
    async begin(root) {
      const having: boolean[] = []
      for (const disk of disks) having.push(await disk.has(root))
      for (const [i, disk] of disks.entries()) if (having[i] === true) disk.expect(root)
      return disks.length === 0 || disks.length < sources.length || having.includes(true)
    },
  }
}
