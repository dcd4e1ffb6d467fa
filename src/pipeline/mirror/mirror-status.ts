import { createHash } from 'node:crypto'
import type { VerifierKey } from '../../manifest/vkey.ts'
import type { SourceRecord } from '../../store/followed.ts'
import { type KeptName, keptNames } from '../announce/kept-names.ts'
import { datedCosignatures } from '../cosignature-ages.ts'
import { publishedAsOf } from '../published-head.ts'
import type { FollowedLog } from './followed-log.ts'
import { evidenceOf } from './kept-evidence.ts'
import { lagOf } from './lag.ts'
import { lastRehash } from './last-rehash.ts'
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
  /** Statements that a source has shown under a signed head, and that are not shown here. */
  readonly lag: number
  /** Since when all that is held was read again, whole; empty while some file never was, or none is held. */
  readonly readSince: string
  /** Of the head that is shown: by own keys and witnesses of the policy, newest first. Times are RFC 3339. */
  readonly cosignatures: readonly { readonly name: string; readonly time: string }[]
  /** Names that the log has given itself, and where they lead. */
  readonly ipnsNames: readonly KeptName[]
  /** The named ones: where the log is read, then peers, which are asked for content alone. */
  readonly sources: readonly (SourceRecord & { readonly isPeer: boolean })[]
}

/** From what is written down alone: nobody is asked. @param keys - whose cosignatures are told. */
export function mirrorStatus(log: FollowedLog, keys: readonly VerifierKey[]): MirrorStatus {
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
    ...{ lag: lagOf(log).statements, readSince: lastRehash(log) ?? '' },
    cosignatures: datedCosignatures(home.paths, keys).map((each) => ({ name: each.name, time: timeText(each.time) })),
    ipnsNames: keptNames(home),
    sources: [...settings.from, ...settings.peers].map((source, i) => ({
      ...(known.get(source) ?? { name: source, ...fresh }),
      isPeer: i >= settings.from.length,
    })),
  }
}

function timeText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(/\.\d+Z$/u, 'Z')
}

/** The name of a log in paths: origins hold slashes. Hex. */
export function originSha256(origin: string): string {
  return createHash('sha256').update(origin).digest('hex')
}
