import type { BundleCopy } from '../manifest/bundle-record.ts'
import type { ReportedCopy } from './report/events.ts'

const CLAIM_ID = /^[0-9a-f]{40}$/

/** Copies as `lookup` reports them, each statement for itself: one claim may have several keys. */
export function reportedCopies(copies: readonly BundleCopy[]): ReportedCopy[] {
  return copies.map((copy) => {
    const page = pageOf(copy)
    return { ...copy, ...(page === undefined ? {} : { page }) }
  })
}

/**
 * A page where a person finds a claim without its name, which no log holds: Odysee's search goes to the claim whose whole id
 * is searched for. Source: odysee-frontend, `ui/page/search/view.tsx`, 2026.
 */
function pageOf({ key, ids }: BundleCopy): string | undefined {
  const claimId = ids['claimId'] ?? /^lbry:claim:(.*)$/.exec(key)?.[1] ?? ''
  return key.startsWith('lbry:') && CLAIM_ID.test(claimId) ? `https://odysee.com/$/search?q=${claimId}` : undefined
}
