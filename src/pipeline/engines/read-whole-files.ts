import { createHash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { parseCid, RAW_CODEC } from '../../model/content-id.ts'
import { directoryOf, type GetBlock, leavesOf, sizeOf } from '../../read/file-layout.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import type { DueReplica } from '../../store/replicas.ts'
import type { Home } from '../home.ts'
import { ordered } from '../ordered.ts'
import type { ReadOptions } from './audit-bundle.ts'
import type { ReadBlock } from './read-blocks.ts'
import { readOne } from './read-one.ts'

/** A node above the leaves that the place did not give as it is. */
class NodeFault extends Error {
  readonly block: ReadBlock
  constructor(block: ReadBlock) {
    super('a node is not there')
    this.block = block
  }
}

/**
 * Reads a bundle as somebody would who has its root and nothing else: the directory, and each file from its first byte to its
 * last, by the links in what the place itself gives. A file whose blocks are right and whose SHA-256 is not the one that was
 * published counts as one bad block, its root.
 *
 * @throws {ReplicateError} when the place cannot be asked now.
 */
export async function* readWholeFiles(
  home: Home,
  place: PinEngine,
  { root }: DueReplica,
  { each, signal }: ReadOptions,
): AsyncGenerator<ReadBlock> {
  const nodes: ReadBlock[] = []
  const read = (cid: CID): ReturnType<typeof readOne> => readOne(place, root, cid, signal)
  const getNode: GetBlock = async (cid) => {
    const { bytes, verdict } = await read(cid)
    if (bytes === undefined) throw new NodeFault({ cid, verdict })
    nodes.push({ cid, verdict })
    return bytes
  }
  const directory = yield* orFault(nodes, () => directoryOf(parseCid(root), getNode))
  const files = new Map(home.bundles.files(root).map(({ path, content }) => [path, home.content.content(content)]))
  for (const [name, cid] of directory ?? []) {
    const known = files.get(name)
    const size = known?.bytes ?? (cid.code === RAW_CODEC ? 0 : yield* orFault(nodes, () => sizeOf(cid, getNode)))
    if (size === undefined) continue
    const sha256 = createHash('sha256')
    let isWhole = true
    try {
      for await (const { bytes, ...block } of ordered(leavesOf(cid, size, getNode), each, (leaf) => read(leaf.cid))) {
        yield* nodes.splice(0)
        yield block
        if (bytes === undefined) isWhole = false
        else sha256.update(bytes)
      }
    } catch (error) {
      yield* faultOf(nodes, error)
      isWhole = false
    }
    if (isWhole && known !== undefined && !sha256.digest().equals(known.sha256)) yield { cid, verdict: 'bad' }
  }
}

async function* orFault<T>(nodes: ReadBlock[], read: () => Promise<T>): AsyncGenerator<ReadBlock, T | undefined> {
  try {
    const value = await read()
    yield* nodes.splice(0)
    return value
  } catch (error) {
    yield* faultOf(nodes, error)
    return undefined
  }
}

function* faultOf(nodes: ReadBlock[], error: unknown): Generator<ReadBlock> {
  if (!(error instanceof NodeFault)) throw error
  yield* nodes.splice(0)
  yield error.block
}
