import { HOLDER_AGE_MS } from '../../mirror/reread-share.ts'

/** A clock may be ahead by this. */
const SLACK_MS = 24 * 60 * 60 * 1_000

/**
 * Whether a holder's word still counts: it says that everything was read within 90 days, so it is good for as long. What is
 * dated later than tomorrow was signed by a clock that was wrong, and would never cease to count.
 *
 * @param signedAt - RFC 3339, like `now`.
 * @see manifest-v1 §7.1, holdings-v1 §1.3
 */
export function isLateEnough(signedAt: string, now: string): boolean {
  const age = Date.parse(now) - Date.parse(signedAt)
  return age <= HOLDER_AGE_MS && age >= -SLACK_MS
}
