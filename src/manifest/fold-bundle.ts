import {
  type BundleCopy,
  type BundleRecord,
  newestVersion,
  type ObservedOriginal,
  readRecord,
  type Withdrawal,
  writeRecord,
} from './bundle-record.ts'
import type { ManifestErrorCode } from './errors.ts'
import type { FoldEvent } from './fold-events.ts'
import { type IndexKind, keysOfStatement, rowKey } from './index-key.ts'
import type { Sha256 } from './primitives.ts'
import type { FoldState } from './state.ts'
import type {
  BundleFact,
  BundleStatement,
  CopyStatement,
  OriginalStatement,
  RestoreStatement,
  WithdrawalStatement,
} from './statement-types.ts'

/** Applied `bundle/1`, `original/1` and `copy/1` of one bundle. Source: manifest-v1 §4.3. */
const MAX_COUNTED = 256
/** Unapproved legal withdrawals in force for one bundle. Source: manifest-v1 §4.5. */
const MAX_UNAPPROVED_LEGAL = 64

type Outcome =
  | { readonly record: BundleRecord; readonly event: FoldEvent }
  | { readonly code: ManifestErrorCode; readonly message: string }

/** What a statement links, hashed once for looking up and for linking. */
type HashedKeys = readonly { readonly kind: IndexKind; readonly hash: Uint8Array }[]

/** A statement about a bundle at its place in the log. */
export interface PlacedFact {
  readonly index: number
  readonly statement: BundleFact
  /** Whether it carries approvals that are valid here. */
  readonly approved: boolean
}

/** Applies a statement about one bundle, or says why it is void; it touches and links only when it is applied. */
export function applyBundleFact(state: FoldState, fact: PlacedFact, sha256: Sha256): FoldEvent {
  const { index, statement } = fact
  const keys = keysOfStatement(statement).map(({ kind, value }) => ({ kind, hash: rowKey(sha256, kind, value) }))
  const outcome = decide(state, fact, keys)
  if ('code' in outcome) return { type: 'problem', index, ...outcome, id: statement.id }
  writeRecord(state, statement.id, outcome.record)
  state.touch(statement.id, index)
  state.link(
    keys.map(({ hash }) => hash),
    statement.id,
  )
  return outcome.event
}

function decide(state: FoldState, fact: PlacedFact, keys: HashedKeys): Outcome {
  const { index, statement, approved } = fact
  const record = readRecord(state, statement.id)
  if (statement.type === 'bundle/1') return decideBundle(state, record, statement, index, keys)
  if (record === undefined) return { code: 'BUNDLE_UNKNOWN', message: 'the log has no bundle with this id' }
  if (statement.root !== undefined && !record.versions.some(({ root }) => root === statement.root)) {
    return { code: 'BUNDLE_UNKNOWN', message: 'the bundle has no version with this root' }
  }
  switch (statement.type) {
    case 'original/1':
      return decideOriginal(record, statement, index)
    case 'copy/1':
      return decideCopy(record, statement, index)
    case 'withdrawal/1':
      return decideWithdrawal(record, statement, index, approved)
    case 'restore/1':
      return decideRestore(record, statement, index, approved)
  }
}

/** @see manifest-v1 §4.3 */
function decideBundle(
  state: FoldState,
  record: BundleRecord | undefined,
  statement: BundleStatement,
  index: number,
  keys: HashedKeys,
): Outcome {
  const { id, root, at, replaces } = statement
  const fault = record === undefined ? newBundleFault(statement) : versionFault(record, statement)
  if (fault !== undefined) return fault
  const others = keys.flatMap(({ kind, hash }) => (kind === 'root' ? state.idsOf(hash) : []))
  if (others.some((other) => other !== id)) {
    return { code: 'ROOT_TAKEN', message: 'this root is that of another bundle' }
  }
  const { profile, bytes, filesSha256, fileCount, files, originals } = statement
  const old = record ?? { versions: [], counted: 0, observed: [], copies: [], withdrawals: [] }
  const versions = [...old.versions, { index, root, at }]
  const newest = { profile, bytes, filesSha256, fileCount, files, originals }
  return {
    record: { ...old, ...newest, versions, counted: old.counted + 1 },
    event:
      replaces === undefined ? { type: 'published', index, id, root } : { type: 'version', index, id, root, replaces },
  }
}

function newBundleFault(statement: BundleStatement): Outcome | undefined {
  if (statement.replaces === undefined) return undefined
  return { code: 'REPLACES_WRONG', message: 'it replaces a version of a bundle that the log does not have' }
}

