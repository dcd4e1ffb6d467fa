import type { FoldState } from './state.ts'
import type {
  CopyStatement,
  OriginalState,
  StatementFile,
  StatementOriginal,
  WithdrawalReason,
} from './statement-types.ts'

/** One `bundle/1` that was applied. */
export interface BundleVersion {
  readonly index: number
  readonly root: string
  readonly at: string
}

/** What `original/1` statements say of a key: the newest observation, and whether the key is theirs. */
export interface ObservedOriginal {
  readonly key: string
  /** The statement added the key; it is not one of the bundle's own. */
  readonly adds: boolean
  readonly index: number
  readonly at: string
  readonly state?: OriginalState
  readonly evidenceSha256?: string
}

/** A copy at a target, as its newest statement says. */
export type BundleCopy = Pick<CopyStatement, 'root' | 'file' | 'target' | 'key' | 'ids' | 'equality'> & {
  readonly index: number
}

/** A withdrawal that is in force. */
export interface Withdrawal {
  readonly index: number
  readonly at: string
  readonly root?: string
  readonly reason: WithdrawalReason
  readonly jurisdiction?: string
  readonly approved: boolean
}

/** Everything the fold keeps of one bundle. Its size is bounded by manifest-v1 §4.3 and §4.5. */
export interface BundleRecord {
  /** Oldest first, never empty. */
  readonly versions: readonly BundleVersion[]
  /** Applied statements that count towards the limit of §4.3. */
  readonly counted: number
  readonly profile: string
  readonly bytes: number
  readonly filesSha256: string
  readonly fileCount: number
  /** Of the newest version. */
  readonly files: readonly StatementFile[]
  /** Of the newest version. */
  readonly originals: readonly StatementOriginal[]
  readonly observed: readonly ObservedOriginal[]
  readonly copies: readonly BundleCopy[]
  readonly withdrawals: readonly Withdrawal[]
}

export function readRecord(state: FoldState, id: string): BundleRecord | undefined {
  const text = state.bundle(id)
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  if (!isRecord(value)) throw new TypeError(`the state holds no record of a bundle under ${id}`)
  return value
}

export function writeRecord(state: FoldState, id: string, record: BundleRecord): void {
  state.setBundle(id, JSON.stringify(record))
}

export function newestVersion(record: BundleRecord): BundleVersion {
  const newest = record.versions.at(-1)
  if (newest === undefined) throw new TypeError('a bundle has no version')
  return newest
}

/** The state is written by the fold alone; this tells a foreign or older value from one of ours, no more. */
function isRecord(value: unknown): value is BundleRecord {
  return (
    typeof value === 'object' && value !== null && 'versions' in value && 'withdrawals' in value && 'observed' in value
  )
}
