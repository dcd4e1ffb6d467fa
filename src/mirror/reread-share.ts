const DAY_MS = 24 * 60 * 60 * 1_000

/** A mirror reads all that it holds again once in this time. */
export const REREAD_PERIOD_MS: number = 30 * DAY_MS
/** Nothing is read twice within this time. */
export const REREAD_REST_MS: number = DAY_MS
/** The holder key says that nothing was read longer ago. Source: docs/spec/manifest-v1.md §7.1. */
export const HOLDER_AGE_MS: number = 90 * DAY_MS

/** Of all bytes, at most this part in one go: a mirror that runs once a week still reads everything within the 90 days. */
const MOST_AT_ONCE = 0.1

/**
 * How many bytes may be read again now, so that reading is spread over the period. Below 0 more was read than was due,
 * because a file is read as a whole.
 *
 * @param credit - what was left, or read too much, the last time.
 */
export function rereadShare({
  heldBytes,
  elapsedMs,
  credit,
}: {
  readonly heldBytes: number
  readonly elapsedMs: number
  readonly credit: number
}): number {
  const grown = credit + (heldBytes * Math.max(0, elapsedMs)) / REREAD_PERIOD_MS
  return Math.min(grown, heldBytes * MOST_AT_ONCE)
}
