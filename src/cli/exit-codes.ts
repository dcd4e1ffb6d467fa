import type { AddressErrorCode } from '../address/errors.ts'
import type { AnnounceErrorCode } from '../announce/errors.ts'
import type { BundleErrorCode } from '../bundle/errors.ts'
import type { ClearErrorCode } from '../clear/errors.ts'
import type { CosignErrorCode } from '../cosign/errors.ts'
import type { DiskErrorCode } from '../disk/errors.ts'
import type { IntakeErrorCode } from '../intake/errors.ts'
import type { ManifestErrorCode } from '../manifest/errors.ts'
import type { MirrorErrorCode } from '../mirror/errors.ts'
import type { ContentIdErrorCode } from '../model/content-id.ts'
import type { DocumentErrorCode } from '../model/document-errors.ts'
import { HoldfastError } from '../model/errors.ts'
import type { P2pErrorCode } from '../p2p/errors.ts'
import type { PipelineErrorCode } from '../pipeline/errors.ts'
import type { PublishErrorCode } from '../publish/errors.ts'
import type { ReadErrorCode } from '../read/errors.ts'
import type { RecordErrorCode } from '../record/errors.ts'
import type { ReplicateErrorCode } from '../replicate/errors.ts'
import type { StoreErrorCode } from '../store/errors.ts'
import type { ViewErrorCode } from '../view/errors.ts'
import type { ConfigErrorCode } from './config-errors.ts'
import type { CliErrorCode } from './errors.ts'
import type { LbryErrorCode } from './lbry-error.ts'

/** Exit codes of docs/SCRIPTING.md. */
export const EXIT = { done: 0, failed: 1, usage: 2, partly: 3, verification: 4, interrupted: 130 } as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** Every code of every errors.ts, so that a code which is misspelt or gone does not compile here. */
export type ErrorCode =
  | AddressErrorCode
  | AnnounceErrorCode
  | BundleErrorCode
  | ClearErrorCode
  | CliErrorCode
  | ConfigErrorCode
  | ContentIdErrorCode
  | CosignErrorCode
  | DiskErrorCode
  | DocumentErrorCode
  | IntakeErrorCode
  | LbryErrorCode
  | ManifestErrorCode
  | MirrorErrorCode
  | P2pErrorCode
  | PipelineErrorCode
  | PublishErrorCode
  | ReadErrorCode
  | RecordErrorCode
  | ReplicateErrorCode
  | StoreErrorCode
  | ViewErrorCode

