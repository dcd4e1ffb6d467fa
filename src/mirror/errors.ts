import { HoldfastError } from '../model/errors.ts'

export const MIRROR_ERROR_CODES = [
  'MIRROR_UNKNOWN',
  'MIRROR_NAME_TAKEN',
  'MIRROR_NAME_INVALID',
  'MIRROR_ORIGIN_DIFFERS',
  'MIRROR_SETTINGS_INVALID',
  'HOME_NOT_MIRROR',
  'RULE_MALFORMED',
  'LOG_FORKED',
  'HEAD_UNPROVEN',
  'SOURCE_STALE',
  'WITHDRAWALS_WAIT',
  'BUDGET_REACHED',
  'CLOCK_WRONG',
  'PROFILE_UNKNOWN',
  'HELD_DAMAGED',
  'WITHDRAWAL_NOT_OPEN',
] as const
export type MirrorErrorCode = (typeof MIRROR_ERROR_CODES)[number]

/** What keeps a mirror from following or holding. `SOURCE_STALE`, `WITHDRAWALS_WAIT`, `BUDGET_REACHED` and `HELD_DAMAGED` are told, never thrown. */
export class MirrorError extends HoldfastError<MirrorErrorCode> {
  override name = 'MirrorError' as const
}
