import { HoldfastError } from '../model/errors.ts'

export const ADDRESS_ERROR_CODES = [
  'FILE_CHANGED',
  'FILE_UNREADABLE',
  'NOT_A_FILE',
  'BLOCK_DAMAGED',
  'BLOCK_MISSING',
  'FILE_CHANGING',
  'BLOCK_MISMATCH',
  'BLOCK_TOO_LARGE',
  'CONTENT_UNKNOWN',
  'DAG_INVALID',
  'DIRECTORY_INVALID',
  'CAR_INVALID',
  'HASHER_CLOSED',
] as const
export type AddressErrorCode = (typeof ADDRESS_ERROR_CODES)[number]

/** What can go wrong between files on a disk and the blocks that stand for them. */
export class AddressError extends HoldfastError<AddressErrorCode> {
  override name = 'AddressError' as const
}
