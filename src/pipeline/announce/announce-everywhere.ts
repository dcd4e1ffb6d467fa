import type { NameRecord } from '../../announce/record.ts'
import type { Problem } from '../../model/errors.ts'
import { gatewayBase } from '../../read/manifest-source.ts'
import { type AnnouncedRoot, openAnnounced } from '../../store/announced.ts'
import type { Home } from '../home.ts'
import { type AnnouncedName, announceHead } from './announce-head.ts'
import { namesOfLog } from './names-of-log.ts'
import { ownRecord } from './own-record.ts'
import { type AnnouncePlaces, bestRecordAt, pushRecord, type ToldPlace } from './push-record.ts'

export interface AnnounceEverywhere {
  readonly places: AnnouncePlaces
  /** Own published copies of the manifest, which may know a newer record than an old backup does. */
  readonly copies: readonly string[]
  readonly renew: boolean
  readonly signal: AbortSignal
  readonly askPassphrase: (label: string) => Promise<string>
  readonly onProblem: (problem: Problem) => void
  readonly onAnnounced: (announced: AnnouncedName) => void
  readonly onPlace: (place: ToldPlace) => void
}

/**
 * Announces the head that is shown, with a sequence above all that the routers and the own copies have, and brings the record to each place.
 *
 * @returns undefined before the first head.
 * @throws {AnnounceError} `RECORD_AHEAD`; {StoreError} where the key cannot be opened.
 */
export async function announceEverywhere(
  home: Home,
  options: AnnounceEverywhere,
): Promise<
  { readonly size: number; readonly leftOut: number; readonly told: number; readonly failed: number } | undefined
> {
  const { places, copies, signal, onProblem } = options
  const bases = [...places.routers, ...copies.flatMap((copy) => gatewayBase(copy) ?? [])]
  const [name] = namesOfLog(home)
  const asking = { primitives: home.primitives, signal }
  const seen = name === undefined ? undefined : await bestRecordAt(bases, name, asking, onProblem)
  const announced = await announceHead(home, { ...options, everything: true, seen })
  if (announced === undefined) return undefined
  options.onAnnounced(announced)
  const counts = await pushRecord(places, announced.record, signal, options.onPlace)
  return { size: announced.root.size, leftOut: announced.root.leftOut, ...counts }
}

/** What is announced as it stands; nothing is made. */
export function announcedNow(
  home: Pick<Home, 'db' | 'journal' | 'primitives'>,
): { readonly root: AnnouncedRoot; readonly record: NameRecord } | undefined {
  const root = openAnnounced(home.db).newest()
  const record = ownRecord(home)
  return root === undefined || record === undefined ? undefined : { root, record }
}
