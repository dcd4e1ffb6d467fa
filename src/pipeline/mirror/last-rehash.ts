import type { FollowedLog } from './followed-log.ts'

/** A clock that was ahead by more than this when a file was read says nothing about when that was. */
const SLACK_MS = 24 * 60 * 60 * 1_000

/**
 * Since when every file that is held of a log has been read again whole and was right; from what is written down alone.
 *
 * @returns RFC 3339; empty when some file never was, undefined when no file is held.
 */
export function lastRehash({ home, tables }: Pick<FollowedLog, 'home' | 'tables'>): string | undefined {
  return tables.readSince(latestBelievable(home.now()))
}

/** What is dated later than this was written by a clock that was wrong. */
export function latestBelievable(now: string): string {
  return new Date(Date.parse(now) + SLACK_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
}
