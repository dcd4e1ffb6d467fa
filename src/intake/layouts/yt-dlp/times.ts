import { isTime } from '../../../model/document-fields.ts'
import type { Info } from './info-fields.ts'

/**
 * When the item was published: `timestamp` (seconds since 1970) to the second, else `upload_date` (YYYYMMDD, UTC) to the day.
 * `release_date` is not asked: extractors of music put the year of a recording there.
 */
export function publishedAt(info: Info): string | undefined {
  return timeOfSeconds(info.timestamp) ?? dateOf(info.upload_date)
}

/** Whole milliseconds of a number of seconds that may have a fraction; undefined when it is negative or absurd. */
export function milliseconds(seconds: number | null | undefined): number | undefined {
  const ms = Math.round((seconds ?? Number.NaN) * 1_000)
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : undefined
}

function timeOfSeconds(seconds: number | undefined): string | undefined {
  const ms = milliseconds(seconds === undefined ? undefined : Math.floor(seconds))
  if (ms === undefined || ms > Date.UTC(9_999, 11, 31)) return undefined
  // Some extractors write 0 for a date that they do not know.
  return ms === 0 ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function dateOf(date: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(date ?? '') ?? []
  const text = `${year}-${month}-${day}`
  return isTime(text) ? text : undefined
}
