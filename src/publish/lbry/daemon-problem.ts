import { LbryDaemonError, type LbryDaemonErrorCode } from '../../lbry-sdk-client/index.ts'
import { type Problem, problemOf } from '../../model/errors.ts'
import { PublishError, type PublishErrorCode } from '../errors.ts'
import type { Outcome } from '../target.ts'

/** What each fault of the daemon is to whoever publishes. */
const MEANS: Readonly<Record<LbryDaemonErrorCode, PublishErrorCode>> = {
  LBRY_URL_INVALID: 'TARGET_UNSUITABLE',
  LBRY_REMOTE_REFUSED: 'TARGET_UNSUITABLE',
  LBRY_COMPONENT_OFF: 'TARGET_UNSUITABLE',
  LBRY_METHOD_UNKNOWN: 'TARGET_UNSUITABLE',
  LBRY_NOT_IMPLEMENTED: 'TARGET_UNSUITABLE',
  LBRY_UNREACHABLE: 'TARGET_UNREACHABLE',
  LBRY_CONNECTION_LOST: 'TARGET_UNREACHABLE',
  LBRY_TIMEOUT: 'TARGET_UNREACHABLE',
  LBRY_ABORTED: 'TARGET_UNREACHABLE',
  LBRY_HTTP_REFUSED: 'TARGET_UNREACHABLE',
  LBRY_REPLY_TOO_LARGE: 'TARGET_ANSWER_UNKNOWN',
  LBRY_REPLY_MALFORMED: 'TARGET_ANSWER_UNKNOWN',
  LBRY_LIST_CHANGED: 'TARGET_ANSWER_UNKNOWN',
  LBRY_RESULT_LOST: 'TARGET_ANSWER_UNKNOWN',
  LBRY_DAEMON_FAILED: 'TARGET_ANSWER_UNKNOWN',
  LBRY_CLAIM_UNKNOWN: 'TARGET_ANSWER_UNKNOWN',
  LBRY_NOT_STARTED: 'TARGET_NOT_READY',
  LBRY_HUB_FAILED: 'TARGET_NOT_READY',
  LBRY_WALLET_LOCKED: 'TARGET_LOCKED',
  LBRY_WALLET_UNKNOWN: 'CHANNEL_MISSING',
  LBRY_CHANNEL_UNKNOWN: 'CHANNEL_MISSING',
  LBRY_CHANNEL_KEY_MISSING: 'CHANNEL_MISSING',
  LBRY_FUNDS_UNAVAILABLE: 'TARGET_FUNDS_LOW',
  LBRY_MEMPOOL_CHAIN_LONG: 'CLAIM_WAITS_FOR_BLOCK',
  LBRY_MEMPOOL_CONFLICT: 'CLAIM_WAITS_FOR_BLOCK',
  LBRY_CONFIRMATION_TIMEOUT: 'CLAIM_WAITS_FOR_BLOCK',
  LBRY_NAME_TAKEN: 'CLAIM_NAME_TAKEN',
  LBRY_NAME_REFUSED: 'TARGET_REFUSED',
  LBRY_INPUT_INVALID: 'TARGET_REFUSED',
  LBRY_PARAMS_REFUSED: 'TARGET_REFUSED',
  LBRY_BROADCAST_REFUSED: 'TARGET_REFUSED',
  LBRY_FILE_MISSING: 'TARGET_REFUSED',
  LBRY_FILE_EMPTY: 'FILE_UNPUBLISHABLE',
  LBRY_FFMPEG_MISSING: 'TARGET_REFUSED',
  LBRY_REFLECTOR_MISSING: 'TARGET_REFUSED',
}

/** This item will never pass as it is; everything else may, later. */
const FOR_GOOD: ReadonlySet<string> = new Set<LbryDaemonErrorCode>([
  'LBRY_NAME_TAKEN',
  'LBRY_NAME_REFUSED',
  'LBRY_INPUT_INVALID',
  'LBRY_PARAMS_REFUSED',
  'LBRY_FILE_EMPTY',
])
/** Faults of one call or one file: the next item may pass all the same. */
const OF_ONE_ITEM: ReadonlySet<string> = new Set<LbryDaemonErrorCode>([
  'LBRY_CONNECTION_LOST',
  'LBRY_HTTP_REFUSED',
  'LBRY_REPLY_TOO_LARGE',
  'LBRY_REPLY_MALFORMED',
  'LBRY_LIST_CHANGED',
  'LBRY_RESULT_LOST',
  'LBRY_DAEMON_FAILED',
  'LBRY_CLAIM_UNKNOWN',
  'LBRY_HUB_FAILED',
  'LBRY_BROADCAST_REFUSED',
])

/** A daemon's fault as one of this stage; whatever else it is comes back as it was. */
export function publishErrorOf(error: unknown): unknown {
  if (!(error instanceof LbryDaemonError)) return error
  const { hint } = error
  return new PublishError(MEANS[error.code], error.message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}

/** How an item ends that met this fault; bugs are thrown on. */
export function outcomeOf(error: unknown): Outcome {
  const problem = problemOf(publishErrorOf(error))
  if (!(error instanceof LbryDaemonError)) return { status: 'waiting', problem, stop: true }
  if (FOR_GOOD.has(error.code)) return { status: 'refused', problem }
  return { status: 'waiting', problem, stop: !OF_ONE_ITEM.has(error.code) }
}

/** An end that no fault of the daemon led to. */
export function waiting(code: PublishErrorCode, message: string, hint: string, stop: boolean): Outcome {
  return { status: 'waiting', problem: problem(code, message, hint), stop }
}

export function refused(code: PublishErrorCode, message: string, hint: string): Outcome {
  return { status: 'refused', problem: problem(code, message, hint) }
}

function problem(code: PublishErrorCode, message: string, hint: string): Problem {
  return { code, message, hint }
}
