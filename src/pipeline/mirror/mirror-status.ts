import { createHash } from 'node:crypto'
import type { SourceRecord } from '../../store/followed.ts'
import { publishedAsOf } from '../published-head.ts'
import { evidenceOf } from './follow-sources.ts'
import type { FollowedLog } from './followed-log.ts'
import { lastSync, waitingIds } from './sync-log.ts'

/** What one screen says of a followed log. */
export interface MirrorStatus {
  readonly name: string
  readonly origin: string
  /** Under `/mirror/HEX/` the server of this mirror shows it. */
  readonly originSha256: string
  readonly size: number
  /** When the publisher says that it made the head; empty before the first. */
  readonly asOf: string
  readonly lastSync: string
  readonly held: number
  readonly bytes: number
  readonly budget: number
  readonly missing: number
  readonly missingBytes: number
  readonly quarantined: number
  readonly waiting: number
  /** Path of the heads that contradict each other. */
  readonly evidence?: string
  readonly sources: readonly SourceRecord[]
}

/** From what is written down alone: nobody is asked. */
export function mirrorStatus(log: FollowedLog): MirrorStatus {
  const { home, tables, settings, name } = log
  const size = home.publishedSize()
  const held = tables.held(size)
  const wanted = tables.wantedTotals()
  const evidence = evidenceOf(log)
  const known = new Map(tables.sources().map((source) => [source.name, source]))
  const fresh = { strikes: 0, size: 0, bytes: 0, code: '', message: '', at: '' }
  return {
    ...{ name, origin: home.origin, originSha256: originSha256(home.origin), size, asOf: publishedAsOf(home) },
    ...{ lastSync: lastSync(log) ?? '', held: held.bundles, bytes: held.bytes, budget: settings.budget },
    ...{ missing: wanted.bundles, missingBytes: wanted.bytes, quarantined: tables.quarantined().length },
    ...{ waiting: waitingIds(log).size, ...(evidence === undefined ? {} : { evidence }) },
    sources: settings.from.map((source) => known.get(source) ?? { name: source, ...fresh }),
  }
}

/** The name of a log in paths: origins hold slashes. Hex. */
export function originSha256(origin: string): string {
  return createHash('sha256').update(origin).digest('hex')
}
