import type { BundleDocument } from '../model/bundle.ts'
import { parseBundleDocument } from '../model/parse-bundle.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'

/** What `bundle.json` of the newest version says. */
export function documentOf(bundle: CatalogueBundle): BundleDocument {
  return parseBundleDocument(new TextEncoder().encode(bundle.document))
}

/** The first title, in whatever language it is. */
export function titleOf(bundle: CatalogueBundle): string {
  return documentOf(bundle).title[0]?.value ?? ''
}

/** Keys of the originals that the bundle itself names. */
export function originalKeysOf(bundle: CatalogueBundle): readonly string[] {
  return documentOf(bundle).originals.map(({ key }) => key)
}
