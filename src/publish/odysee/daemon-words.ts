import type { LbryDaemonError, LbryDaemonErrorCode } from '../../lbry-sdk-client/daemon/errors.ts'
import { PublishError, type PublishErrorCode } from '../errors.ts'

/** What an error of the wallet behind Odysee is to whoever publishes. */
const CODES: Readonly<Partial<Record<LbryDaemonErrorCode, PublishErrorCode>>> = {
  LBRY_UNREACHABLE: 'TARGET_UNREACHABLE',
  LBRY_CONNECTION_LOST: 'TARGET_UNREACHABLE',
  LBRY_TIMEOUT: 'TARGET_UNREACHABLE',
  LBRY_HTTP_REFUSED: 'TARGET_NOT_READY',
  LBRY_NOT_STARTED: 'TARGET_NOT_READY',
  LBRY_COMPONENT_OFF: 'TARGET_NOT_READY',
  LBRY_HUB_FAILED: 'TARGET_NOT_READY',
  LBRY_REPLY_TOO_LARGE: 'TARGET_ANSWER_UNKNOWN',
  LBRY_REPLY_MALFORMED: 'TARGET_ANSWER_UNKNOWN',
  LBRY_LIST_CHANGED: 'TARGET_ANSWER_UNKNOWN',
  LBRY_METHOD_UNKNOWN: 'TARGET_ANSWER_UNKNOWN',
  LBRY_NOT_IMPLEMENTED: 'TARGET_ANSWER_UNKNOWN',
  LBRY_WALLET_LOCKED: 'TARGET_LOCKED',
  LBRY_FUNDS_UNAVAILABLE: 'TARGET_FUNDS_LOW',
  LBRY_CHANNEL_UNKNOWN: 'CHANNEL_MISSING',
  LBRY_CHANNEL_KEY_MISSING: 'CHANNEL_MISSING',
  LBRY_NAME_TAKEN: 'CLAIM_NAME_TAKEN',
  LBRY_MEMPOOL_CHAIN_LONG: 'CLAIM_WAITS_FOR_BLOCK',
  LBRY_MEMPOOL_CONFLICT: 'CLAIM_WAITS_FOR_BLOCK',
}
const HINTS: Readonly<Partial<Record<PublishErrorCode, string>>> = {
  TARGET_FUNDS_LOW: 'send LBC to the wallet of the account, or wait for its own change; then publish again',
  TARGET_LOCKED: 'the wallet is kept by Odysee: ask them',
  CHANNEL_MISSING: 'make the channel on odysee.com with that account, or set another one',
  CLAIM_WAITS_FOR_BLOCK: 'publish again in some minutes',
  TARGET_NOT_READY: 'wait, then publish again',
  TARGET_UNREACHABLE: 'look at the line, then publish again',
}

/**
 * Says it in our codes; what may have happened all the same is `CLAIM_UNSURE`. Without the cause, which has the server's
 * words as they came.
 *
 * @param otherwise - for what the wallet refuses: of a claim it is about that claim, of a question about the service.
 */
export function publishErrorOf(error: LbryDaemonError, otherwise: PublishErrorCode = 'TARGET_REFUSED'): PublishError {
  const words = error.message.replaceAll('the daemon', "Odysee's wallet")
  if (error.effect !== 'none')
    return new PublishError('CLAIM_UNSURE', `it cannot be told yet whether Odysee made the claim: ${words}`, {
      hint: 'publish again later: it looks before it makes anything',
    })
  const code = CODES[error.code] ?? otherwise
  const hint = HINTS[code]
  return new PublishError(code, words, hint === undefined ? {} : { hint })
}
