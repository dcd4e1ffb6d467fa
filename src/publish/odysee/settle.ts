import { SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import type { Output } from '../../lbry-sdk-client/daemon/output.ts'
import type { Evidence, Offer } from '../target.ts'
import { type Compared, claimEvidence } from './claim-evidence.ts'
import { ownClaim, showTransaction } from './find-claim.ts'
import { isOfAccount, type Odysee } from './odysee.ts'
import { askWallet } from './proxy.ts'

/**
 * Looks at a claim again. The wallet has it before the chain does; the chain has its canonical URL.
 *
 * @returns nothing when it is in neither.
 * @throws {PublishError}
 */
export async function settleClaim(
  odysee: Odysee,
  evidence: Evidence,
  offer: Offer | undefined,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const { claimId, url } = evidence
  if (claimId === undefined || url === undefined) return evidence
  const channel = await odysee.channel(signal)
  const own = await ownClaim(odysee, claimId, signal)
  const resolved = await resolveClaim(odysee, url, claimId, signal)
  const output = own ?? resolved
  if (output === undefined) {
    // A wallet that never had it says nothing about it, nor does a network that has not seen it yet.
    return isOfAccount(evidence.channelId, channel) || (evidence.confirmations ?? 0) > 0 ? undefined : evidence
  }
  const isSame = output.txid === evidence.txid
  const kept = isSame ? evidence.transaction : undefined
  const transaction = kept ?? (await showTransaction(odysee, output.txid, signal))?.hex
  const now = claimEvidence({ output, transaction }, channel, comparedOf(evidence, offer))
  const confirmations = Math.max(now.confirmations ?? 0, resolved?.confirmations ?? 0)
  const found =
    resolved === undefined ? undefined : claimEvidence({ output: resolved }, channel, undefined).canonicalUrl
  const canonicalUrl = found ?? (isSame ? evidence.canonicalUrl : undefined)
  return {
    ...evidence,
    ...now,
    ...keptEquality(evidence, now),
    confirmations,
    ...(canonicalUrl === undefined ? {} : { canonicalUrl }),
  }
}

/** Without the file at hand, a source that was found to be ours stands for it. */
function comparedOf(evidence: Evidence, offer: Offer | undefined): Compared | undefined {
  if (offer !== undefined) return offer
  const { equality, sourceHash, sourceBytes } = evidence
  const wasOurs = equality === 'asserted' || equality === 'verified'
  return wasOurs && sourceHash !== undefined && sourceBytes !== undefined
    ? { sourceHash, bytes: sourceBytes }
    : undefined
}

/** What was verified from the blobs stays so for as long as the claim names the same stream; nor is it forgotten that it differed. */
function keptEquality(before: Evidence, now: Evidence): Pick<Evidence, 'equality'> {
  const isSameStream = before.sdHash !== undefined && before.sdHash === now.sdHash
  if (before.equality === 'verified' && isSameStream && now.equality === 'asserted') return { equality: 'verified' }
  if (before.equality === 'differs' && isSameStream && now.equality === 'unknown') return { equality: 'differs' }
  return {}
}

async function resolveClaim(
  odysee: Odysee,
  url: string,
  claimId: string,
  signal: AbortSignal,
): Promise<Output | undefined> {
  const all = await askWallet(odysee, 'resolve', SINGLE.resolve, { urls: [url] }, signal)
  const one = all.get(url)
  return one?.found === true && one.output.claim_id === claimId ? one.output : undefined
}
