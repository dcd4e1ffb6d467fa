import type { CID } from 'multiformats/cid'
import { ViewError } from './errors.ts'
import type { DagLimits } from './limits.ts'
import type { ReadServed } from './served-blocks.ts'
import { decodeNode, type NamedLink, type UnixFsNode } from './unixfs-node.ts'
import { walkDag } from './walk.ts'

/** Where a path leads. */
export interface Resolved {
  /** What the last name means; the root itself for an empty path. */
  readonly terminal: CID
  /** One CID a name, the root first. Source: path-gateway, `X-Ipfs-Roots`. */
  readonly roots: readonly CID[]
  /** Every block that had to be read to get there, in order, without the terminal's own. */
  readonly trail: readonly CID[]
}

/**
 * Follows names down from a root.
 *
 * @throws {ViewError} `NOT_SERVED` when a name is not there; and what `read` throws.
 */
export async function resolvePath(
  read: ReadServed,
  root: CID,
  segments: readonly string[],
  limits: DagLimits,
): Promise<Resolved> {
  const roots = [root]
  const trail: CID[] = []
  let terminal = root
  for (const [i, segment] of segments.entries()) {
    const found = await findName(read, terminal, segment, limits)
    if (found === undefined)
      throw new ViewError('NOT_SERVED', `there is no such name here (number ${i + 1} of the path)`)
    trail.push(...found.trail)
    terminal = found.cid
    roots.push(terminal)
  }
  return { terminal, roots, trail }
}

/** The names of a directory, at most `limit` of them; nothing when the node is none. */
export async function listNames(
  read: ReadServed,
  directory: CID,
  node: UnixFsNode,
  limit: number,
  limits: DagLimits,
): Promise<string[] | undefined> {
  if (node.kind === 'directory') return node.links.slice(0, limit).map(({ name }) => name)
  if (node.kind !== 'shard') return undefined
  const names: string[] = []
  for await (const { links, prefixLength } of shardsOf(read, directory, limits)) {
    names.push(...links.filter(({ name }) => name.length > prefixLength).map(({ name }) => name.slice(prefixLength)))
    if (names.length >= limit) break
  }
  return names.slice(0, limit)
}

async function findName(
  read: ReadServed,
  directory: CID,
  name: string,
  limits: DagLimits,
): Promise<{ cid: CID; trail: CID[] } | undefined> {
  const node = decodeNode(directory, await read(directory))
  if (node.kind === 'directory') {
    const link = node.links.find((candidate) => candidate.name === name)
    return link && { cid: link.cid, trail: [directory] }
  }
  return node.kind === 'shard' ? await findInShards(read, directory, name, limits) : undefined
}

/** Searches the parts instead of hashing the name: sharded directories are rare here, and the blocks found are the same. */
async function findInShards(
  read: ReadServed,
  directory: CID,
  name: string,
  limits: DagLimits,
): Promise<{ cid: CID; trail: CID[] } | undefined> {
  const parents = new Map<string, CID>()
  for await (const { cid, links, prefixLength } of shardsOf(read, directory, limits)) {
    const link = links.find(
      (candidate) => candidate.name.length > prefixLength && candidate.name.slice(prefixLength) === name,
    )
    if (link !== undefined) return { cid: link.cid, trail: trailTo(cid, parents) }
    for (const child of links.filter((candidate) => candidate.name.length === prefixLength))
      parents.set(`${child.cid}`, cid)
  }
  return undefined
}

interface Shard {
  readonly cid: CID
  readonly links: readonly NamedLink[]
  readonly prefixLength: number
}

async function* shardsOf(read: ReadServed, directory: CID, limits: DagLimits): AsyncGenerator<Shard> {
  let shards = 0
  for await (const { cid, node } of walkDag(read, directory, { scope: 'entity', limits })) {
    shards += 1
    if (shards > limits.shards)
      throw new ViewError('DAG_TOO_LARGE', 'the directory is larger than this server searches')
    if (node.kind !== 'shard') throw new ViewError('DAG_MALFORMED', 'a part of a sharded directory is something else')
    yield { cid, links: node.links, prefixLength: node.prefixLength }
  }
}

function trailTo(shard: CID, parents: ReadonlyMap<string, CID>): CID[] {
  const trail = [shard]
  for (let parent = parents.get(`${shard}`); parent !== undefined; parent = parents.get(`${parent}`))
    trail.unshift(parent)
  return trail
}
