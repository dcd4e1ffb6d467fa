import { decode, type PBNode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { isProfileCid, RAW_CODEC } from '../model/content-id.ts'
import { ReadError } from './errors.ts'

/** The profile is 1,024 wide: five levels hold 2^50 MiB. */
const MAX_DEPTH = 6
/** Largest block that IPFS exchanges; the profile's are half of it. */
export const MAX_LEAF_BYTES: number = 2 * 1024 * 1024

/** One leaf of a file: its bytes go to this offset. */
export interface Leaf {
  readonly cid: CID
  readonly offset: number
  readonly bytes: number
}

/** One block, checked against its CID. */
export type GetBlock = (cid: CID) => Promise<Uint8Array>

/**
 * Yields the leaves of a UnixFS file in their order, reading inner nodes only (about 50 kB a GiB) and only as far as it is
 * asked: a tree may be made of one node a million times over, so nothing is collected.
 *
 * @param size - what the file must have, in bytes; checked at every node before anything below it is read.
 * @throws {ReadError} `BUNDLE_MALFORMED` when the nodes contradict the size or each other.
 */
export async function* leavesOf(root: CID, size: number, getBlock: GetBlock): AsyncGenerator<Leaf> {
  yield* below({ cid: root, offset: 0, bytes: size }, 0, getBlock)
}

async function* below(part: Leaf, depth: number, getBlock: GetBlock): AsyncGenerator<Leaf> {
  const { cid, offset, bytes } = part
  if (!isProfileCid(cid)) throw malformed('a file has a part of another kind than raw and dag-pb with SHA-256')
  if (cid.code === RAW_CODEC) {
    if (bytes > MAX_LEAF_BYTES) throw malformed('a leaf is larger than any block may be')
    yield part
    return
  }
  if (depth > MAX_DEPTH) throw malformed('the tree of a file is too deep')
  const node = decodeNode(await getBlock(cid))
  const unixfs = unixfsOf(node)
  if (unixfs.type !== 'file' || (unixfs.data?.length ?? 0) > 0 || node.Links.length === 0)
    throw malformed('a node of a file is not one')
  const sizes = unixfs.blockSizes.map(Number)
  if (sizes.length !== node.Links.length || sizes.some((each) => !(each > 0 && Number.isSafeInteger(each))))
    throw malformed('a node of a file does not say how large its parts are')
  if (sizes.reduce((sum, each) => sum + each, 0) !== bytes) throw malformed('the sizes in a file do not add up')
  let at = offset
  for (const [i, { Hash }] of node.Links.entries()) {
    const each = sizes[i] ?? 0
    yield* below({ cid: Hash, offset: at, bytes: each }, depth + 1, getBlock)
    at += each
  }
}

/** What the node of a file says that it has, in bytes, where nobody else says it; `leavesOf` checks it. */
export async function sizeOf(cid: CID, getBlock: GetBlock): Promise<number> {
  return Number(unixfsOf(decodeNode(await getBlock(cid))).fileSize())
}

/**
 * Reads a bundle's directory, which bundle-v1 has flat and in one node: sharded ones, which could be endless, are refused.
 *
 * @throws {ReadError} `BUNDLE_MALFORMED`.
 */
export async function directoryOf(root: CID, getBlock: GetBlock): Promise<ReadonlyMap<string, CID>> {
  if (!isProfileCid(root) || root.code === RAW_CODEC) throw malformed('the root of a bundle is not a directory')
  const node = decodeNode(await getBlock(root))
  if (unixfsOf(node).type !== 'directory') throw malformed('the root of a bundle is not a plain directory')
  const entries = new Map(node.Links.map(({ Name, Hash }) => [Name ?? '', Hash]))
  if (entries.size !== node.Links.length) throw malformed('two files of a bundle have one name')
  return entries
}

function decodeNode(block: Uint8Array): PBNode {
  try {
    return decode(block)
  } catch (cause) {
    throw malformed('a block is not the dag-pb that its content ID says', cause)
  }
}

function unixfsOf(node: PBNode): UnixFS {
  try {
    return UnixFS.unmarshal(node.Data ?? new Uint8Array(0))
  } catch (cause) {
    throw malformed('a block is not UnixFS', cause)
  }
}

function malformed(message: string, cause?: unknown): ReadError {
  return new ReadError('BUNDLE_MALFORMED', message, {
    hint: 'the publisher made this bundle wrongly, or wants to harm who fetches it: keep the statement and tell others',
    cause,
  })
}
