import { type BundleView, bundleView } from '../../manifest/bundle-view.ts'
import type { FoldEvent } from '../../manifest/fold-events.ts'
import { parseStatement } from '../../manifest/statement.ts'
import type { BundleStatement } from '../../manifest/statement-types.ts'
import { includedBy } from '../../mirror/include-rule.ts'
import { allowance, binding, decide, windowStart } from '../../mirror/obey.ts'
import type { FollowedLog } from './followed-log.ts'

/** Turns what the log says into what this mirror wants, serves and no longer serves. All of it inside the caller's transaction. */
export interface Reactor {
  /** Takes in what one entry was. */
  entry(event: FoldEvent, bytes: Uint8Array): void
  /** Decides about the bundles whose withdrawals changed; at the end of each batch, before it is committed. */
  settle(): void
  /** Thinks everything through again: after a refold, or when the operator wants something else. */
  again(): void
  /** Decides about one bundle, such as one that has just come. */
  settleOne(id: string): void
}

export interface ReactorOptions {
  /** A clock that is plainly wrong opens no new month. */
  readonly clockIsWrong: boolean
  readonly onWithdrawn: (id: string, index: number) => void
}

export function openReactor(log: FollowedLog, options: ReactorOptions): Reactor {
  const { home, tables, settings } = log
  const included = includedBy(settings.include)
  const changed = new Set<string>()
  let room: number | undefined

  function want(index: number, { id, root, bytes }: BundleStatement): void {
    if (home.bundles.hasVersion(root)) home.bundles.setLogIndex(root, index)
    else tables.want({ index, id, root, bytes })
  }

  function wantVersions(id: string): void {
    const view = bundleView(home.fold, id)
    for (const { index, root } of view?.versions ?? []) {
      const statement = bundleStatement(home.journal.entry(index))
      if (home.bundles.hasVersion(root)) home.bundles.setLogIndex(root, index)
      else if (statement !== undefined && included(statement)) want(index, statement)
    }
    if (view !== undefined && home.bundles.get(id) !== undefined && home.bundles.hasVersion(view.root))
      home.bundles.setNewest(id, view.root)
  }

  function settleOne(id: string): void {
    const view = bundleView(home.fold, id)
    if (view === undefined || home.bundles.get(id) === undefined) return
    const now = home.now()
    const inForce = binding(view.withdrawals, settings.jurisdictions)
    tables.forgetObedience(
      id,
      inForce.map(({ index }) => index),
    )
    const recent = tables.obeyedSince(options.clockIsWrong ? '' : windowStart(now))
    room ??= allowance(bundlesIn(log))
    const obeyed = inForce.filter((withdrawal) => {
      const before = tables.obedience(withdrawal.index)
      const state = decide(withdrawal, { before, counted: recent.has(id), room: recent.size < (room ?? 0) })
      if (state !== before) {
        tables.setObedience(withdrawal.index, id, withdrawal.reason, withdrawal.approved, state, now)
        if (state === 'obeyed') options.onWithdrawn(id, withdrawal.index)
      }
      return state === 'obeyed'
    })
    apply(log, view, obeyed, now)
  }

  return {
    entry(event, bytes) {
      if (event.type === 'published' || event.type === 'version') {
        const statement = bundleStatement(bytes)
        if (statement !== undefined && included(statement)) want(event.index, statement)
      }
      if (event.type === 'withdrawn' || event.type === 'restored') changed.add(event.id)
      // What was not fetched because it was withdrawn is wanted again.
      if (event.type === 'restored') wantVersions(event.id)
    },
    settle() {
      for (const id of changed) settleOne(id)
      changed.clear()
    },
    again() {
      tables.unwantAll()
      home.bundles.forgetLogIndexes(0)
      for (const id of [...home.fold.bundleIds()]) {
        wantVersions(id)
        settleOne(id)
      }
    },
    settleOne,
  }
}

/** The row of the catalogue is what the server asks before every block. */
function apply({ tables }: FollowedLog, view: BundleView, obeyed: BundleView['withdrawals'], now: string): void {
  const reasonFor = (root: string | undefined): string | undefined => {
    const mine = obeyed.filter((withdrawal) => withdrawal.root === root)
    return (mine.find(({ reason }) => reason !== 'legal') ?? mine[0])?.reason
  }
  tables.setWithdrawn(view.id, reasonFor(undefined), now)
  for (const { root } of view.versions) tables.setVersionWithdrawn(root, reasonFor(root))
  // A version that came back has to be looked at: its files may be in the quarantine, or purged.
  const back = view.versions.filter(({ root }) => reasonFor(undefined) === undefined && reasonFor(root) === undefined)
  for (const { root, index } of back) {
    if (tables.isUnsound(root)) tables.want({ index, id: view.id, root, bytes: 0 })
  }
}

function bundlesIn({ home }: FollowedLog): number {
  return Number(home.db.statement('SELECT count(*) AS n FROM log_bundle').get()?.['n'] ?? 0)
}

/** What a `bundle/1` says; nothing for any other statement. */
export function bundleStatement(bytes: Uint8Array): BundleStatement | undefined {
  const parsed = parseStatement(bytes)
  return parsed.kind === 'known' && parsed.statement.type === 'bundle/1' ? parsed.statement : undefined
}
