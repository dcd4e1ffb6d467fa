import { LbryClaimError, type LbryClaimErrorCode } from '../lbry-sdk-client/claim/errors.ts'
import { LbryDaemonError, type LbryDaemonErrorCode } from '../lbry-sdk-client/daemon/errors.ts'
import { LbryStreamError, type LbryStreamErrorCode } from '../lbry-sdk-client/stream/errors.ts'
import { HoldfastError } from '../model/errors.ts'

export type LbryErrorCode = LbryClaimErrorCode | LbryDaemonErrorCode | LbryStreamErrorCode

/** A fault of the LBRY client, which knows nothing of Holdfast, as one of ours: same code, words and hint. */
export class LbryError extends HoldfastError<LbryErrorCode> {
  override name = 'LbryError' as const
}

/** Translates faults of the LBRY client; everything else comes back as it is. */
export function translated(error: unknown): unknown {
  const isTheirs =
    error instanceof LbryClaimError || error instanceof LbryDaemonError || error instanceof LbryStreamError
  if (!isTheirs) return error
  const { code, message, hint } = error
  return new LbryError(code, message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
