import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import type { BlockSource } from './block-source.ts'
import { AddressError } from './errors.ts'
import { invalid, linksOf } from './unixfs-node.ts'

export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

export interface WalkOptions {
  readonly signal: AbortSignal
  /** Whether a block that stands in several places comes each time. @default false */
  readonly duplicates?: boolean
}

/** Far deeper than directories of bundles go; a limit, because a stranger's DAG may be a chain without end. */
const MAX_DEPTH = 64

/**
 * Reads all blocks below `root`, itself first, depth first, links in order. Without duplicates, memory grows with the
 * number of distinct blocks (about 100 bytes each), otherwise with the depth alone; a small hostile DAG can then have
 * more places than anybody can read, so readers of strangers' DAGs leave duplicates out.
 *
 * @throws {AddressError} `CONTENT_UNKNOWN` when the source never had `root`, `BLOCK_MISSING` for any other block,
 * `BLOCK_DAMAGED`, `FILE_CHANGING`, `DAG_INVALID` beyond 64 levels or for a codec other than raw and dag-pb.
 */
export async function* walkDag(
  source: BlockSource,
  root: CID,
  { signal, duplicates = false }: WalkOptions,
): AsyncGenerator<Block, void, void> {
  const pending = [{ cid: root, depth: 0 }]
  const seen = new Set<string>()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal.throwIfAborted()
    const { cid, depth } = next
    if (!duplicates && isSecond(seen, cid)) continue
    const bytes = await source.readBlock(cid, { signal })
    if (bytes === undefined) {
      throw new AddressError(depth === 0 ? 'CONTENT_UNKNOWN' : 'BLOCK_MISSING', `${cidText(cid)} is not in this store`)
    }
    const links = linksOf(cid, bytes)
    if (links.length > 0 && depth === MAX_DEPTH) throw invalid(root, `a DAG of more than ${MAX_DEPTH} levels`)
    yield { cid, bytes }
    for (const link of links.toReversed()) pending.push({ cid: link, depth: depth + 1 })
  }
}

function isSecond(seen: Set<string>, cid: CID): boolean {
  const key = Buffer.from(cid.bytes).toString('latin1')
  if (seen.has(key)) return true
  seen.add(key)
  return false
}
