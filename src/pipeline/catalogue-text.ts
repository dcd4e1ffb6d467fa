import type { BundleDocument } from '../model/bundle.ts'
import { parseBundleDocument } from '../model/parse-bundle.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'

const parsed = new WeakMap<CatalogueBundle, BundleDocument>()

/** What `bundle.json` of the newest version says. Asked several times for one row: by conditions, for its title, its keys. */
export function documentOf(bundle: CatalogueBundle): BundleDocument {
  const known = parsed.get(bundle) ?? parseBundleDocument(new TextEncoder().encode(bundle.document))
  parsed.set(bundle, known)
  return known
}

/** The first title, in whatever language it is. */
export function titleOf(bundle: CatalogueBundle): string {
  return documentOf(bundle).title[0]?.value ?? ''
}

/** Keys of the originals that the bundle itself names. */
export function originalKeysOf(bundle: CatalogueBundle): readonly string[] {
  return documentOf(bundle).originals.map(({ key }) => key)
}
