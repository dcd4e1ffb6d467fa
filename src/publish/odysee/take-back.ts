import { parseLbc } from '../../lbry-sdk-client/daemon/amounts.ts'
import { LbryDaemonError } from '../../lbry-sdk-client/daemon/errors.ts'
import { SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import { PublishError } from '../errors.ts'
import type { Evidence, Ledger } from '../target.ts'
import { lookAtQuery } from './asynqueries.ts'
import { publishErrorOf } from './daemon-words.ts'
import { findClaim, ownClaim } from './find-claim.ts'
import { NOTHING_BEGUN, type Notes, openNotes } from './notes.ts'
import { isOfAccount, type Odysee } from './odysee.ts'
import { unsure } from './outcomes.ts'
import { callWallet } from './proxy.ts'

/**
 * Abandons the claim of an item, whether it is there, was asked for or only begun. Bytes that were uploaded and never
 * became a claim are the service's to forget.
 *
 * @throws {PublishError} `CLAIM_UNSURE` while a claim may still turn up: to be called again.
 */
export async function takeBackClaim(odysee: Odysee, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const notes = openNotes(ledger)
  await assertAccount(odysee, ledger.evidence, signal)
  const claimId = ledger.evidence.claimId ?? (await claimOfQuery(odysee, ledger.evidence, notes, signal))
  // First into the notes: another run then knows which claim it is.
  if (claimId !== undefined && ledger.evidence.claimId === undefined) notes.write({ claimId })
  if (claimId !== undefined) await abandon(odysee, claimId, signal)
  // Should it be published again one day: the same upload would give the query of the claim that is gone.
  notes.write(NOTHING_BEGUN)
}

async function claimOfQuery(
  odysee: Odysee,
  evidence: Evidence,
  { begun }: Notes,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { uploadOf, createSentAt, queryId, unsureSince } = begun
  const at = createSentAt ?? unsureSince
  if (at === undefined || evidence.name === undefined) return undefined
  if (queryId !== undefined) {
    const looked = await lookAtQuery(odysee, queryId, 'stream_create', signal)
    if (looked.kind === 'pending') throw unsure('Odysee is still making the claim that is to be taken back')
    if (looked.kind === 'done') return looked.transaction.outputs.find(({ type }) => type === 'claim')?.claim_id
  }
  // The size is not in the notes; name and hash are as much as is needed to know it as ours.
  const found = await findClaim(odysee, evidence.name, { sourceHash: uploadOf ?? '', bytes: Number.NaN }, signal)
  if (found.kind !== 'none' && found.output.value?.source?.hash === uploadOf) return found.output.claim_id
  // The call itself may still be under way: asking again would make the claim that nobody wants any more.
  if (odysee.now() - at * 1_000 < odysee.timing.forgottenMs)
    throw unsure('Odysee was asked for the claim that is to be taken back, and it does not show yet')
  return undefined
}

async function abandon(odysee: Odysee, claimId: string, signal: AbortSignal): Promise<void> {
  try {
    const made = await callWallet(
      odysee,
      'stream_abandon',
      SINGLE.stream_abandon,
      { claim_id: claimId, blocking: true },
      signal,
    )
    odysee.countSpent({ txid: made.txid, dewies: parseLbc(made.total_fee) })
    return
  } catch (error) {
    if (error instanceof LbryDaemonError && error.code === 'LBRY_CLAIM_UNKNOWN') return
    const isLost = error instanceof LbryDaemonError ? error.effect !== 'none' : error instanceof PublishError
    signal.throwIfAborted()
    // The answer may be all that is missing.
    if (isLost && (await ownClaim(odysee, claimId, signal)) === undefined) return
    throw error instanceof LbryDaemonError ? publishErrorOf(error) : error
  }
}

/** To another wallet every claim is unknown, which must not be taken for abandoned. */
async function assertAccount(odysee: Odysee, { channelId }: Evidence, signal: AbortSignal): Promise<void> {
  if (isOfAccount(channelId, await odysee.channel(signal))) return
  throw new PublishError('CHANNEL_MISSING', 'this item was published with another account than the one of the token', {
    hint: 'use the token of the account that published it',
  })
}
