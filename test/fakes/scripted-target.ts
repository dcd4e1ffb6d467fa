import { formatLbc, parseLbc } from '../../src/lbry-sdk-client/daemon/amounts.ts'
import type { PublishError } from '../../src/publish/errors.ts'
import type { Evidence, FoundClaim, Offer, Outcome, PublicationTarget, PublishStep } from '../../src/publish/target.ts'

/** One answer of a scripted target: what it does with the offer and how it says that it ended. */
export type Act = (offer: Offer, step: PublishStep, claims: Map<string, Evidence>) => Outcome | Promise<Outcome>

export interface ScriptedTarget extends PublicationTarget {
  /** Claims by name, as the network would have them. */
  readonly claims: Map<string, Evidence>
  /** For the next items, one each; then every one is published. */
  readonly acts: Act[]
  /** What `settle` adds to each claim; `gone` has it abandoned elsewhere. */
  news: Evidence | 'gone'
  /** What the channel has beside. */
  readonly found: FoundClaim[]
  prepareFault: PublishError | undefined
  takeBackFault: PublishError | undefined
  readonly offered: Offer[]
  readonly takenBack: string[]
}

/** A target without a network: finds before it creates, as every target must, and costs 0.0021 LBC an item. */
export function aTarget(name = 'lbry'): ScriptedTarget {
  const claims = new Map<string, Evidence>()
  let spent = 0n
  const target: ScriptedTarget = {
    ...{ name, channel: '@archive', claims, acts: [], news: {}, offered: [], takenBack: [], found: [] },
    ...{ prepareFault: undefined, takeBackFault: undefined },
    async prepare() {
      if (target.prepareFault !== undefined) throw target.prepareFault
    },
    async estimate(offers) {
      const items = [...offers].length
      return { lbc: formatLbc(210_000n * BigInt(items)), available: '1.0', affordable: Math.min(items, 476) }
    },
    async publish(offer, step) {
      target.offered.push(offer)
      const act = target.acts.shift()
      if (act !== undefined) return act(offer, step, claims)
      const there = claims.get(offer.claim.name)
      if (there !== undefined) return { status: 'adopted', evidence: there }
      step.ledger.save({ name: offer.claim.name })
      spent += parseLbc('0.0021')
      return { status: 'copied', evidence: claimFor(offer, claims) }
    },
    async settle(evidence) {
      return target.news === 'gone' ? undefined : { ...evidence, ...target.news }
    },
    async *claimsOf() {
      yield* target.found
    },
    async takeBack({ evidence }) {
      if (target.takeBackFault !== undefined) throw target.takeBackFault
      claims.delete(evidence.name ?? '')
      target.takenBack.push(evidence.name ?? '')
    },
    spent: () => formatLbc(spent),
    async [Symbol.asyncDispose]() {},
  }
  return target
}

/** Makes the claim of an offer. */
export function claimFor(offer: Offer, claims: Map<string, Evidence>, more: Evidence = {}): Evidence {
  const claimId = (claims.size + 1).toString(16).padStart(40, '0')
  const evidence: Evidence = {
    ...{ name: offer.claim.name, claimId, txid: claimId.padStart(64, 'a'), nout: 0, channelId: 'c'.repeat(40) },
    ...{ sdHash: 'd'.repeat(96), sourceHash: offer.sourceHash, sourceBytes: offer.bytes },
    ...{ url: `lbry://${offer.claim.name}#${claimId}`, equality: 'asserted' as const, ...more },
  }
  claims.set(offer.claim.name, evidence)
  return evidence
}

export function waits(code: 'TARGET_FUNDS_LOW' | 'CLAIM_UNSURE' | 'TARGET_UNREACHABLE', stop: boolean): Outcome {
  return { status: 'waiting', problem: { code, message: `scripted ${code}` }, stop }
}
