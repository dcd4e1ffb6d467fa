import type { BundleView } from '../manifest/bundle-view.ts'
import { rowKey } from '../manifest/index-key.ts'
import type { Reference } from '../model/original.ts'
import { valuesOf } from '../read/look-up-reference.ts'
import type { BundleState, CatalogueBundle } from '../store/catalogue/bundles.ts'
import { mediaFile } from './bundle-statement.ts'
import { documentOf } from './catalogue-text.ts'
import type { Home } from './home.ts'
import { publishedView } from './published-view.ts'
import { idsOfReference } from './selection.ts'

/** A bundle of the catalogue that no head covers (yet). */
export interface UnpublishedMatch {
  readonly id: string
  readonly root: string
  readonly index: null
  readonly state: BundleState
  readonly originals: readonly { readonly key: string; readonly url?: string }[]
  readonly files: readonly {
    readonly path: string
    readonly cid: string
    readonly bytes: number
    readonly sha256: string
    readonly mediaType: string
    readonly role: string
  }[]
  readonly copies: readonly []
}

/** Looks a reference up in what the own log has published, and in the catalogue for what it has not. */
export function lookUpInHome(
  home: Home,
  reference: Reference,
): { readonly views: readonly BundleView[]; readonly unpublished: readonly UnpublishedMatch[] } {
  const views = new Map<string, BundleView>()
  for (const { kind, value } of valuesOf(reference)) {
    for (const id of home.fold.idsOf(rowKey(home.primitives.sha256, kind, value))) {
      const view = publishedView(home, id)
      if (view !== undefined) views.set(id, view)
    }
  }
  const unpublished = idsOfReference(home, reference).flatMap((id) => {
    const bundle = home.bundles.get(id)
    return views.has(id) || bundle === undefined || publishedView(home, id) !== undefined
      ? []
      : [unpublishedMatch(home, bundle)]
  })
  return { views: [...views.values()].sort((a, b) => a.index - b.index), unpublished }
}

function unpublishedMatch(home: Home, bundle: CatalogueBundle): UnpublishedMatch {
  const files = bundle.state === 'withdrawn' ? [] : home.bundles.files(bundle.root)
  return {
    id: bundle.id,
    root: bundle.root,
    index: null,
    state: bundle.state,
    originals: documentOf(bundle).originals.map(({ key, url }) => ({ key, ...(url === undefined ? {} : { url }) })),
    files: files.flatMap((file) => mediaFile(home, file)),
    copies: [],
  }
}
