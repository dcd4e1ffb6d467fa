import { HoldfastError } from '../model/errors.ts'

export const DISK_ERROR_CODES = [
  'DISK_MISSING',
  'DISK_FOREIGN',
  'DISK_GONE',
  'DISK_DAMAGED',
  'DISK_MALFORMED',
  'DISK_NEWER',
  'DISK_UNSEALED',
  'DISK_LACKS',
  'DISK_READ_ONLY',
] as const
export type DiskErrorCode = (typeof DISK_ERROR_CODES)[number]

/** What is wrong with an archive on a disk. `DISK_UNSEALED`, `DISK_LACKS` and `DISK_READ_ONLY` are told, never thrown. */
export class DiskError extends HoldfastError<DiskErrorCode> {
  override name = 'DiskError' as const
}
