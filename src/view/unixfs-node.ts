import { decode, type PBLink, type PBNode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { DAG_PB_CODEC, RAW_CODEC } from '../model/content-id.ts'
import { ViewError } from './errors.ts'

/** A named link of a directory. */
export interface NamedLink {
  readonly name: string
  readonly cid: CID
}

/** What one block is in UnixFS, as far as serving needs it. */
export type UnixFsNode =
  | { readonly kind: 'leaf'; readonly inline: Uint8Array; readonly size: number }
  | {
      readonly kind: 'file'
      /** Bytes that stand before those of the links. */
      readonly inline: Uint8Array
      /** `size` is what the node claims; whoever reads on checks it. */
      readonly links: readonly { readonly cid: CID; readonly size: number }[]
      readonly size: number
    }
  | { readonly kind: 'directory'; readonly links: readonly NamedLink[] }
  /** A part of a sharded directory. Names have `prefixLength` hex digits before them; bare digits lead to another part. */
  | { readonly kind: 'shard'; readonly links: readonly NamedLink[]; readonly prefixLength: number }
  /** A symbolic link, or dag-pb without UnixFS: it can be walked, but not read. */
  | { readonly kind: 'other'; readonly links: readonly NamedLink[] }

const EMPTY = new Uint8Array(0)

/**
 * Says what a block is. The bytes are taken to match the CID.
 *
 * @throws {ViewError} `DAG_UNSUPPORTED` for codecs other than raw and dag-pb, `DAG_MALFORMED`.
 */
export function decodeNode(cid: CID, block: Uint8Array): UnixFsNode {
  if (cid.code === RAW_CODEC) return { kind: 'leaf', inline: block, size: block.length }
  if (cid.code !== DAG_PB_CODEC) throw new ViewError('DAG_UNSUPPORTED', 'only raw and dag-pb blocks can be walked here')
  const node = decodeDagPb(block)
  const unixFs = unixFsOf(node)
  switch (unixFs?.type) {
    case 'file':
    case 'raw':
      return fileNode(node, unixFs)
    case 'directory':
      return { kind: 'directory', links: node.Links.map(namedLink) }
    case 'hamt-sharded-directory': {
      // Source: UnixFS specification, HAMT: a prefix is as long as the largest index of the fan-out in hex.
      const prefixLength = ((unixFs.fanout ?? 256n) - 1n).toString(16).length
      return { kind: 'shard', links: node.Links.map(namedLink), prefixLength }
    }
    default:
      return { kind: 'other', links: node.Links.map(namedLink) }
  }
}

function fileNode(node: PBNode, unixFs: UnixFS): UnixFsNode {
  const inline = unixFs.data ?? EMPTY
  const sizes = unixFs.blockSizes.map(Number)
  const size = sizes.reduce((sum, bytes) => sum + bytes, inline.length)
  if (sizes.length !== node.Links.length || !Number.isSafeInteger(size))
    throw new ViewError('DAG_MALFORMED', 'a file node does not say how large its parts are')
  if (node.Links.length === 0) return { kind: 'leaf', inline, size }
  return { kind: 'file', inline, size, links: node.Links.map(({ Hash }, i) => ({ cid: Hash, size: sizes[i] ?? 0 })) }
}

function decodeDagPb(block: Uint8Array): PBNode {
  try {
    return decode(block)
  } catch (cause) {
    throw new ViewError('DAG_MALFORMED', 'a block is not the dag-pb that its content ID says', { cause })
  }
}

/** Nothing for dag-pb that is no UnixFS: its data may be anything, and it can still be handed on block by block. */
function unixFsOf(node: PBNode): UnixFS | undefined {
  try {
    return node.Data === undefined ? undefined : UnixFS.unmarshal(node.Data)
  } catch {
    return undefined
  }
}

function namedLink(link: PBLink): NamedLink {
  return { name: link.Name ?? '', cid: link.Hash }
}
