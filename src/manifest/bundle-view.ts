import { type BundleCopy, type BundleVersion, newestVersion, readRecord, type Withdrawal } from './bundle-record.ts'
import type { FoldState } from './state.ts'
import type { OriginalState, StatementFile } from './statement-types.ts'

export type VersionState = 'published' | 'superseded' | 'withdrawn'

/** An original with what was last seen there. */
export interface OriginalView {
  readonly key: string
  /** As the statement says; absent for keys that `original/1` added. */
  readonly url?: string
  readonly publishedAt?: string
  readonly state?: OriginalState
  /** When that was seen, by the publisher's word. */
  readonly stateAt?: string
}

/** What the log says of one bundle: what lookups print. */
export interface BundleView {
  readonly id: string
  /** Of the newest version. */
  readonly root: string
  /** Index of the statement of the newest version. */
  readonly index: number
  readonly at: string
  readonly state: 'published' | 'withdrawn'
  readonly profile: string
  readonly bytes: number
  readonly filesSha256: string
  readonly fileCount: number
  readonly originals: readonly OriginalView[]
  /** Main media of the newest version; empty when withdrawn. */
  readonly files: readonly StatementFile[]
  /** Empty when withdrawn. */
  readonly copies: readonly BundleCopy[]
  /** Oldest first. */
  readonly versions: readonly (BundleVersion & { readonly state: VersionState })[]
  /** All that are in force, legal ones of every jurisdiction included. */
  readonly withdrawals: readonly Withdrawal[]
}

/**
 * Returns what the log says of a bundle, or nothing when the id is not in the log.
 *
 * @param options.jurisdictions - where the reader is bound: legal withdrawals of these count as withdrawals.
 * @see manifest-v1 §4.5
 */
export function bundleView(
  state: FoldState,
  id: string,
  options: { readonly jurisdictions?: readonly string[] } = {},
): BundleView | undefined {
  const record = readRecord(state, id)
  if (record === undefined) return undefined
  const newest = newestVersion(record)
  const binding = record.withdrawals.filter(
    ({ jurisdiction }) => jurisdiction === undefined || options.jurisdictions?.includes(jurisdiction) === true,
  )
  const isWithdrawn = (root: string): boolean => binding.some((withdrawal) => (withdrawal.root ?? root) === root)
  const withdrawn = isWithdrawn(newest.root)
  const { profile, bytes, filesSha256, fileCount, withdrawals } = record
  return {
    ...{ id, root: newest.root, index: newest.index, at: newest.at, state: withdrawn ? 'withdrawn' : 'published' },
    ...{ profile, bytes, filesSha256, fileCount, withdrawals },
    originals: originalsOf(record),
    files: withdrawn ? [] : record.files,
    copies: withdrawn ? [] : record.copies.filter(({ root }) => !isWithdrawn(root)),
    versions: record.versions.map((version) => ({
      ...version,
      state: isWithdrawn(version.root) ? 'withdrawn' : version === newest ? 'published' : 'superseded',
    })),
  }
}

function originalsOf(record: Parameters<typeof newestVersion>[0]): OriginalView[] {
  const observed = new Map(record.observed.map((original) => [original.key, original]))
  const own = new Set(record.originals.map(({ key }) => key))
  const added = record.observed.filter(({ key, adds }) => adds && !own.has(key)).map(({ key }) => ({ key }))
  return [...record.originals, ...added].map((original) => {
    const seen = observed.get(original.key)
    return seen?.state === undefined ? original : { ...original, state: seen.state, stateAt: seen.at }
  })
}
