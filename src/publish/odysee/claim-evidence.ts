import { LbryClaimError } from '../../lbry-sdk-client/claim/errors.ts'
import { type ClaimReport, verifyClaim } from '../../lbry-sdk-client/claim/verify-claim.ts'
import type { Output } from '../../lbry-sdk-client/daemon/output.ts'
import type { Evidence, Offer } from '../target.ts'
import type { Channel } from './odysee.ts'

/** What is known of a claim: what the wallet says, and the transaction that says it by itself. */
export interface KnownClaim {
  readonly output: Output
  /** Hexadecimal; absent when the wallet did not give it. */
  readonly transaction?: string | undefined
}

/** Our file, as far as a claim can be compared with it. */
export type Compared = Pick<Offer, 'sourceHash' | 'bytes'>

/**
 * What a claim proves of itself. Of source, channel and ids the bytes of the transaction count, and the service's words
 * only where there are none. Equality is `asserted` at most: that the stream has the bytes whose hash the claim states was
 * looked at by nobody yet; and `unknown` when transaction and words contradict each other.
 */
export function claimEvidence(
  { output, transaction }: KnownClaim,
  channel: Channel,
  ours: Compared | undefined,
): Evidence {
  const report = transaction === undefined ? undefined : reportOf(transaction, output, channel)
  const isSound = report?.steps.every(({ verdict }) => verdict !== 'failed') === true
  const said = output.value?.source
  const source = isSound
    ? report.claim.source
    : {
        sdHash: said?.sd_hash,
        sourceHash: said?.hash,
        sizeBytes: said?.size === undefined ? undefined : Number(said.size),
      }
  const channelId = isSound ? report.claim.channelId : output.signing_channel?.claim_id
  const contradicted = transaction !== undefined && !isSound
  return withoutUndefined({
    ...{ name: output.name, claimId: output.claim_id, txid: output.txid, nout: output.nout, channelId },
    ...{ sdHash: source?.sdHash, sourceHash: source?.sourceHash, sourceBytes: source?.sizeBytes },
    url: `lbry://${output.name}#${output.claim_id}`,
    transaction: isSound ? transaction : undefined,
    equality: contradicted ? 'unknown' : equalityOf(source, ours),
    confirmations: Math.max(0, output.confirmations),
    canonicalUrl: canonicalUrl(output),
  })
}

/** The short URL that a hub made, if it is one of this claim: it goes into the manifest, and a server wrote it. */
function canonicalUrl({ canonical_url: url, name, claim_id: id }: Output): string | undefined {
  const [, short, prefix = ''] =
    /^lbry:\/\/(?:@[^\s\p{Cc}#/:]+#[0-9a-f]{1,40}\/)?([^#/]+)#([0-9a-f]{1,40})$/u.exec(url ?? '') ?? []
  return short === name && id?.startsWith(prefix) === true ? url : undefined
}

function equalityOf(
  source: { readonly sourceHash?: string | undefined; readonly sizeBytes?: number | undefined } | undefined,
  ours: Compared | undefined,
): 'asserted' | 'differs' | 'unknown' {
  const { sourceHash, sizeBytes } = source ?? {}
  if (ours === undefined || sourceHash === undefined || sizeBytes === undefined) return 'unknown'
  return sourceHash === ours.sourceHash && sizeBytes === ours.bytes ? 'asserted' : 'differs'
}

function reportOf(transaction: string, output: Output, channel: Channel): ClaimReport | undefined {
  const isOurs = output.signing_channel?.claim_id === channel.id
  const publicKey = isOurs ? channel.publicKey : undefined
  try {
    const { txid, nout, claim_id: claimId, name } = output
    return verifyClaim(transaction, { txid, nout, claimId, name, publicKey })
  } catch (error) {
    if (error instanceof LbryClaimError) return undefined
    throw error
  }
}

function withoutUndefined(evidence: { readonly [K in keyof Evidence]: Evidence[K] | undefined }): Evidence {
  return Object.fromEntries(Object.entries(evidence).filter(([, value]) => value !== undefined))
}
