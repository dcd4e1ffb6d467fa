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
  // What a statement's bytes can be wrong in. @see manifest-v1 §1.3
  'STATEMENT_TOO_LARGE',
  'STATEMENT_NOT_UTF8',
  'STATEMENT_NOT_JSON',
  'STATEMENT_VALUE_REFUSED',
  'STATEMENT_NOT_CANONICAL',
  'STATEMENT_FIELD_INVALID',
  // Why the fold holds a well-formed statement void. @see manifest-v1 §4
  'GENESIS_MISSING',
  'GENESIS_MISMATCH',
  'GENESIS_MISPLACED',
  'BUNDLE_ID_TAKEN',
  'BUNDLE_UNKNOWN',
  'BUNDLE_WITHDRAWN',
  'BUNDLE_FULL',
  'REPLACES_WRONG',
  'ROOT_TAKEN',
  'STATEMENT_DUPLICATE',
  'STATEMENT_REPUDIATED',
  'NOT_WITHDRAWN',
  'APPROVALS_MISSING',
  'POLICY_CHAIN_BROKEN',
  'REPUDIATION_RANGE',
  'LOG_ENDED',
  'INDEX_MISPLACED',
  'UPDATE_NEEDED',
  // The caller's order of entries, and the lookup index. @see manifest-v1 §4.1, §5
  'ENTRY_OUT_OF_ORDER',
  'INDEX_MALFORMED',
  'INDEX_SHARD_TOO_LARGE',
  // @see holdings-v1
  'HOLDINGS_MALFORMED',
  'HOLDINGS_LIST_DIFFERS',
] as const

export type ManifestErrorCode = (typeof MANIFEST_ERROR_CODES)[number]

/** A manifest, or a file that belongs to one, is not what it claims to be. */
export class ManifestError extends HoldfastError<ManifestErrorCode> {
  override name = 'ManifestError' as const
}
