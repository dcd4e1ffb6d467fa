import { HoldfastError } from '../model/errors.ts'

/** Every way in which a manifest can fail on purpose; codes are public (docs/ERRORS.md), never renamed or reused. */
export const MANIFEST_ERROR_CODES = [
  'NOTE_MALFORMED',
  'CHECKPOINT_MALFORMED',
  'ORIGIN_UNKNOWN',
  'SIGNATURE_INVALID',
  'SIGNATURE_MISSING',
  'QUORUM_NOT_MET',
  'VKEY_MALFORMED',
  'KEY_UNSUITABLE',
  'POLICY_MALFORMED',
  'PROOF_MALFORMED',
  'PROOF_INVALID',
  'TILE_MALFORMED',
  'TILE_MISSING',
  'TILE_MISMATCH',
] as const

export type ManifestErrorCode = (typeof MANIFEST_ERROR_CODES)[number]

/** A manifest, or a file that belongs to one, is not what it claims to be. */
export class ManifestError extends HoldfastError<ManifestErrorCode> {
  override name = 'ManifestError' as const
}
