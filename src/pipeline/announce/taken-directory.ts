import { decode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { AnnounceError } from '../../announce/errors.ts'
import { cidText, isProfileCid } from '../../model/content-id.ts'

/** A block of a directory that somebody else made. */
export interface TakenNode {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/** A directory with all nodes that it is made of. */
export interface TakenDirectory {
  readonly nodes: readonly TakenNode[]
  readonly links: readonly { readonly name: string; readonly cid: CID; readonly tsize: number }[]
}

/** Depth of a sharded directory; eight levels of 256 hold more names than there are. */
const MAX_DEPTH = 8
/** Names of links to other parts of a sharded directory. Source: UnixFS specification, HAMT, with a fan-out of 256. */
const PART = /^[0-9A-F]{2}$/u

/**
 * Reads one directory, plain or sharded; blocks are checked by `read`.
 *
 * @throws {AnnounceError} `ROOT_UNTRUE` for what is no directory of the profile; and what `read` throws.
 */
export async function takeDirectory(cid: CID, read: (cid: CID) => Promise<Uint8Array>): Promise<TakenDirectory> {
  const nodes: TakenNode[] = []
  const links: TakenDirectory['links'][number][] = []
  const take = async (node: CID, depth: number): Promise<void> => {
    const bytes = await read(node)
    nodes.push({ cid: node, bytes })
    const { isShard, found } = linksIn(node, bytes)
    if (depth > 0 && !isShard) throw untrue(node, 'a plain part of a sharded directory')
    for (const link of found) {
      if (!isShard) links.push(link)
      else if (!PART.test(link.name)) links.push({ ...link, name: link.name.slice(2) })
      else if (depth < MAX_DEPTH) await take(link.cid, depth + 1)
      else throw untrue(cid, 'a directory that does not end')
    }
  }
  await take(cid, 0)
  return { nodes, links }
}

function linksIn(cid: CID, bytes: Uint8Array): { readonly isShard: boolean; readonly found: TakenDirectory['links'] } {
  try {
    const { Data, Links } = decode(bytes)
    const { type } = UnixFS.unmarshal(Data ?? new Uint8Array())
    const found = Links.map(({ Name = '', Hash, Tsize = 0 }) => ({ name: Name, cid: Hash, tsize: Tsize }))
    const isShard = type === 'hamt-sharded-directory'
    if ((isShard || type === 'directory') && found.every((link) => isProfileCid(link.cid))) return { isShard, found }
  } catch (error) {
    throw untrue(cid, 'no node of a directory', error)
  }
  throw untrue(cid, 'no directory of the profile')
}

export function untrue(cid: CID, what: string, cause?: unknown): AnnounceError {
  return new AnnounceError('ROOT_UNTRUE', `the announced root holds ${cidText(cid)}, ${what}`, {
    hint: 'the publisher announced it wrongly, or somebody else has the key of the name; this mirror goes on with what it had',
    cause,
  })
}
