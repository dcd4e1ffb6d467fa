import { createHash } from 'node:crypto'
import { formatLbc, parseLbc } from '../../lbry-sdk-client/daemon/amounts.ts'
import type { Transaction } from '../../lbry-sdk-client/daemon/output.ts'
import { PublishError } from '../errors.ts'
import type { ClaimText, Evidence, Ledger } from '../target.ts'
import { type Looked, makeQuery } from './asynqueries.ts'
import { claimEvidence } from './claim-evidence.ts'
import { updateParams } from './claim-params.ts'
import { publishErrorOf } from './daemon-words.ts'
import { countTransaction } from './find-claim.ts'
import { followQuery } from './follow-query.ts'
import { openNotes } from './notes.ts'
import type { Odysee } from './odysee.ts'
import { unsure } from './outcomes.ts'

/**
 * Says anew what a claim says, all of it, and keeps its stream, id and name. An edit that was lost on the way is made
 * again: it costs its fee a second time, and never makes a second claim.
 *
 * @returns the evidence of the changed claim, which has another transaction.
 * @throws {PublishError} `CLAIM_UNSURE` while it is under way: to be called again with the same words.
 */
export async function editClaim(
  odysee: Odysee,
  claim: ClaimText,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Evidence> {
  const { claimId, editQueryId, editOf } = ledger.evidence
  if (claimId === undefined) throw new PublishError('TARGET_REFUSED', 'what is not published yet cannot be edited')
  const notes = openNotes(ledger)
  const channel = await odysee.channel(signal)
  const params = updateParams(claim, channel, claimId)
  const words = createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 32)
  const isUnderWay = typeof editQueryId === 'string' && editOf === words
  const made: Looked | { readonly kind: 'query'; readonly id: string } = isUnderWay
    ? { kind: 'query', id: editQueryId }
    : await makeQuery(odysee, 'stream_update', params, signal)
  if (made.kind === 'query') notes.write({ editQueryId: made.id, editOf: words })
  const ended =
    made.kind === 'query'
      ? await followQuery(odysee, { id: made.id, method: 'stream_update', since: odysee.now() }, signal)
      : made
  if (ended.kind === 'pending') throw unsure('Odysee is still changing the claim')
  notes.write({ editQueryId: undefined, editOf: undefined })
  if (ended.kind === 'unknown') throw unsure('Odysee has lost sight of the change that it was asked for')
  if (ended.kind === 'failed') throw publishErrorOf(ended.error)
  return changedEvidence(odysee, ledger.evidence, ended.transaction, await odysee.channel(signal))
}

function changedEvidence(
  odysee: Odysee,
  before: Evidence,
  transaction: Transaction,
  channel: Awaited<ReturnType<Odysee['channel']>>,
): Evidence {
  const output = transaction.outputs.find(({ claim_id: id }) => id === before.claimId)
  if (output === undefined) throw unsure('Odysee reports a change, and not of the claim that it was asked for')
  // The bid moves from the old output to the new one: only the fee is gone.
  const cost = countTransaction(odysee, transaction, { ...output, amount: '0.0' })
  const { sourceHash, sourceBytes, equality } = before
  const wasOurs =
    (equality === 'asserted' || equality === 'verified') && sourceHash !== undefined && sourceBytes !== undefined
  const ours = wasOurs ? { sourceHash, bytes: sourceBytes } : undefined
  const now = claimEvidence({ output, transaction: transaction.hex }, channel, ours)
  const isSameStream = now.sdHash === before.sdHash
  const paid = formatLbc(parseLbc(cost) + parseLbc(typeof before['cost'] === 'string' ? before['cost'] : '0.0'))
  return { ...before, ...now, ...(isSameStream && equality !== undefined ? { equality } : {}), cost: paid }
}
