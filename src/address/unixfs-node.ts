import { decode, type PBNode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { cidText, DAG_PB_CODEC, RAW_CODEC } from '../model/content-id.ts'
import { AddressError } from './errors.ts'
import { PROFILE } from './profile.ts'

/** A file's node: the bytes it holds itself, then those of its children. */
export interface FileNode {
  readonly data: Uint8Array
  readonly children: readonly { readonly cid: CID; readonly bytes: number }[]
  /** Length of the part of the file that this node stands for. */
  readonly bytes: number
}

/**
 * Reads a block of a file's tree.
 *
 * @throws {AddressError} `DAG_INVALID` when it is no UnixFS file or its sizes and links do not fit together.
 */
export function fileNodeOf(cid: CID, block: Uint8Array): FileNode {
  if (cid.code === RAW_CODEC) return { data: block, children: [], bytes: block.length }
  const { Data, Links } = dagPbOf(cid, block)
  const unixfs = unixfsOf(cid, Data)
  if (unixfs.type !== 'file' && unixfs.type !== 'raw') throw invalid(cid, `a UnixFS ${unixfs.type}, not a file`)
  if (unixfs.blockSizes.length !== Links.length) throw invalid(cid, 'a file with a size for some of its parts only')
  const children = Links.map(({ Hash }, i) => ({ cid: Hash, bytes: Number(unixfs.blockSizes[i]) }))
  return { data: unixfs.data ?? new Uint8Array(0), children, bytes: Number(unixfs.fileSize()) }
}

/** The CIDs that a block links to, in order. @throws {AddressError} `DAG_INVALID`. */
export function linksOf(cid: CID, block: Uint8Array): CID[] {
  if (cid.code === RAW_CODEC) return []
  return dagPbOf(cid, block).Links.map(({ Hash }) => Hash)
}

export function invalid(cid: CID, reason: string, cause?: unknown): AddressError {
  return new AddressError('DAG_INVALID', `${cidText(cid)} is ${reason}`, { cause })
}

function dagPbOf(cid: CID, block: Uint8Array): PBNode {
  if (cid.code !== DAG_PB_CODEC)
    throw invalid(cid, `a block of codec 0x${cid.code.toString(16)}, which this program does not read`)
  if (block.length > PROFILE.maxBlockBytes) throw invalid(cid, 'larger than a block may be')
  try {
    return decode(block)
  } catch (cause) {
    throw invalid(cid, 'not a dag-pb node', cause)
  }
}

function unixfsOf(cid: CID, data: Uint8Array | undefined): UnixFS {
  try {
    return UnixFS.unmarshal(data ?? new Uint8Array(0))
  } catch (cause) {
    throw invalid(cid, 'not a UnixFS node', cause)
  }
}
