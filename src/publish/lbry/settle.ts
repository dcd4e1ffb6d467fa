import { LbryDaemonError, type Output } from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'
import type { Evidence, Offer } from '../target.ts'
import { equalityByClaim, gradeEquality } from './equality.ts'
import { evidenceOf, type LbryEvidence, readEvidence } from './evidence.ts'
import { whereIs } from './find-claims.ts'
import type { LbrySession } from './session.ts'

/** Looks again at one claim. @see PublicationTarget.settle */
export async function settleClaim(
  session: LbrySession,
  evidence: Evidence,
  offer: Offer | undefined,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const before = readEvidence(evidence)
  if (before.claimId === undefined) return evidence
  const here = await whereIs(session, before.claimId, signal)
  if (here === 'gone') return undefined
  const claim = here === 'unknown' ? await onNetwork(session, before.claimId, signal) : here
  const now = await placeOf(session, before, claim, signal)
  const isReflected = await reflectionOf(session, now.sdHash, signal)
  const canonicalUrl = await canonicalUrlOf(session, claim, signal)
  const known = {
    ...now,
    ...(isReflected === undefined ? {} : { isReflected }),
    ...(canonicalUrl === undefined ? {} : { canonicalUrl }),
  }
  const equality = await equalityNow(session, before, known, offer, signal)
  return equality === undefined ? known : { ...known, equality }
}

/** Where the claim stands; its transaction is asked for when it is a new one, or was not to be had before. */
async function placeOf(
  { daemon, ask }: LbrySession,
  before: LbryEvidence,
  claim: Output,
  signal: AbortSignal,
): Promise<LbryEvidence> {
  if (claim.txid === before.txid && before.transaction !== undefined)
    return { ...before, confirmations: claim.confirmations }
  const sent = await ask(() => daemon.call('transaction_show', { txid: claim.txid }, { signal }), signal)
  return evidenceOf(before, claim, sent, false)
}

async function equalityNow(
  { sdBlobs }: LbrySession,
  before: LbryEvidence,
  now: LbryEvidence,
  offer: Offer | undefined,
  signal: AbortSignal,
): Promise<Evidence['equality']> {
  const isSameStream = before.sdHash === now.sdHash
  if (isSameStream && (before.equality === 'verified' || before.equality === 'differs')) return before.equality
  if (offer !== undefined) return await gradeEquality(now, offer, { sdBlobs, signal })
  // Without the file: a new stream is what it says, compared with what the old one said.
  if (isSameStream || before.sourceHash === undefined || before.sourceBytes === undefined) return before.equality
  return equalityByClaim(now, { sourceHash: before.sourceHash, bytes: before.sourceBytes })
}

/** Asked for by its own hash: a page with a stream that a refused broadcast left behind cannot be told (facts 1.5). */
async function reflectionOf(
  { daemon, ask }: LbrySession,
  sdHash: string | undefined,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (sdHash === undefined) return undefined
  try {
    const { items } = await ask(() => daemon.call('file_list', { sd_hash: sdHash }, { signal }), signal)
    return items.find(({ sd_hash }) => sd_hash === sdHash)?.is_fully_reflected
  } catch (error) {
    signal.throwIfAborted()
    // Best effort: whether others have the blobs is nice to know and stops nothing.
    if (error instanceof LbryDaemonError) return undefined
    throw error
  }
}

/** Hubs know confirmed claims alone. */
async function canonicalUrlOf(
  { daemon, ask }: LbrySession,
  { confirmations, name, claim_id }: Output,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (confirmations <= 0) return undefined
  const url = `lbry://${name}#${claim_id}`
  const resolved = await ask(() => daemon.call('resolve', { urls: url }, { signal }), signal)
  const found = resolved.get(url)
  return found?.found === true && found.output.claim_id === claim_id ? found.output.canonical_url : undefined
}

/** A claim of another wallet, such as a synchroniser's, that was adopted. */
async function onNetwork({ daemon, ask }: LbrySession, claimId: string, signal: AbortSignal): Promise<Output> {
  const { items } = await ask(() => daemon.call('claim_search', { claim_id: claimId }, { signal }), signal)
  const claim = items.find(({ claim_id }) => claim_id === claimId)
  if (claim !== undefined) return claim
  throw new PublishError('CLAIM_UNSURE', `neither this wallet nor its hub knows the claim ${claimId}`, {
    hint: 'see whether the daemon runs with another wallet than before, or is still reading the chain',
  })
}
