import { carPlace } from '../../disk/car-place.ts'
import { markedOrigin } from '../../disk/layout.ts'
import type { PoolSource } from '../../read/block-pool.ts'
import { gatewayPlace } from '../../read/gateway-place.ts'
import { gatewayBase } from '../../read/manifest-source.ts'
import { gatewaysOf } from '../announce/named-source.ts'
import type { FollowedLog } from './followed-log.ts'

/** Where the content of a log may come from: gateways, and disks that `export` wrote. */
export interface ContentPlaces {
  readonly sources: readonly PoolSource[]
  /**
   * To be asked before a bundle is fetched, because a block alone does not tell in which of the CARs on a disk it is.
   *
   * @returns false where there are only disks, and none of them has this version.
   */
  begin(root: string): Promise<boolean>
}

/** Any other directory has statements alone. */
export async function contentPlaces({ settings, tables }: FollowedLog): Promise<ContentPlaces> {
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
  return {
    sources,
    async begin(root) {
      const having: boolean[] = []
      for (const disk of disks) having.push(await disk.has(root))
      for (const [i, disk] of disks.entries()) if (having[i] === true) disk.expect(root)
      return disks.length === 0 || disks.length < sources.length || having.includes(true)
    },
  }
}
