import type { AuditedBundle } from './audit-bundle.ts'
import type { HeardHolder } from './hear-holder.ts'
import type { HolderClaim } from './holder-claim.ts'

/** What was found at one place. */
export interface AuditedPlace {
  readonly name: string
  bundles: number
  /** Blocks that were read. */
  checked: number
  /** Blocks with other bytes than their CID says. */
  bad: number
  /** Blocks that the place should have and does not. */
  missing: number
  /** Bundles that a place of somebody else does not have and never said to have. */
  absent: number
  /** Bundles that the place itself no longer says to keep. */
  unpinned: number
  /** Bundles that it has in fewer copies than it was asked for. */
  below: number
  /** What its holder has signed to have; `wrong` when what it gives for that is not what it should be. */
  holder: HolderClaim['kind'] | 'none' | 'wrong'
  /** Bundles with wrong or missing blocks of which its holder has signed that it has them. */
  contradicted: number
  /** True when it could not be asked, or not to the end. */
  unreachable: boolean
}

export function nothingFound(name: string): AuditedPlace {
  const blocks = { checked: 0, bad: 0, missing: 0 }
  const bundles = { bundles: 0, absent: 0, unpinned: 0, below: 0, contradicted: 0 }
  return { name, ...blocks, ...bundles, holder: 'none', unreachable: false }
}

export function addHolder(found: AuditedPlace, { claim, fault }: HeardHolder): void {
  found.holder = fault === 'wrong' ? 'wrong' : (claim?.kind ?? 'none')
  if (fault === 'unreachable') found.unreachable = true
}

export function addBundle(found: AuditedPlace, result: AuditedBundle): void {
  if (result.isAbsent) found.absent += 1
  else found.bundles += 1
  found.checked += result.checked
  found.bad += result.bad
  found.missing += result.missing
  if (result.isClaimed === true && result.bad + result.missing > 0) found.contradicted += 1
  if (result.isUnreadable === true) found.unreachable = true
  if (result.retraction !== undefined) found[result.retraction] += 1
}