/** What was asked, or what it was asked of, has to be mended by whoever asked; repeating it changes nothing. */
export const USAGE_CODES: readonly ErrorCode[] = [
  'USAGE',
  'NEEDS_YES',
  'ORIGIN_INVALID',
  'OUTPUT_EXISTS',
  'CONFIG_INVALID',
  'FORMAT_UNKNOWN',
  'MAPPING_INVALID',
  'CID_INVALID',
  'SELECTION_EMPTY',
  'SELECTION_UNCLEAR',
  'CONDITION_MALFORMED',
  'WITHDRAWAL_MALFORMED',
  'WITHDRAWAL_NOT_OPEN',
  'ORIGINAL_UNCLEAR',
  'REFERENCE_UNCLEAR',
  'NO_SOURCE',
  'ONION_NEEDS_PROXY',
  'MANIFEST_MISSING',
  'RECEIPT_UNREADABLE',
  'EVIDENCE_UNREADABLE',
  'MIRROR_UNKNOWN',
  'MIRROR_NAME_TAKEN',
  'MIRROR_NAME_INVALID',
  'MIRROR_ORIGIN_DIFFERS',
  'MIRROR_SETTINGS_INVALID',
  'HOME_NOT_MIRROR',
  'HOME_IS_MIRROR',
  'RULE_MALFORMED',
  'DISK_MISSING',
  'DISK_FOREIGN',
  'VKEY_MALFORMED',
  'POLICY_MALFORMED',
  'KEY_UNSUITABLE',
  'HOME_MISSING',
  'HOME_EXISTS',
  'HOME_UNFINISHED',
  'STATE_NEWER',
  'STATE_OLDER',
  'KEY_EXISTS',
  'KEY_MISSING',
  'KEY_MALFORMED',
  'PASSPHRASE_NEEDED',
  'PASSPHRASE_TOO_SHORT',
  'WRONG_PASSPHRASE',
  'LISTEN_INVALID',
  'LISTEN_REMOTE_REFUSED',
  'PORT_IN_USE',
  'PORT_FORBIDDEN',
  'LOG_UNWRITABLE',
  'P2P_ADDRESS_INVALID',
  'PEER_ADDRESS_INVALID',
  'P2P_REMOTE_REFUSED',
  'P2P_PROXY_REFUSED',
  'P2P_START_FAILED',
  'TARGET_UNKNOWN',
  'TARGET_EXISTS',
  'TARGET_UNSUITABLE',
  'TARGET_LOCKED',
  'TARGET_TOKEN_REFUSED',
  'ENGINE_UNKNOWN',
  'ENGINE_EXISTS',
  'ENGINE_AUTH_REFUSED',
  'ENGINE_REMOTE_REFUSED',
  'CHANNEL_MISSING',
  'CHANNEL_AMBIGUOUS',
  // What was given to compare is not what it should be, or a daemon is set up in another way than is needed.
  'CLAIM_ABSENT',
  'CLAIM_AMBIGUOUS',
  'CLAIM_KEY_INVALID',
  'CLAIM_TRANSACTION_INVALID',
  'STREAM_FILE_UNREADABLE',
  'STREAM_NAME_TOO_LONG',
  'STREAM_SECRET_INVALID',
  'LBRY_URL_INVALID',
  'LBRY_REMOTE_REFUSED',
  'LBRY_INPUT_INVALID',
  'LBRY_HTTP_REFUSED',
  'LBRY_COMPONENT_OFF',
  'LBRY_METHOD_UNKNOWN',
  'LBRY_NOT_IMPLEMENTED',
  'LBRY_PARAMS_REFUSED',
  'LBRY_NAME_REFUSED',
  'LBRY_WALLET_LOCKED',
  'LBRY_WALLET_UNKNOWN',
  'LBRY_CHANNEL_UNKNOWN',
  'LBRY_CHANNEL_KEY_MISSING',
  'LBRY_CLAIM_UNKNOWN',
  'LBRY_FILE_MISSING',
  'LBRY_FFMPEG_MISSING',
  'LBRY_REFLECTOR_MISSING',
]

/** Bytes or signatures are not what they claim to be, or were once: somebody should look before anything is repeated. */
export const VERIFICATION_CODES: readonly ErrorCode[] = [
  'NOTE_MALFORMED',
  'CHECKPOINT_MALFORMED',
  'ORIGIN_UNKNOWN',
  'SIGNATURE_INVALID',
  'SIGNATURE_MISSING',
  'QUORUM_NOT_MET',
  'PROOF_MALFORMED',
  'PROOF_INVALID',
  'PROOF_WITHOUT_STATEMENT',
  'TILE_MALFORMED',
  'TILE_MISSING',
  'TILE_MISMATCH',
  'STATEMENT_TOO_LARGE',
  'STATEMENT_NOT_UTF8',
  'STATEMENT_NOT_JSON',
  'STATEMENT_VALUE_REFUSED',
  'STATEMENT_NOT_CANONICAL',
  'STATEMENT_FIELD_INVALID',
  'GENESIS_MISSING',
  'GENESIS_MISMATCH',
  'GENESIS_MISPLACED',
  'POLICY_CHAIN_BROKEN',
  'ENTRY_OUT_OF_ORDER',
  'INDEX_MALFORMED',
  'INDEX_MISPLACED',
  'INDEX_SHARD_TOO_LARGE',
  'HOLDINGS_MALFORMED',
  'HOLDINGS_LIST_DIFFERS',
  'HOLDINGS_HEAD_UNKNOWN',
  'MANIFEST_DAMAGED',
  'MANIFEST_INCOMPLETE',
  'MANIFEST_INCONSISTENT',
  'GENESIS_INVALID',
  'HEAD_TOO_OLD',
  'INDEX_DAMAGED',
  'RECORD_MALFORMED',
  'RECORD_SIGNATURE_INVALID',
  'RECORD_AHEAD',
  'ROOT_UNTRUE',
  'LOG_FORKED',
  'HEAD_UNPROVEN',
  'HELD_DAMAGED',
  'FORK_UNPROVEN',
  'DISK_DAMAGED',
  'DISK_MALFORMED',
  'DISK_NEWER',
  'BLOCK_WRONG',
  'PEER_MISBEHAVES',
  'BUNDLE_MALFORMED',
  'FILE_NOT_IN_STATEMENT',
  'COPY_DIFFERS',
  'BLOB_WRONG',
  'COPY_CONTRADICTED',
  'DOCUMENT_TOO_LARGE',
  'DOCUMENT_MALFORMED',
  'DOCUMENT_NOT_CANONICAL',
  'DOCUMENT_FIELD_INVALID',
  'BLOCK_DAMAGED',
  'BLOCK_MISMATCH',
  'BLOCK_TOO_LARGE',
  'DAG_INVALID',
  'DAG_MALFORMED',
  'CAR_INVALID',
  'LOG_DAMAGED',
  'HEAD_BEHIND',
  'HEAD_FORKED',
  'COSIGN_REFUSED',
  'COSIGN_LOG_FORKED',
  'HEAD_ROLLED_BACK',
  'HEAD_RECORD_CONFLICT',
  'HEAD_RECORD_MALFORMED',
  'STORED_BYTES_DIFFER',
  'STATE_CORRUPT',
  'STATE_MISSING',
  'PUBLISHED_BYTES_DIFFER',
  'ENGINE_WRONG_ROOT',
  'ENGINE_BYTES_DIFFER',
  'CLAIM_INVALID',
  'STREAM_BLOB_WRONG',
  'STREAM_DESCRIPTOR_INVALID',
  'STREAM_FILE_DIFFERS',
]

