import { HoldfastError } from '../model/errors.ts'

/** Exit codes of docs/SCRIPTING.md. */
export const EXIT = { done: 0, failed: 1, usage: 2, partly: 3, verification: 4, interrupted: 130 } as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** Codes that mean "you asked for something that cannot be", as opposed to "it went wrong". */
const USAGE = new Set([
  'CONFIG_INVALID',
  'USAGE',
  'PASSPHRASE_NEEDED',
  'PASSPHRASE_TOO_SHORT',
  'HOME_MISSING',
  'HOME_EXISTS',
  'NEEDS_YES',
  'NODE_TOO_OLD',
  'ORIGIN_INVALID',
  'POLICY_MALFORMED',
  'VKEY_MALFORMED',
  'SELECTION_EMPTY',
  'REMOTE_LISTEN_REFUSED',
  'PATH_MISSING',
  'STATE_NEWER',
])

/** Codes after which somebody should look: bytes or signatures are not what they claim to be. */
const VERIFICATION = new Set([
  'SIGNATURE_INVALID',
  'SIGNATURE_MISSING',
  'QUORUM_NOT_MET',
  'NOTE_MALFORMED',
  'CHECKPOINT_MALFORMED',
  'PROOF_MALFORMED',
  'TILE_MALFORMED',
  'ORIGIN_UNKNOWN',
  'MANIFEST_DAMAGED',
  'MANIFEST_INCONSISTENT',
  'HEAD_ROLLED_BACK',
  'PROOF_INVALID',
  'INDEX_DAMAGED',
  'BLOCK_WRONG',
  'FILE_NOT_IN_STATEMENT',
  'STORED_BYTES_DIFFER',
  'GENESIS_INVALID',
  'HEAD_TOO_OLD',
  'STATE_CORRUPT',
  'BUNDLE_DAMAGED',
])

const PARTLY = new Set(['LOOKUP_UNKNOWN', 'SOURCE_UNREACHABLE', 'SOURCES_EXHAUSTED', 'QUORUM_PENDING'])

/** The exit code that an error which nobody handled stands for. */
export function exitOf(error: unknown): Exit {
  if (!(error instanceof HoldfastError)) return EXIT.failed
  if (USAGE.has(error.code)) return EXIT.usage
  if (VERIFICATION.has(error.code)) return EXIT.verification
  if (PARTLY.has(error.code)) return EXIT.partly
  return EXIT.failed
}
