import { inclusionPath } from '../manifest/merkle.ts'
import type { Sha256 } from '../manifest/primitives.ts'
import { hashAtFromTiles } from '../manifest/tiles.ts'
import type { TreeHead } from '../model/tree-head.ts'
import type { Journal } from '../store/journal.ts'
import { openLogTiles } from './log-tiles.ts'

/** The own log under one of its heads, one whose tiles are written. */
export interface OwnLog {
  /** The manifest directory. */
  readonly directory: string
  readonly journal: Journal
  readonly sha256: Sha256
  readonly head: TreeHead
}

/** The audit path of an entry under the log's head. */
export function inclusionProof({ directory, journal, sha256, head }: OwnLog, index: number): Uint8Array[] {
  const tiles = openLogTiles(directory, journal, sha256, head)
  const hashAt = hashAtFromTiles(sha256, head.size, (level, n) => tiles.tile(head.size, level, n))
  return inclusionPath(sha256, index, head.size, hashAt)
}
