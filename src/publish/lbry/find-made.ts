import type { Output, Transaction } from '../../lbry-sdk-client/index.ts'
import type { Evidence, Ledger, Offer, Outcome, PublishStep } from '../target.ts'
import { refused, waiting } from './daemon-problem.ts'
import { equalityByClaim, gradeEquality } from './equality.ts'
import { evidenceOf, type LbryEvidence, readEvidence } from './evidence.ts'
import { chooseClaim, ownClaims, whereIs } from './find-claims.ts'
import { assertReady, type LbrySession } from './session.ts'
import { poll, unansweredMs } from './waits.ts'

/**
 * Looks whether the claim of an item is there already, made by an earlier run or by somebody with this wallet.
 *
 * @returns nothing when it is certain that there is none, so that one may be made.
 */
export async function findMade(session: LbrySession, offer: Offer, step: PublishStep): Promise<Outcome | undefined> {
  const before = readEvidence(step.ledger.evidence)
  const found = await lookOnce(session, offer, step)
  if (found !== undefined) return found
  if (before.claimId !== undefined && before.abandonTxid === undefined) {
    const where = await whereIs(session, before.claimId, step.signal)
    if (where === 'unknown') return otherWallet()
    if (where !== 'gone') return await adopt(session, offer, step, where)
  }
  if (before.intentAt === undefined) return undefined
  if (mayBeAtWork(session, offer, before, step.ledger)) return unsure()
  await assertReady(session, step.signal)
  return (await hasReadAll(session, step.signal)) ? await lookOnce(session, offer, step) : unsure()
}

/** A wallet that is still reading transactions does not know all of its own. */
async function hasReadAll({ daemon, ask, waits }: LbrySession, signal: AbortSignal): Promise<boolean> {
  const look = async (): Promise<true | undefined> => {
    const { is_syncing } = await ask(() => daemon.call('wallet_status', {}, { signal }), signal)
    return is_syncing ? undefined : true
  }
  return (await poll(look, { forMs: waits.lookMs, everyMs: waits.pollMs, signal })) === true
}

async function lookOnce(session: LbrySession, offer: Offer, step: PublishStep): Promise<Outcome | undefined> {
  const { claimId, intentAt } = readEvidence(step.ledger.evidence)
  const { id } = await session.channel(step.signal)
  const everywhere = intentAt !== undefined
  const claims = await ownClaims(session, offer.claim.name, { everywhere, signal: step.signal })
  // There was none of that name when the intent was noted: this is the one, whatever bytes it has.
  const own = chooseClaim(claims, offer, claimId, id) ?? (everywhere ? claims[0] : undefined)
  if (own !== undefined) return await adopt(session, offer, step, own)
  return claims.length === 0 ? undefined : nameTaken(claims)
}

async function adopt(session: LbrySession, offer: Offer, step: PublishStep, claim: Output): Promise<Outcome> {
  return { status: 'adopted', evidence: await noteClaim(session, offer, step, claim, () => undefined) }
}

/**
 * Writes down what a claim is that was found, and grades it. It counts as paid when an intent of ours led to it.
 *
 * @param onSent - gets the transaction that made it.
 */
export async function noteClaim(
  session: LbrySession,
  offer: Offer,
  step: PublishStep,
  claim: Output,
  onSent: (sent: Transaction) => void,
): Promise<Evidence> {
  const { daemon, ask, chain } = session
  const { ledger, signal } = step
  const before = readEvidence(ledger.evidence)
  const sent = await ask(() => daemon.call('transaction_show', { txid: claim.txid }, { signal }), signal)
  if (sent !== undefined) {
    chain.note(sent)
    onSent(sent)
  }
  const evidence = evidenceOf(before, claim, sent, before.intentAt !== undefined)
  return await saveGraded(session, offer, step, evidence)
}

/** Saves at once what says where the claim is, and then what reading the whole file says about it. */
export async function saveGraded(
  { sdBlobs }: LbrySession,
  offer: Offer,
  { ledger, signal, onProgress }: PublishStep,
  evidence: LbryEvidence,
): Promise<Evidence> {
  ledger.save({ ...evidence, equality: equalityByClaim(evidence, offer) })
  const graded = { ...evidence, equality: await gradeEquality(evidence, offer, { sdBlobs, signal, onProgress }) }
  ledger.save(graded)
  return graded
}

/** An intent of the future was noted by a clock that was wrong: it counts from now. */
function mayBeAtWork({ waits }: LbrySession, offer: Offer, before: LbryEvidence, ledger: Ledger): boolean {
  const now = Date.now()
  const { intentAt = now } = before
  if (intentAt > now) ledger.save({ ...before, intentAt: now })
  return now - Math.min(intentAt, now) < unansweredMs(waits, offer.bytes)
}

/** @param stop - whether the next item would fare no better. */
export function unsure(stop = false): Outcome {
  return waiting(
    'CLAIM_UNSURE',
    'a claim was asked for, no answer came, and it is not in the wallet; the daemon may still be at work on it',
    'run the same command later: it looks before it sends anything',
    stop,
  )
}

function otherWallet(): Outcome {
  return waiting(
    'CLAIM_UNSURE',
    'this wallet does not know the claim that an earlier run made',
    'see whether the daemon runs with another wallet than before; nothing is sent meanwhile',
    false,
  )
}

function nameTaken(claims: readonly Output[]): Outcome {
  const ids = claims.map(({ claim_id }) => claim_id).join(', ')
  return refused(
    'CLAIM_NAME_TAKEN',
    `the wallet has a claim of that name with other bytes: ${ids}`,
    'look at it; abandon it if it is to be replaced, then publish again',
  )
}
