import { bundleView } from '../manifest/bundle-view.ts'
import type { Home } from './home.ts'

/** Brings the catalogue to what the log says of every bundle that both know; for homes whose log came from elsewhere. */
export function followLog(home: Home): void {
  for (const { id } of [...home.bundles.all()]) followLogOf(home, id)
}

/**
 * The same for one bundle: the indexes of its versions, the newest version, a withdrawal. Safe to repeat.
 *
 * A newest version that the log does not have stays the newest: it waits here for its publication.
 */
export function followLogOf(home: Home, id: string): void {
  const view = bundleView(home.fold, id)
  if (view === undefined) return
  for (const { root, index } of view.versions) {
    if (home.bundles.hasVersion(root)) home.bundles.setLogIndex(root, index)
  }
  const bundle = home.bundles.get(id)
  if (bundle?.logIndex !== undefined && home.bundles.hasVersion(view.root)) home.bundles.setNewest(id, view.root)
  // The publisher's own legal withdrawals bind the publisher wherever it is.
  const withdrawal = view.withdrawals.find(({ root }) => root === undefined)
  if (withdrawal !== undefined && bundle?.withdrawnAt === undefined) {
    home.decisions.withdraw(id, 'the log', withdrawal.reason, 'found in the log', home.now())
  }
}
