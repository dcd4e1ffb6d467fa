import { verifyApprovals } from './approval.ts'
import { ManifestError, type ManifestErrorCode } from './errors.ts'
import { applyBundleFact } from './fold-bundle.ts'
import type { FoldEvent, FoldResult } from './fold-events.ts'
import {
  applyGenesis,
  applyGoverning,
  type FoldContext,
  type Governance,
  RANGES,
  readGovernance,
} from './governance.ts'
import type { FoldState } from './state.ts'
import { type ParsedStatement, parseStatement } from './statement.ts'
import type { IndexStatement } from './statement-types.ts'

/** One statement as it stands in the log. */
export interface Entry {
  readonly index: number
  readonly bytes: Uint8Array
  /** What `parseStatement` says of exactly these bytes, where the caller knows it already. */
  readonly parsed?: ParsedStatement
}

/** How far the fold has come, and what it met. */
export interface FoldStatus {
  /** Number of entries that were looked at; the next one has this index. */
  readonly next: number
  /** Malformed and void entries among them. */
  readonly problems: number
  /** Where the fold halted, and why; the state is that of this size. */
  readonly halted?: { readonly index: number; readonly code: ManifestErrorCode; readonly message: string }
  /** The newest `index/1` that was applied. */
  readonly index?: { readonly index: number; readonly bits: number; readonly root: string }
}

const NEXT = 'next'
const PROBLEMS = 'problems'
const HALTED = 'halted'
const NEWEST_INDEX = 'index'

/**
 * Applies one entry: the one function that publisher, mirrors and readers share. Pure but for `state`. Call it inside a
 * transaction; if that is rolled back, nothing has happened.
 *
 * @param options.sparse - entries may be missing between this one and the last, as in a shard of the index.
 * @throws {ManifestError} `ENTRY_OUT_OF_ORDER`: the caller left out or repeated an entry.
 * @see manifest-v1 §4
 */
export function applyEntry(
  state: FoldState,
  entry: Entry,
  context: FoldContext,
  options: { readonly sparse?: boolean } = {},
): FoldResult {
  const next = Number(state.fact(NEXT) ?? 0)
  if (entry.index < next || (entry.index > next && options.sparse !== true)) {
    throw new ManifestError('ENTRY_OUT_OF_ORDER', `entry ${entry.index} came where entry ${next} was expected`)
  }
  state.setFact(NEXT, String(entry.index + 1))
  const result = decide(state, entry, context)
  const { event } = result
  if (event.type === 'problem') state.setFact(PROBLEMS, String(Number(state.fact(PROBLEMS) ?? 0) + 1))
  if (event.type === 'halted') {
    state.setFact(HALTED, JSON.stringify({ index: event.index, code: event.code, message: event.message }))
  }
  return result
}

/** Forgets all but the ranges that are void, before all entries are applied again. @see manifest-v1 §4.9 */
export function prepareRefold(state: FoldState): void {
  const ranges = state.fact(RANGES)
  state.clear()
  if (ranges !== undefined) state.setFact(RANGES, ranges)
}

/**
 * Folds on to `size`, from where the state stands, and starts again from 0 whenever a repudiation changes the past.
 *
 * @param entryBytes - called with ascending indices, again from 0 after a refold.
 * @param onEvent - hears of every entry; `onRefold` tells that all that was heard before is void.
 */
export function foldLog(
  state: FoldState,
  log: { readonly size: number; readonly entryBytes: (index: number) => Uint8Array },
  context: FoldContext,
  listeners: { readonly onEvent?: (event: FoldEvent) => void; readonly onRefold?: () => void } = {},
): void {
  for (let index = readStatus(state).next; index < log.size; index++) {
    const { event, refold } = applyEntry(state, { index, bytes: log.entryBytes(index) }, context)
    listeners.onEvent?.(event)
    if (!refold) continue
    prepareRefold(state)
    listeners.onRefold?.()
    index = -1
  }
}

