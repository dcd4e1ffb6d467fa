/** The one door to the RFC 6962 tree: how it grows, what it proves, and what a reader believes. */
export {
  type ConsistencyClaim,
  type InclusionClaim,
  rootOfInclusion,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts'
export {
  assertSize,
  consistencyPath,
  type Frontier,
  type HashAt,
  inclusionPath,
  leafHash,
  nodeHash,
  openFrontier,
  rootFromHashes,
  treeRoot,
} from './merkle-tree.ts'
