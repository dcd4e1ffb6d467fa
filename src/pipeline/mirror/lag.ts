import type { FollowedLog } from './followed-log.ts'
import { lastSync } from './sync-log.ts'

/** How far behind its publisher a mirror may be. */
export interface Lag {
  /** Statements that some source has shown under a signed head, and that are not shown here. */
  readonly statements: number
  /** Since the log was last followed to its end; undefined before the first time. What was published since is not known. */
  readonly seconds: number | undefined
}

/** From what is written down alone. */
export function lagOf(log: FollowedLog): Lag {
  const seen = Math.max(0, ...log.tables.sources().map(({ size }) => size), log.home.journal.signed()?.size ?? 0)
  const at = Date.parse(lastSync(log) ?? '')
  return {
    statements: Math.max(0, seen - log.home.publishedSize()),
    seconds: Number.isNaN(at) ? undefined : Math.max(0, Math.round((Date.now() - at) / 1_000)),
  }
}