export function readStatus(state: FoldState): FoldStatus {
  const halted = state.fact(HALTED)
  const index = state.fact(NEWEST_INDEX)
  return {
    next: Number(state.fact(NEXT) ?? 0),
    problems: Number(state.fact(PROBLEMS) ?? 0),
    ...(halted === undefined ? {} : { halted: JSON.parse(halted) }),
    ...(index === undefined ? {} : { index: JSON.parse(index) }),
  }
}

function decide(state: FoldState, entry: Entry, context: FoldContext): FoldResult {
  const { index, bytes, parsed = parseStatement(bytes) } = entry
  if (index === 0) return only(decideFirst(state, entry, parsed, context))
  const governance = readGovernance(state)
  if (governance === undefined) return only({ type: 'skipped', index })
  if (governance.ended !== undefined) return only(problem(index, 'LOG_ENDED', 'the log has a successor'))
  if (parsed.kind === 'malformed') return only(problem(index, parsed.code, parsed.message))
  if (parsed.kind === 'known') {
    const { statement, value } = parsed
    const { type } = statement
    if (type === 'genesis/1' || type === 'policy/1' || type === 'repudiation/1' || type === 'successor/1') {
      return applyGoverning(state, governance, { index, bytes, statement, value }, context.primitives)
    }
  }
  return only(decideContent(state, index, parsed, governance, context))
}

/** @see manifest-v1 §4.2 */
function decideFirst(
  state: FoldState,
  { index, bytes }: Entry,
  parsed: ParsedStatement,
  context: FoldContext,
): FoldEvent {
  if (parsed.kind !== 'known' || parsed.statement.type !== 'genesis/1') {
    return { type: 'halted', index, code: 'GENESIS_MISSING', message: 'entry 0 is no genesis/1 statement' }
  }
  const { statement, value } = parsed
  return applyGenesis(state, { index, bytes, statement, value }, statement, context)
}

function decideContent(
  state: FoldState,
  index: number,
  parsed: Exclude<ParsedStatement, { kind: 'malformed' }>,
  { chain, ranges }: Governance,
  { primitives }: FoldContext,
): FoldEvent {
  const approved = verifyApprovals(parsed.value, chain.approvers, chain.origin, primitives)
  // §4.9: what people approved stands, even in the middle of what a thief wrote.
  if (!approved && ranges.some(({ from, to }) => from <= index && index < to)) {
    return problem(index, 'STATEMENT_REPUDIATED', 'the statement was repudiated')
  }
  if (state.fact(HALTED) !== undefined) return { type: 'skipped', index }
  if (parsed.kind === 'unknown') {
    if (!parsed.critical) return { type: 'ignored', index, statementType: parsed.type }
    return {
      type: 'halted',
      index,
      code: 'UPDATE_NEEDED',
      message: `this program does not know statements of type ${parsed.type}`,
    }
  }
  const { statement } = parsed
  switch (statement.type) {
    case 'index/1':
      return applyIndex(state, index, statement)
    case 'genesis/1':
    case 'policy/1':
    case 'repudiation/1':
    case 'successor/1':
      throw new TypeError('governing statements are no content')
    default:
      return applyBundleFact(state, { index, statement, approved }, primitives.sha256)
  }
}

/** @see manifest-v1 §4.11 */
function applyIndex(state: FoldState, index: number, { size, bits, root }: IndexStatement): FoldEvent {
  if (size !== index) return problem(index, 'INDEX_MISPLACED', 'an index covers exactly the entries before it')
  state.setFact(NEWEST_INDEX, JSON.stringify({ index, bits, root }))
  return { type: 'index', index, size, bits, root }
}

function problem(index: number, code: ManifestErrorCode, message: string): FoldEvent {
  return { type: 'problem', index, code, message }
}

function only(event: FoldEvent): FoldResult {
  return { event, refold: false }
}
