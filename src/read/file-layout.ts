import { decode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { ReadError } from './errors.ts'

const RAW = 0x55
const DAG_PB = 0x70
/** The profile is 1,024 wide: five levels hold 2^50 MiB. */
const MAX_DEPTH = 6
/** Largest block that IPFS exchanges; the profile's are half of it. */
const MAX_LEAF_BYTES = 2 * 1024 * 1024

/** One leaf of a file: its bytes go to this offset. */
export interface Leaf {
  readonly cid: CID
  readonly offset: number
  readonly bytes: number
}

export type GetBlock = (cid: CID) => Promise<Uint8Array>

/**
 * Lists the leaves of a UnixFS file, reading inner nodes only (about 50 kB a GiB).
 *
 * @throws {ReadError} `BUNDLE_MALFORMED` when the nodes contradict each other or are not of the profile.
 */
export async function leavesOf(root: CID, size: number | undefined, getBlock: GetBlock): Promise<readonly Leaf[]> {
  if (root.code === RAW) {
    const bytes = size ?? (await getBlock(root)).length
    return [{ cid: root, offset: 0, bytes }]
  }
  const leaves: Leaf[] = []
  const total = await collect(root, 0, 0, leaves, getBlock)
  if (size !== undefined && total !== size) throw malformed(`a file of ${total} bytes was promised to have ${size}`)
  return leaves
}

async function collect(cid: CID, offset: number, depth: number, leaves: Leaf[], getBlock: GetBlock): Promise<number> {
  if (cid.code !== DAG_PB || depth > MAX_DEPTH)
    throw malformed('a node is neither raw nor dag-pb, or the tree is too deep')
  const node = decode(await getBlock(cid))
  const unixfs = UnixFS.unmarshal(node.Data ?? new Uint8Array())
  if (unixfs.type !== 'file' || unixfs.blockSizes.length !== node.Links.length)
    throw malformed('a node of a file is not one')
  let at = offset
  for (const [i, link] of node.Links.entries()) {
    const bytes = Number(unixfs.blockSizes[i] ?? 0n)
    if (!Number.isSafeInteger(bytes) || bytes < 0 || !Number.isSafeInteger(at + bytes))
      throw malformed('a node lies about its size')
    if (link.Hash.code === RAW && bytes > MAX_LEAF_BYTES) throw malformed('a leaf is larger than any block may be')
    if (link.Hash.code === RAW) leaves.push({ cid: link.Hash, offset: at, bytes })
    else if ((await collect(link.Hash, at, depth + 1, leaves, getBlock)) !== bytes)
      throw malformed('the sizes of a node do not add up')
    at += bytes
  }
  return at - offset
}

function malformed(message: string): ReadError {
  return new ReadError('BUNDLE_MALFORMED', message, {
    hint: 'the bundle was not made with profile unixfs-v1-2025, or it is damaged',
  })
}
