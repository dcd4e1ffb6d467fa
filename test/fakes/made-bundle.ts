import { createHash } from 'node:crypto'
import { encode, type PBLink, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { composeBundle } from '../../src/bundle/compose.ts'
import { cidText, dagPbCid, rawCid } from '../../src/model/content-id.ts'
import type { PromisedBundle } from '../../src/read/get-bundle.ts'

const MIB = 1024 * 1024

/** Blocks by the text of their CID, and what is built from them; node by node, so that a test can build wrong ones. */
export class MadeBlocks {
  readonly blocks: Map<string, Uint8Array> = new Map()

  leaf(bytes: Uint8Array): CID {
    return this.keep(rawCid(digestOf(bytes)), bytes)
  }

  /** A dag-pb block of this UnixFS. */
  node(unixfs: UnixFS, links: readonly { readonly name?: string; readonly cid: CID }[]): CID {
    const pb: PBLink[] = links.map(({ name = '', cid }) => ({ Name: name, Hash: cid, Tsize: 1 }))
    // Not `prepare`d links: a hostile node need not be in the order that dag-pb asks for.
    const bytes = encode({ Data: unixfs.marshal(), Links: prepare({ Links: pb }).Links })
    return this.keep(dagPbCid(digestOf(bytes)), bytes)
  }

  /** A file of the profile: leaves of 1 MiB, one node above them. */
  file(bytes: Uint8Array): CID {
    if (bytes.length <= MIB) return this.leaf(bytes)
    const parts: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += MIB) parts.push(bytes.subarray(at, at + MIB))
    return this.fileNode(parts.map((part) => ({ cid: this.leaf(part), bytes: part.length })))
  }

  fileNode(parts: readonly { readonly cid: CID; readonly bytes: number | bigint }[]): CID {
    const unixfs = new UnixFS({ type: 'file', blockSizes: parts.map(({ bytes }) => BigInt(bytes)) })
    return this.node(unixfs, parts)
  }

  directory(entries: Readonly<Record<string, CID>> | readonly { readonly name: string; readonly cid: CID }[]): CID {
    const links = Array.isArray(entries) ? entries : Object.entries(entries).map(([name, cid]) => ({ name, cid }))
    return this.node(new UnixFS({ type: 'directory' }), links)
  }

  private keep(cid: CID, bytes: Uint8Array): CID {
    this.blocks.set(cidText(cid), bytes)
    return cid
  }
}

export interface MadeBundle {
  readonly promised: PromisedBundle
  readonly made: MadeBlocks
  readonly video: Uint8Array
  /** What its directory links to, to build another one. */
  readonly entries: Readonly<Record<string, CID>>
}

/** A published bundle of one video as an honest publisher makes it. @param lie - changes what is said of the video. */
export function aMadeBundle(
  video: Uint8Array = someBytes(3 * MIB + 17),
  lie: Partial<{ readonly bytes: number; readonly sha256: string; readonly cid: CID }> = {},
): MadeBundle {
  const made = new MadeBlocks()
  const cid = lie.cid ?? made.file(video)
  const sha256 = lie.sha256 ?? createHash('sha256').update(video).digest('hex')
  const facts = { path: 'video.mp4', cid: cidText(cid), bytes: lie.bytes ?? video.length, sha256 }
  const file = { ...facts, mediaType: 'video/mp4', role: 'video' as const }
  const document = {
    schema: 'holdfast-bundle/1' as const,
    title: [],
    originals: [{ key: 'youtube:video:dQw4w9WgXcQ' }],
  }
  const { documents, filesSha256 } = composeBundle(document, [file])
  const entries: Record<string, CID> = { 'video.mp4': cid }
  for (const { path, bytes } of documents) entries[path] = made.file(bytes)
  const promised = { root: made.directory(entries), filesSha256, fileCount: 1, files: [file] }
  return { promised, made, video, entries }
}

/** Bytes that look random and are always the same; each MiB differs from all others. */
export function someBytes(length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 32)
    createHash('sha256')
      .update(`some bytes ${at}`)
      .digest()
      .copy(bytes, at, 0, Math.min(32, length - at))
  return bytes
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
