import { keyOfBareId, type LbryAddress, lbry, readLbryAddress } from './originals/lbry.ts'
import { cleanText } from './originals/read-url.ts'
import { unwrapUrl } from './originals/unwrap.ts'

/** What a person may mean by a claim on LBRY; at least one of the members is there. */
export interface LbryReference {
  /** All 40 digits, lower case. */
  readonly claimId?: string
  /** One version of a claim. */
  readonly output?: { readonly txid: string; readonly nout: number }
  /** What the address says besides, or instead. */
  readonly address?: LbryAddress
}

const CLAIM_ID = /^[0-9a-f]{40}$/

/**
 * Reads `lbry://…`, a page of Odysee, a claim id, `txid:nout`, or a key of one of these, offline and without guessing.
 *
 * @returns nothing for text that names no claim.
 */
export function parseLbryReference(text: string): LbryReference | undefined {
  const clean = cleanText(text)
  if (clean === undefined) return undefined
  const key = /^lbry:(?:claim|output):(.*)$/.exec(clean)?.[1]
  const bare = keyOfBareId(key ?? clean)
  if (bare !== undefined) return referenceOfKey(bare)
  const address = readLbryAddress(/^lbry:\/\//i.test(clean) ? clean : (pageOf(clean) ?? ''))
  if (address === undefined) return undefined
  const id = address.claim.idPrefix
  return { address, ...(id !== undefined && CLAIM_ID.test(id) ? { claimId: id } : {}) }
}

function referenceOfKey(key: string): LbryReference {
  const [, kind, id = '', nout = ''] = key.split(':')
  return kind === 'claim' ? { claimId: id } : { output: { txid: id, nout: Number(nout) } }
}

function pageOf(text: string): Parameters<typeof readLbryAddress>[0] | undefined {
  const page = unwrapUrl(text)?.page
  return page !== undefined && lbry.owns(page.host) ? page : undefined
}