function versionFault(record: BundleRecord, { root, replaces }: BundleStatement): Outcome | undefined {
  const newest = newestVersion(record)
  if (replaces === undefined) return { code: 'BUNDLE_ID_TAKEN', message: 'the log has a bundle with this id' }
  if (replaces !== newest.index)
    return { code: 'REPLACES_WRONG', message: 'it replaces what is not the newest version' }
  if (root === newest.root) return { code: 'STATEMENT_DUPLICATE', message: 'the newest version has this root already' }
  const forbids = (withdrawal: Withdrawal): boolean =>
    withdrawal.reason !== 'legal' && (withdrawal.root === undefined || withdrawal.root === root)
  if (record.withdrawals.some(forbids))
    return { code: 'BUNDLE_WITHDRAWN', message: 'the bundle, or this root of it, is withdrawn' }
  return record.counted < MAX_COUNTED ? undefined : FULL
}

const FULL: Outcome = { code: 'BUNDLE_FULL', message: `a bundle has at most ${MAX_COUNTED} statements` }

/** @see manifest-v1 §4.4 */
function decideOriginal(record: BundleRecord, statement: OriginalStatement, index: number): Outcome {
  const { id, key, at, state, evidenceSha256 } = statement
  if (record.counted >= MAX_COUNTED) return FULL
  const own = record.originals.some((original) => original.key === key)
  const before = record.observed.find((observed) => observed.key === key)
  const adds = before?.adds === true || !own
  if (state === undefined && (own || before?.adds === true)) {
    return { code: 'STATEMENT_DUPLICATE', message: 'the bundle has this original already' }
  }
  const observed: ObservedOriginal = {
    ...{ key, adds, index, at },
    ...(state === undefined ? {} : { state }),
    ...(evidenceSha256 === undefined ? {} : { evidenceSha256 }),
  }
  const others = record.observed.filter((other) => other.key !== key)
  return {
    record: { ...record, observed: [...others, observed], counted: record.counted + 1 },
    event: { type: 'original', index, id, key, ...(state === undefined ? {} : { state }) },
  }
}

/** @see manifest-v1 §4.4 */
function decideCopy(record: BundleRecord, statement: CopyStatement, index: number): Outcome {
  const { id, root, file, target, key, ids, equality } = statement
  if (record.counted >= MAX_COUNTED) return FULL
  const isSame = (other: BundleCopy): boolean => other.root === root && other.file === file && other.key === key
  const before = record.copies.find(isSame)
  const copy: BundleCopy = { index, root, file, target, key, ids, equality }
  if (before !== undefined && sameCopy(before, copy)) {
    return { code: 'STATEMENT_DUPLICATE', message: 'this copy is recorded already' }
  }
  const copies = [...record.copies.filter((other) => !isSame(other)), copy]
  return { record: { ...record, copies, counted: record.counted + 1 }, event: { type: 'copy', index, id, root, key } }
}

function sameCopy(a: BundleCopy, b: BundleCopy): boolean {
  const names = Object.keys(a.ids)
  return (
    a.target === b.target &&
    a.equality === b.equality &&
    names.length === Object.keys(b.ids).length &&
    names.every((name) => a.ids[name] === b.ids[name])
  )
}

/** @see manifest-v1 §4.5 */
function decideWithdrawal(
  record: BundleRecord,
  statement: WithdrawalStatement,
  index: number,
  approved: boolean,
): Outcome {
  const { id, at, root, reason, jurisdiction } = statement
  const isSame = (other: Withdrawal): boolean =>
    other.root === root && other.reason === reason && other.jurisdiction === jurisdiction
  const before = record.withdrawals.find(isSame)
  if (before !== undefined && (before.approved || !approved)) {
    return { code: 'STATEMENT_DUPLICATE', message: 'this is withdrawn already' }
  }
  const isFull =
    record.withdrawals.filter((other) => other.reason === 'legal' && !other.approved).length >= MAX_UNAPPROVED_LEGAL
  if (reason === 'legal' && !approved && isFull) return FULL
  const about = {
    ...(root === undefined ? {} : { root }),
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    reason,
    approved,
  }
  const withdrawals = [...record.withdrawals.filter((other) => !isSame(other)), { index, at, ...about }]
  return { record: { ...record, withdrawals }, event: { type: 'withdrawn', index, id, ...about } }
}

/** @see manifest-v1 §4.6 */
function decideRestore(record: BundleRecord, statement: RestoreStatement, index: number, approved: boolean): Outcome {
  const { id, root } = statement
  if (!approved) return { code: 'APPROVALS_MISSING', message: 'a restore needs approvals' }
  const withdrawals = record.withdrawals.filter((withdrawal) => withdrawal.root !== root)
  if (withdrawals.length === record.withdrawals.length)
    return { code: 'NOT_WITHDRAWN', message: 'there is no such withdrawal' }
  return {
    record: { ...record, withdrawals },
    event: { type: 'restored', index, id, ...(root === undefined ? {} : { root }) },
  }
}
