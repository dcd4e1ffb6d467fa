import { parseClaimMessage } from './claim-message.ts'
import { splitClaimValue } from './claim-value.ts'
import { LbryClaimError } from './errors.ts'
import { findClaim } from './find-claim.ts'
import { parsePublicKey } from './public-key.ts'
import { parseTransaction } from './transaction.ts'

/** A channel as one of its transactions has it. */
export interface ChannelKey {
  readonly channelId: string
  /** 33 bytes. */
  readonly publicKey: Uint8Array
  /**
   * `create`: the id is the hash of this transaction, so the key was the channel's first one. `update`: whoever wrote the
   * transaction says that the key is the channel's; only the chain tells.
   */
  readonly op: 'create' | 'update'
}

/**
 * Reads the key of a channel from the transaction that made or changed it.
 *
 * @param channelId - picks one of several claims in the transaction.
 * @throws {LbryClaimError} any of its codes.
 */
export function readChannelKey(raw: Uint8Array | string, channelId?: string): ChannelKey {
  const claim = findClaim(parseTransaction(raw), { claimId: channelId })
  const message = parseClaimMessage(splitClaimValue(claim.value).message)
  if (message.type !== 'channel')
    throw new LbryClaimError('CLAIM_ABSENT', 'the claim of this transaction is no channel', {
      hint: 'give the transaction that made the channel',
    })
  return { channelId: claim.claimId, publicKey: parsePublicKey(message.publicKey), op: claim.op }
}
