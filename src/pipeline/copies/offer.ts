import type { BundleDocument } from '../../model/bundle.ts'
import { parseBundleDocument } from '../../model/parse-bundle.ts'
import type { ClaimText, Offer } from '../../publish/target.ts'
import type { CatalogueBundle } from '../../store/catalogue/bundles.ts'
import type { Publication } from '../../store/publications.ts'
import type { Home } from '../home.ts'
import type { DueCopy } from './due.ts'
import { sourceHashOf } from './source-hash.ts'

/** How a bundle is told to a target: name, words, limits. `publicName` is what its file is called there. */
export interface Teller {
  claimText(bundle: { readonly id: string; readonly root: string; readonly document: BundleDocument }): ClaimText
  publicName(file: string, name: string): string
}

/** The words of a claim. A name that was used once stays, whatever the title is now. */
export function claimOf(bundle: CatalogueBundle, before: Publication | undefined, teller: Teller): ClaimText {
  const document = parseBundleDocument(new TextEncoder().encode(bundle.document))
  const claim = teller.claimText({ id: bundle.id, root: bundle.root, document })
  const evidence: unknown = before === undefined ? undefined : JSON.parse(before.evidence)
  const name = typeof evidence === 'object' && evidence !== null && 'name' in evidence ? evidence.name : undefined
  return typeof name === 'string' ? { ...claim, name } : claim
}

/**
 * What is due, with its bytes at hand.
 *
 * @returns nothing when its file is away.
 * @throws {AddressError} `FILE_CHANGED`.
 */
export async function offerOf(
  home: Home,
  { bundle, file, before }: DueCopy,
  teller: Teller,
  signal: AbortSignal,
): Promise<Offer | undefined> {
  const facts = home.content.content(file.content)
  const source = await sourceHashOf(home, file.content, signal)
  if (facts === undefined || source === undefined) return undefined
  const claim = claimOf(bundle, before, teller)
  return {
    ...{ id: bundle.id, root: bundle.root, file: file.path, bytes: facts.bytes, mediaType: file.mediaType, claim },
    ...{ localPath: source.path, sourceHash: source.sourceHash, publicName: teller.publicName(file.path, claim.name) },
  }
}
