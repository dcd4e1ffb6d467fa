import { InvalidArgumentError } from '@commander-js/extra-typings'

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }
/** Below which a date could not be told from a mistake: a hundred years. */
const MOST_MS = 36_500 * 86_400_000

/**
 * A time in the past: a date (`2026-11-01`, its first moment in UTC), an RFC 3339 time in UTC, or how long ago (`12h`, `30d`, `4w`).
 *
 * @returns RFC 3339, UTC, whole seconds, as the notes of an audit have it.
 * @throws {InvalidArgumentError}
 */
export function pastTime(text: string, now: number = Date.now()): string {
  const at = ago(text, now) ?? date(text)
  if (at === undefined || now - at > MOST_MS) {
    throw new InvalidArgumentError('It must be a date such as 2026-11-01, or how long ago, such as 12h, 30d or 4w.')
  }
  return new Date(at).toISOString().replace(/\.\d+Z$/u, 'Z')
}

function ago(text: string, now: number): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,6})([hdw])$/.exec(text) ?? []
  const one = UNITS[unit]
  return one === undefined ? undefined : now - Number(count) * one
}

function date(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text)) return undefined
  const at = Date.parse(text)
  // 2026-02-31 is read as a day in March.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10)) ? undefined : at
}
