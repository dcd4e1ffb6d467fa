import { HoldfastError } from '../model/errors.ts'

export const STORE_ERROR_CODES = [
  'DISK_FULL',
  'STORED_BYTES_DIFFER',
  'STORE_UNREADABLE',
  'STORE_UNWRITABLE',
  'HOME_EXISTS',
  'HOME_LOCKED',
  'HOME_MISSING',
  'HOME_PERMISSIONS',
  'HOME_UNFINISHED',
  'STATE_BUSY',
  'STATE_CORRUPT',
  'STATE_MISSING',
  'STATE_NEWER',
  'STATE_OLDER',
  'KEY_EXISTS',
  'KEY_MALFORMED',
  'KEY_MISSING',
  'KEY_PERMISSIONS',
  'PASSPHRASE_NEEDED',
  'PASSPHRASE_TOO_SHORT',
  'WRONG_PASSPHRASE',
  'HEAD_ROLLED_BACK',
  'HEAD_RECORD_CONFLICT',
  'HEAD_RECORD_MALFORMED',
  'HEAD_RECORD_UNWRITTEN',
] as const

export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number]

/** What this machine could not keep or give back. `*_PERMISSIONS` and `HEAD_RECORD_UNWRITTEN` are warnings, never thrown. */
export class StoreError extends HoldfastError<StoreErrorCode> {
  override name = 'StoreError' as const
}
