import {
  formatLbc,
  LbryClaimError,
  type Output,
  parseTransaction,
  type Transaction,
  verifyClaim,
} from '../../lbry-sdk-client/index.ts'
import type { Evidence, Offer } from '../target.ts'
import { addLbc, costOf } from './purse.ts'

/** What this target keeps in a ledger beside what every target does. */
export interface LbryEvidence extends Evidence {
  /** Since when a call may be under way of which no answer came, milliseconds since 1970; absent when none is. */
  readonly intentAt?: number
  /** `source.hash` that the call is to give, to know its claim by. */
  readonly intentHash?: string
  /** Bytes of that file: how long the call may be under way. */
  readonly intentBytes?: number
  /** LBC that left the spendable part of the wallet for this item: bid and fees, less what came back. */
  readonly cost?: string
  /** The transaction that took the claim back. */
  readonly abandonTxid?: string
}

export function readEvidence(evidence: Evidence): LbryEvidence {
  const { intentAt, intentHash, intentBytes, cost, abandonTxid, ...rest } = evidence
  return {
    ...rest,
    ...(typeof intentAt === 'number' ? { intentAt } : {}),
    ...(typeof intentHash === 'string' ? { intentHash } : {}),
    ...(typeof intentBytes === 'number' ? { intentBytes } : {}),
    ...(typeof cost === 'string' ? { cost } : {}),
    ...(typeof abandonTxid === 'string' ? { abandonTxid } : {}),
  }
}

/** Before a claim is asked for: whatever an earlier claim of this item left is no longer about this one. */
export function intentOf(before: LbryEvidence, offer: Offer, channelId: string, at: number): LbryEvidence {
  return {
    ...(before.cost === undefined ? {} : { cost: before.cost }),
    ...{ name: offer.claim.name, channelId, intentAt: at, intentHash: offer.sourceHash },
    intentBytes: offer.bytes,
  }
}

/** The same without the intent: what was asked for is certain not to have happened. */
function withoutIntent({ intentAt, intentHash, intentBytes, ...rest }: LbryEvidence): LbryEvidence {
  return rest
}

/**
 * What the wallet says of a claim.
 *
 * @param sent - the transaction, when it is known.
 * @param isPaid - whether this item paid for it, so that its cost counts.
 */
export function evidenceOf(
  before: LbryEvidence,
  claim: Output,
  sent: Transaction | undefined,
  isPaid: boolean,
): LbryEvidence {
  const { cost, channelId: _, ...known } = withoutIntent(before)
  const proven = sent === undefined ? undefined : readProof(sent.hex, claim)
  const channelId = claim.signing_channel?.claim_id ?? claim.signing_channel?.channel_id
  const paid = isPaid && sent !== undefined ? addLbc(cost, formatLbc(costOf(sent))) : cost
  return {
    ...known,
    ...{ txid: claim.txid, nout: claim.nout, confirmations: claim.confirmations },
    ...(claim.name === undefined ? {} : { name: claim.name }),
    ...(claim.claim_id === undefined ? {} : { claimId: claim.claim_id, url: `lbry://${claim.name}#${claim.claim_id}` }),
    ...(channelId === undefined ? {} : { channelId }),
    ...(proven ?? saidOf(claim)),
    ...(sent === undefined || proven === undefined ? {} : { transaction: sent.hex }),
    ...(paid === undefined ? {} : { cost: paid }),
  }
}

type Source = Pick<Evidence, 'sdHash' | 'sourceHash' | 'sourceBytes'>

function saidOf({ value }: Output): Source {
  const { sd_hash, hash, size } = value?.source ?? {}
  return {
    ...(sd_hash === undefined ? {} : { sdHash: sd_hash }),
    ...(hash === undefined ? {} : { sourceHash: hash }),
    ...(size === undefined ? {} : { sourceBytes: Number(size) }),
  }
}

/**
 * What the transaction itself says, which counts for more than the daemon's words about it.
 *
 * @returns `undefined` when it is not the transaction of that claim, and so proves nothing of it.
 */
function readProof(hex: string, { txid, nout, claim_id }: Output): Source | undefined {
  try {
    if (parseTransaction(hex).txid !== txid) return undefined
    const { claim } = verifyClaim(hex, { txid, nout, claimId: claim_id })
    if (claim.claimId !== claim_id) return undefined
    const { sdHash, sourceHash, sizeBytes } = claim.source ?? {}
    return {
      ...(sdHash === undefined ? {} : { sdHash }),
      ...(sourceHash === undefined ? {} : { sourceHash }),
      ...(sizeBytes === undefined ? {} : { sourceBytes: sizeBytes }),
    }
  } catch (error) {
    if (error instanceof LbryClaimError) return undefined
    throw error
  }
}
