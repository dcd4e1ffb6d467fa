import { HoldfastError } from '../model/errors.ts'

export const COSIGN_ERROR_CODES = [
  'COSIGN_REFUSED',
  'COSIGN_LOG_FORKED',
  'COSIGNATURE_REFUSED',
  'WITNESS_SILENT',
] as const
export type CosignErrorCode = (typeof COSIGN_ERROR_CODES)[number]

/** A head that is not cosigned, or a cosignature that is not taken. `WITNESS_SILENT` is a warning and never thrown. */
export class CosignError extends HoldfastError<CosignErrorCode> {
  override name = 'CosignError' as const
}
