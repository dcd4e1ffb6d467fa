import { bundleView } from '../../manifest/bundle-view.ts'
import { readStatus } from '../../manifest/fold.ts'
import { HOLDER_AGE_MS } from '../../mirror/reread-share.ts'
import type { FollowedLog } from './followed-log.ts'
import { knowsAllTypes } from './known-types.ts'
import { lastRehash } from './last-rehash.ts'

/** Whether this mirror is to hold only a part of a log: then it signs notes of holdings and never as a holder. */
export function holdsPartOnly({ settings }: Pick<FollowedLog, 'settings'>): boolean {
  return settings.budget > 0 || settings.include.length > 0
}

/**
 * Why the holder key must not sign the head of that size: it says that all content which the log does not withdraw is here,
 * and was read again within 90 days. Nothing that was noted before is taken for granted: every bundle of the log is looked
 * up, which takes a second for some 50,000 of them, and is only done where nothing else speaks against it.
 *
 * @returns words for the operator; undefined when it may.
 */
export function whyNotHolder(log: FollowedLog, size: number): string | undefined {
  const { home, tables } = log
  if (holdsPartOnly(log)) return 'it is to hold a part only'
  if (home.publishedSize() !== size || home.journal.size() !== size || readStatus(home.fold).halted !== undefined)
    return 'it has not taken in the whole log'
  const wanted = tables.wantedTotals().bundles
  if (wanted > 0) return `${wanted} bundles are not here, or are damaged`
  const since = lastRehash(log)
  if (since !== undefined && since < isoOf(Date.parse(home.now()) - HOLDER_AGE_MS))
    return 'some file was not read again for 90 days'
  if (!knowsAllTypes(log, size)) return 'the log has statements of a type that this program does not know'
  if (tables.lacksFiles()) return 'a file of a bundle is not here'
  const missing = missingVersion(log)
  return missing === undefined ? undefined : `bundle ${missing} is not here`
}

function missingVersion({ home: { fold }, tables }: FollowedLog): string | undefined {
  for (const id of fold.bundleIds()) {
    const { versions = [], withdrawals = [] } = bundleView(fold, id) ?? {}
    const isMissing = ({ root }: { readonly root: string }): boolean =>
      // A withdrawal that this mirror does not obey takes the duty away all the same.
      !withdrawals.some((withdrawal) => (withdrawal.root ?? root) === root) && !tables.isServed(root)
    if (versions.some(isMissing)) return id
  }
  return undefined
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/u, 'Z')
}
