/**
 * The formats of the manifest (docs/spec/manifest-v1.md), without I/O and without `node:`: parse, check, prove, fold.
 * Cryptography comes as a parameter: `noblePrimitives` everywhere, `nodePrimitives` of `holdfast` on Node.js.
 */
export { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
export { approve, verifyApprovals } from './approval.ts'
export { type BundleView, bundleView, type OriginalView, type VersionState } from './bundle-view.ts'
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
export { type Candidate, type CosignRefusal, openCandidate, type Refused, refusalOf } from './cosign-rule.ts'
export { MANIFEST_ERROR_CODES, ManifestError, type ManifestErrorCode } from './errors.ts'
export { explainPolicy, type PolicyExplained } from './explain-policy.ts'
export { applyEntry, type Entry, type FoldStatus, foldLog, readStatus } from './fold.ts'
export type { FoldEvent } from './fold-events.ts'
export type { FoldContext } from './governance.ts'
export {
  formatHeldList,
  formatHoldings,
  type Holdings,
  parseHeldList,
  requireListOf,
  type SignedHoldings,
  signHoldings,
  verifyHoldings,
} from './holdings.ts'
export { type IndexKind, rowKey } from './index-key.ts'
export { lookup } from './index-lookup.ts'
export { parseShard, type Shard, shardOfKey, shardPath } from './index-shard.ts'
export { encodeJcs, type JsonObject, type JsonValue, parseStrictJson } from './jcs.ts'
export { memoryState } from './memory-state.ts'
export { mergeCosignatures } from './merge-cosignatures.ts'
export { noblePrimitives } from './noble-primitives.ts'
export { formatSignedNote, parseSignedNote, type SignatureLine, type SignedNote } from './note.ts'
export { formatPolicy, type Policy, parsePolicy, policyOfVkey } from './policy.ts'
export { type PolicyChain, type PolicyWalk, walkPolicies } from './policy-walk.ts'
export type { Primitives, Sha256 } from './primitives.ts'
export { formatTlogProof, parseTlogProof, type TlogProof, verifyTlogProof } from './proof.ts'
export { cosign, type Signer, signCheckpoint } from './signer.ts'
export type { FoldState } from './state.ts'
export type {
  Approval,
  Approvers,
  BundleFact,
  BundleStatement,
  CopyStatement,
  GenesisStatement,
  GoverningStatement,
  IndexStatement,
  LogReference,
  OriginalState,
  OriginalStatement,
  ParsedStatement,
  PolicyStatement,
  RepudiationStatement,
  RestoreStatement,
  Statement,
  StatementFile,
  StatementOriginal,
  SuccessorStatement,
  WithdrawalReason,
  WithdrawalStatement,
} from './statement.ts'
export { encodeStatement, parseStatement } from './statement.ts'
export { entriesPath, tilePath, tilesForConsistency, tilesForInclusion } from './tiles.ts'
export { type Cosignature, requireQuorum, type VerifiedCheckpoint, verifyCheckpoint } from './verify-checkpoint.ts'
export { formatVkey, parseVkey, type VerifierKey } from './vkey.ts'
