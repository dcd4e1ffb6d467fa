import { AnnounceError } from './errors.ts'
import type { NameRecord } from './record.ts'

/** Records that can be made under one size of the log. */
const STEP = 2n ** 20n
/** Statements by which a record may be ahead of the head that is known: far more than any log gains between two looks. */
const MOST_AHEAD = 2n ** 20n

/** How long a record is valid, and of that the part after which it is made anew. Milliseconds. */
export const VALID_MS: number = 90 * 24 * 60 * 60 * 1_000
const RENEW_MS = VALID_MS / 3
/** How long readers may take a record for the newest. */
export const TTL_SECONDS = 300

/**
 * The sequence of the next record (announced-root-v1 §4.2): that of the size, and above all that were seen.
 *
 * @param size - statements under the head in the root.
 * @param seen - the highest that anybody is known to have; undefined for none.
 */
export function nextSequence(size: number, seen: bigint | undefined): bigint {
  const least = BigInt(size) * STEP
  return seen === undefined || seen < least ? least : seen + 1n
}

/** @throws {AnnounceError} `RECORD_AHEAD` for one that nothing honest could have made yet. */
export function requireNotAhead({ sequence }: NameRecord, size: number): void {
  if (sequence < (BigInt(size) + MOST_AHEAD + 1n) * STEP) return
  throw new AnnounceError(
    'RECORD_AHEAD',
    `a name record has the sequence ${sequence}, under a log of ${size} statements`,
    {
      hint: 'somebody else may have the key of this name: tell people the content ID itself, and use a new name',
    },
  )
}

/**
 * The same for whoever makes records: one of a larger log than the own was made where the log had gone on, and the next one here
 * would lead back.
 *
 * @throws {AnnounceError} `RECORD_AHEAD`.
 */
export function requireNotBehind({ sequence }: NameRecord, size: number): void {
  if (sequence < BigInt(size + 1) * STEP) return
  throw new AnnounceError(
    'RECORD_AHEAD',
    `there is a name record of a log of ${sequence / STEP} statements, and this home knows ${size}`,
    {
      hint: 'this home may be an old backup: `holdfast manifest recover --from URL` brings it forward. If it is the newest, somebody else has the key of the name',
    },
  )
}

/** @throws {AnnounceError} `RECORD_EXPIRED`. */
export function requireCurrent({ validUntilMs, validity }: NameRecord, nowMs: number): void {
  if (validUntilMs > nowMs) return
  throw new AnnounceError('RECORD_EXPIRED', `a name record was valid until ${validity}`, {
    hint: 'the publisher makes a new one with `holdfast announce`; the content ID that it names is as good as before',
  })
}

/** True when a third of the validity is over, or when the clock says that it was made in the future. */
export function isRenewalDue({ validUntilMs }: NameRecord, nowMs: number): boolean {
  const left = validUntilMs - nowMs
  return left <= VALID_MS - RENEW_MS || left > VALID_MS + RENEW_MS
}