/** What was done is kept, or nothing was; the same command, later, is the way on. Also: it cannot be known now. */
export const PARTLY_CODES: readonly ErrorCode[] = [
  'RECORD_EXPIRED',
  'NAME_UNRESOLVED',
  'LOOKUP_UNKNOWN',
  'COPY_UNPROVEN',
  'COPY_ABSENT',
  'BUNDLE_PARTLY_FETCHED',
  'WITHDRAWAL_UNFINISHED',
  'WITHDRAWALS_WAIT',
  'CLOCK_WRONG',
  'UPDATE_NEEDED',
  'SOURCE_UNREACHABLE',
  'SOURCE_REFUSED',
  'SOURCE_ANSWER_TOO_LARGE',
  'SOURCES_EXHAUSTED',
  'PEER_UNREACHABLE',
  'HEAD_UNSURE',
  'QUORUM_PENDING',
  'HOME_LOCKED',
  'STATE_BUSY',
  'DISK_FULL',
  'DISK_GONE',
  'DISK_LACKS',
  'OUTPUT_UNWRITABLE',
  'FILE_CHANGED',
  'FILE_CHANGING',
  'TARGET_UNREACHABLE',
  'TARGET_NOT_READY',
  'TARGET_ANSWER_UNKNOWN',
  'TARGET_FUNDS_LOW',
  'ENGINE_UNREACHABLE',
  'ENGINE_BUSY',
  'ENGINE_FULL',
  'ENGINE_ANSWER_UNKNOWN',
  'CLAIM_UNSURE',
  'CLAIM_WAITS_FOR_BLOCK',
  'STREAM_BLOB_UNAVAILABLE',
  'STREAM_FILE_CHANGED',
  // Look for the result before anything is sent again; the errors themselves say whether it may have happened.
  'LBRY_UNREACHABLE',
  'LBRY_CONNECTION_LOST',
  'LBRY_TIMEOUT',
  'LBRY_REPLY_TOO_LARGE',
  'LBRY_REPLY_MALFORMED',
  'LBRY_LIST_CHANGED',
  'LBRY_NOT_STARTED',
  'LBRY_FUNDS_UNAVAILABLE',
  'LBRY_MEMPOOL_CHAIN_LONG',
  'LBRY_MEMPOOL_CONFLICT',
  'LBRY_HUB_FAILED',
  'LBRY_CONFIRMATION_TIMEOUT',
  'LBRY_RESULT_LOST',
]

const EXIT_OF: ReadonlyMap<string, Exit> = new Map<string, Exit>([
  ...USAGE_CODES.map((code) => [code, EXIT.usage] as const),
  ...VERIFICATION_CODES.map((code) => [code, EXIT.verification] as const),
  ...PARTLY_CODES.map((code) => [code, EXIT.partly] as const),
])

/** The exit code that an error which nobody handled stands for. */
export function exitOf(error: unknown): Exit {
  return error instanceof HoldfastError ? (EXIT_OF.get(error.code) ?? EXIT.failed) : EXIT.failed
}

/** The same for a fault that was told and did not end the work. */
export function exitOfCode(code: string): Exit {
  return EXIT_OF.get(code) ?? EXIT.failed
}
