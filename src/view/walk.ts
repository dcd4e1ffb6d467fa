import type { CID } from 'multiformats/cid'
import { ViewError } from './errors.ts'
import type { DagLimits } from './limits.ts'
import type { ReadServed } from './served-blocks.ts'
import { decodeNode, type UnixFsNode } from './unixfs-node.ts'

/** How much of a DAG is meant. Source: trustless-gateway, `dag-scope`. */
export type DagScope = 'block' | 'entity' | 'all'

/** Bytes of a file; `end` is exclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** One block that the walk came to. */
export interface Visit {
  readonly cid: CID
  readonly block: Uint8Array
  readonly node: UnixFsNode
  /** Where the node's first byte stands in its file; 0 outside files. */
  readonly offset: number
}

export interface WalkOptions {
  readonly scope: DagScope
  /** Of the file at `start`: what lies wholly outside is left out. Ignored for directories. */
  readonly range?: ByteRange | undefined
  readonly limits: DagLimits
  /** Asked before a node is read; true passes over it and over all that is below. */
  readonly passOver?: ((cid: CID) => boolean) | undefined
}

interface Pending {
  readonly cid: CID
  readonly depth: number
  readonly offset: number
  /** Bytes of the file that the parent says lie below; absent outside files. */
  readonly size?: number
}

/**
 * Goes through a DAG depth first, parents before children, links in order, the same block as often as it is linked
 * (`order=dfs; dups=y`). Memory is bounded by the links of the nodes on one path, however large the DAG is.
 *
 * @throws {ViewError} `DAG_TOO_LARGE` beyond a limit, `DAG_MALFORMED` when a file's part has another size than claimed,
 * `DAG_UNSUPPORTED`; and what `read` throws.
 */
export async function* walkDag(read: ReadServed, start: CID, options: WalkOptions): AsyncGenerator<Visit> {
  const { scope, limits, passOver } = options
  const pending: Pending[] = [{ cid: start, depth: 1, offset: 0 }]
  let bytes = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > limits.depth) throw new ViewError('DAG_TOO_LARGE', `the DAG is deeper than ${limits.depth} nodes`)
    if (passOver?.(next.cid) === true) continue
    const block = await read(next.cid)
    // A CID counts too: a DAG may link to the same empty block without end.
    bytes += block.length + next.cid.bytes.length
    if (bytes > limits.bytes) throw new ViewError('DAG_TOO_LARGE', 'the DAG is larger than this server sends at once')
    const node = scope === 'block' ? undefined : decodeNode(next.cid, block)
    if (node !== undefined) requireClaimedSize(node, next.size)
    yield { cid: next.cid, block, offset: next.offset, node: node ?? { kind: 'other', links: [] } }
    if (node === undefined) return
    for (const child of childrenOf(node, next, options).reverse()) pending.push(child)
  }
}

function childrenOf(node: UnixFsNode, parent: Pending, { scope, range }: WalkOptions): Pending[] {
  const depth = parent.depth + 1
  switch (node.kind) {
    case 'leaf':
      return []
    case 'file':
      return partsOf(node, parent, range)
    case 'shard': {
      const links = scope === 'all' ? node.links : node.links.filter(({ name }) => name.length === node.prefixLength)
      return links.map(({ cid }) => ({ cid, depth, offset: 0 }))
    }
    default:
      return scope === 'all' ? node.links.map(({ cid }) => ({ cid, depth, offset: 0 })) : []
  }
}

function partsOf(node: Extract<UnixFsNode, { kind: 'file' }>, parent: Pending, range?: ByteRange): Pending[] {
  let offset = parent.offset + node.inline.length
  const parts: Pending[] = []
  for (const { cid, size } of node.links) {
    const meant = range === undefined || (offset < range.end && offset + size > range.start)
    if (meant) parts.push({ cid, depth: parent.depth + 1, offset, size })
    offset += size
  }
  return parts
}

/** A part of another size would shift all that follows it, and make an answer shorter or longer than its head said. */
function requireClaimedSize(node: UnixFsNode, claimed: number | undefined): void {
  if (claimed === undefined) return
  const size = node.kind === 'leaf' || node.kind === 'file' ? node.size : undefined
  if (size !== claimed) throw new ViewError('DAG_MALFORMED', 'a part of a file has another size than its node says')
}

/** The bytes of a file, part by part; exactly `range.end - range.start` of them, or it throws. */
export async function* readFileBytes(
  read: ReadServed,
  file: CID,
  range: ByteRange,
  limits: DagLimits,
): AsyncGenerator<Uint8Array> {
  if (range.start >= range.end) return
  for await (const { node, offset } of walkDag(read, file, { scope: 'entity', range, limits })) {
    if (node.kind !== 'leaf' && node.kind !== 'file')
      throw new ViewError('DAG_MALFORMED', 'a part of a file is not a file')
    const from = Math.max(0, range.start - offset)
    const to = Math.min(node.inline.length, range.end - offset)
    if (from < to) yield node.inline.subarray(from, to)
  }
}
