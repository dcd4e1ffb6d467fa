import { CODE_FACTS } from './error-facts.ts'

export const LBRY_DAEMON_ERROR_CODES = [
  'LBRY_URL_INVALID',
  'LBRY_REMOTE_REFUSED',
  'LBRY_INPUT_INVALID',
  'LBRY_UNREACHABLE',
  'LBRY_CONNECTION_LOST',
  'LBRY_TIMEOUT',
  'LBRY_ABORTED',
  'LBRY_HTTP_REFUSED',
  'LBRY_REPLY_TOO_LARGE',
  'LBRY_REPLY_MALFORMED',
  'LBRY_LIST_CHANGED',
  'LBRY_NOT_STARTED',
  'LBRY_COMPONENT_OFF',
  'LBRY_METHOD_UNKNOWN',
  'LBRY_NOT_IMPLEMENTED',
  'LBRY_PARAMS_REFUSED',
  'LBRY_NAME_REFUSED',
  'LBRY_NAME_TAKEN',
  'LBRY_FUNDS_UNAVAILABLE',
  'LBRY_WALLET_LOCKED',
  'LBRY_WALLET_UNKNOWN',
  'LBRY_CHANNEL_UNKNOWN',
  'LBRY_CHANNEL_KEY_MISSING',
  'LBRY_CLAIM_UNKNOWN',
  'LBRY_FILE_MISSING',
  'LBRY_FILE_EMPTY',
  'LBRY_FFMPEG_MISSING',
  'LBRY_REFLECTOR_MISSING',
  'LBRY_MEMPOOL_CHAIN_LONG',
  'LBRY_MEMPOOL_CONFLICT',
  'LBRY_BROADCAST_REFUSED',
  'LBRY_HUB_FAILED',
  'LBRY_CONFIRMATION_TIMEOUT',
  'LBRY_RESULT_LOST',
  'LBRY_DAEMON_FAILED',
] as const
export type LbryDaemonErrorCode = (typeof LBRY_DAEMON_ERROR_CODES)[number]

/**
 * Whether the call did what it is for, in spite of the error: `none`, it did not; `happened`, it did and only the answer is
 * missing; `unknown`, look before you repeat it. Reads and previews always say `none`.
 */
export type CallEffect = 'none' | 'unknown' | 'happened'

export interface DaemonFault {
  /** The JSON-RPC method; absent before there is one. */
  readonly method?: string | undefined
  readonly effect?: CallEffect
  /** Put in place of the general meaning of the code. */
  readonly what?: string
  /** The daemon's own words, cleaned already (clean-text.ts). */
  readonly said?: string | undefined
  readonly cause?: unknown
}

/** A daemon that could not be asked, or would not do it. */
export class LbryDaemonError extends Error {
  override name = 'LbryDaemonError' as const
  readonly code: LbryDaemonErrorCode
  /** One sentence telling an operator what to do next; absent when there is nothing useful to say. */
  readonly hint: string | undefined
  /** The same call may succeed later with nothing changed but time; with `effect` `unknown` look first all the same. */
  readonly retryable: boolean
  readonly effect: CallEffect
  readonly method: string | undefined
  /** The daemon's own words, at most 300 characters, without local paths and without what was sent as a secret. */
  readonly said: string | undefined

  constructor(code: LbryDaemonErrorCode, fault: DaemonFault = {}) {
    const { meaning, retryable, hint } = CODE_FACTS[code]
    const { method, effect = 'none', what = meaning, said, cause } = fault
    const message = `${method === undefined ? '' : `${method}: `}${what}${said === undefined ? '' : ` (the daemon says: ${said})`}`
    super(message, cause === undefined ? {} : { cause })
    this.code = code
    this.hint = effect === 'unknown' ? 'it may have happened all the same: look for its result first' : hint
    this.retryable = retryable
    this.effect = effect
    this.method = method
    this.said = said
  }
}
