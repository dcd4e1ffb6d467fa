import type { BundleDocument } from '../../model/bundle.ts'

const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/

/**
 * First publication: the earliest time that the document or one of its originals names, in seconds since 1970 UTC,
 * negative before. A day is its midnight.
 *
 * @param notAfter - in the same seconds; later times are left out, because Odysee keeps what lies in the future from its
 * lists.
 * @returns nothing when no time is known.
 */
export function releaseTime(
  { publishedAt, originals }: Pick<BundleDocument, 'publishedAt' | 'originals'>,
  notAfter: number = Number.POSITIVE_INFINITY,
): number | undefined {
  const times = [publishedAt, ...originals.map((original) => original.publishedAt)]
    .map((time) => seconds(time ?? ''))
    .filter((time) => time !== undefined && time <= notAfter)
  return times.reduce((first, time) => (first === undefined || (time ?? first) < first ? time : first), undefined)
}

function seconds(time: string): number | undefined {
  const ms = TIME.test(time) ? Date.parse(time) : Number.NaN
  // Date.parse moves a 31st of February into March.
  const exists = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(time.replace('Z', ''))
  return exists ? ms / 1000 : undefined
}

/**
 * Whole seconds, at least 1 for whatever is longer than nothing; nothing when unknown or beyond what a claim holds (32
 * bits).
 */
export function wholeSeconds(durationMs: number | undefined): number | undefined {
  if (durationMs === undefined || !(durationMs > 0)) return undefined
  const whole = Math.max(1, Math.round(durationMs / 1000))
  return whole < 2 ** 32 ? whole : undefined
}
