import { verifyApprovals } from './approval.ts'
import type { ManifestErrorCode } from './errors.ts'
import type { FoldEvent, FoldResult } from './fold-events.ts'
import type { JsonObject } from './jcs.ts'
import { beginChain, extendChain, type Fault, genesisFault, type PolicyChain, policyFault } from './policy-walk.ts'
import type { Primitives } from './primitives.ts'
import type { FoldState } from './state.ts'
import { hexOf } from './statement-fields.ts'
import type { GenesisStatement, GoverningStatement, PolicyStatement, RepudiationStatement } from './statement-types.ts'

/** What the fold must know of the log that it reads. */
export interface FoldContext {
  /** The origin line of its checkpoints. */
  readonly origin: string
  /** Verifier keys that the reader accepts for this log, by its own policy or after the walk; the genesis must name one. */
  readonly logKeys: readonly string[]
  readonly primitives: Primitives
}

/** The part of the state that decides over the rest. */
export interface Governance {
  readonly chain: PolicyChain
  /** SHA-256 of the genesis statement, hex: with the origin, the name of this log. */
  readonly genesisSha256: string
  /** All ranges that were known when this fold began: R of §4.9. A new one is the reason for another fold. */
  readonly ranges: readonly Range[]
  /** Indices of the genesis and of all applied critical statements. @see manifest-v1 §5.4 */
  readonly governing: readonly number[]
  /** Index of the successor statement, and where the log goes on. */
  readonly ended?: { readonly index: number; readonly origin: string; readonly genesisSha256: string }
}

/** A half-open range of void entries. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** An entry with what its bytes turned out to be. */
export interface PlacedGoverning {
  readonly index: number
  readonly bytes: Uint8Array
  readonly statement: GoverningStatement
  readonly value: JsonObject
}

const GOVERNANCE = 'governance'
/** The one fact that outlives a refold. */
export const RANGES = 'ranges'

/** The last text that was parsed for a state; nearly every entry finds the governance unchanged. */
const parsed = new WeakMap<FoldState, { readonly text: string; readonly value: Governance }>()

/** Nothing before the genesis was applied. */
export function readGovernance(state: FoldState): Governance | undefined {
  const text = state.fact(GOVERNANCE)
  if (text === undefined) return undefined
  const known = parsed.get(state)
  if (known?.text === text) return known.value
  const value: unknown = JSON.parse(text)
  if (!isGovernance(value)) throw new TypeError('the state holds no governance of a log')
  parsed.set(state, { text, value })
  return value
}

/** Ranges of all repudiations that were applied, in this fold or in the one before it. */
function readRanges(state: FoldState): readonly Range[] {
  const value: unknown = JSON.parse(state.fact(RANGES) ?? '[]')
  return Array.isArray(value) ? value : []
}

/** Applies entry 0. @see manifest-v1 §4.2 */
export function applyGenesis(
  state: FoldState,
  entry: PlacedGoverning,
  genesis: GenesisStatement,
  context: FoldContext,
): FoldEvent {
  const { sha256 } = context.primitives
  const fault = genesisFault(genesis, { origin: context.origin, logKeys: context.logKeys, sha256 })
  if (fault !== undefined) return { type: 'halted', index: entry.index, ...fault }
  const digest = hexOf(sha256(entry.bytes))
  write(state, { chain: beginChain(genesis, digest), genesisSha256: digest, ranges: readRanges(state), governing: [0] })
  return { type: 'genesis', index: entry.index, origin: genesis.origin }
}

/** Applies a governing statement behind entry 0, or says why it is void. @see manifest-v1 §4.7 to §4.9 */
export function applyGoverning(
  state: FoldState,
  governance: Governance,
  entry: PlacedGoverning,
  primitives: Primitives,
): FoldResult {
  const { statement, index, value } = entry
  const { chain } = governance
  if (statement.type === 'genesis/1') return voided(index, 'GENESIS_MISPLACED', 'a genesis stands at index 0 only')
  if (statement.type === 'policy/1') return applyPolicy(state, governance, entry, statement, primitives)
  if (statement.type === 'repudiation/1' && statement.to > index) {
    return voided(index, 'REPUDIATION_RANGE', 'a repudiation reaches back, never to itself or beyond')
  }
  if (!verifyApprovals(value, chain.approvers, chain.origin, primitives)) {
    return voided(index, 'APPROVALS_MISSING', `a statement of type ${statement.type} needs approvals`)
  }
  const governing = [...governance.governing, index]
  if (statement.type === 'repudiation/1') {
    write(state, { ...governance, governing })
    return {
      event: { type: 'repudiated', index, from: statement.from, to: statement.to },
      refold: addRange(state, statement),
    }
  }
  const { origin, genesisSha256 } = statement
  write(state, { ...governance, governing, ended: { index, origin, genesisSha256 } })
  return { event: { type: 'successor', index, origin, genesisSha256 }, refold: false }
}

function applyPolicy(
  state: FoldState,
  governance: Governance,
  { index, bytes, value }: PlacedGoverning,
  policy: PolicyStatement,
  primitives: Primitives,
): FoldResult {
  const fault: Fault | undefined =
    policy.after.size > index
      ? { code: 'POLICY_CHAIN_BROKEN', message: 'the policy names a head that is larger than its own index' }
      : policyFault(governance.chain, policy, value, primitives)
  if (fault !== undefined) return voided(index, fault.code, fault.message)
  const chain = extendChain(governance.chain, policy, hexOf(primitives.sha256(bytes)))
  write(state, { ...governance, chain, governing: [...governance.governing, index] })
  return { event: { type: 'policy', index, seq: policy.seq }, refold: false }
}

/** Returns whether the range is new, and with it the past another one. */
function addRange(state: FoldState, { from, to }: RepudiationStatement): boolean {
  const ranges = readRanges(state)
  if (ranges.some((range) => range.from === from && range.to === to)) return false
  state.setFact(RANGES, JSON.stringify([...ranges, { from, to }]))
  return true
}

function write(state: FoldState, governance: Governance): void {
  state.setFact(GOVERNANCE, JSON.stringify(governance))
}

function voided(index: number, code: ManifestErrorCode, message: string): FoldResult {
  return { event: { type: 'problem', index, code, message }, refold: false }
}

function isGovernance(value: unknown): value is Governance {
  return typeof value === 'object' && value !== null && 'chain' in value && 'governing' in value
}
