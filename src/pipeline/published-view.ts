import { type BundleView, bundleView } from '../manifest/bundle-view.ts'
import { applyEntry, prepareRefold } from '../manifest/fold.ts'
import { type FoldContext, readGovernance } from '../manifest/governance.ts'
import { memoryState } from '../manifest/memory-state.ts'
import type { Home } from './home.ts'

/**
 * What others can know of a bundle of this home: the log's word under the head that they see, without what is only
 * sequenced. A bundle that was taken back here shows nothing, also while its withdrawal waits for a head.
 */
export function publishedView(home: Home, id: string): BundleView | undefined {
  const size = home.publishedSize()
  const touches = home.fold.touches(id)
  if ((touches[0] ?? size) >= size) return undefined
  const isAll = (touches.at(-1) ?? size) < size
  const view = isAll ? bundleView(home.fold, id) : foldedUnder(home, id, touches, size)
  if (view === undefined || home.bundles.get(id)?.withdrawnAt === undefined) return view
  return { ...view, state: 'withdrawn', files: [], copies: [] }
}

/** A bundle depends on the entries that touch it and on the governing ones alone (manifest-v1 §4.12). */
function foldedUnder(home: Home, id: string, touches: readonly number[], size: number): BundleView | undefined {
  const state = memoryState()
  const context: FoldContext = { origin: home.origin, logKeys: [home.vkey], primitives: home.primitives }
  const indices = new Set([...touches, ...(readGovernance(home.fold)?.governing ?? [])])
  const wanted = [...indices].filter((index) => index < size).sort((a, b) => a - b)
  for (let i = 0; i < wanted.length; i += 1) {
    const index = wanted[i] ?? 0
    if (!applyEntry(state, { index, bytes: home.journal.entry(index) }, context, { sparse: true }).refold) continue
    prepareRefold(state)
    i = -1
  }
  return bundleView(state, id)
}
