import { decode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { fileNodeOf } from '../../src/address/unixfs-node.ts'
import { RAW_CODEC } from '../../src/model/content-id.ts'

export type ReadBlock = (cid: CID) => Promise<Uint8Array>

/** Every file below a root with its bytes, by path, read block by block as a node that pins it would. */
export async function exportedRoot(root: CID, read: ReadBlock): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const walk = async (cid: CID, path: string): Promise<void> => {
    const block = await read(cid)
    if (cid.code === RAW_CODEC || UnixFS.unmarshal(decode(block).Data ?? new Uint8Array()).type === 'file') {
      files.set(path, await fileBytes(cid, read))
      return
    }
    for (const { Name = '', Hash } of decode(block).Links) await walk(Hash, path === '' ? Name : `${path}/${Name}`)
  }
  await walk(root, '')
  return files
}

async function fileBytes(cid: CID, read: ReadBlock): Promise<Uint8Array> {
  const node = fileNodeOf(cid, await read(cid))
  const parts: Uint8Array[] = [node.data]
  for (const child of node.children) parts.push(await fileBytes(child.cid, read))
  return Buffer.concat(parts)
}

/** CID of a tree of files as another implementation adds it with the profile. @param put - gets every block. */
export async function importedRoot(
  files: ReadonlyMap<string, Uint8Array>,
  put: (cid: CID, block: Uint8Array) => void = () => undefined,
): Promise<CID | undefined> {
  const store = {
    put: async (cid: CID, block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
      if (block instanceof Uint8Array) put(cid, block)
      return cid
    },
  }
  const candidates = [...files].map(([path, content]) => ({ path, content }))
  let last: CID | undefined
  const options = { profile: 'unixfs-v1-2025', wrapWithDirectory: true } as const
  for await (const { cid, path } of importer(candidates, store, options)) if (path === '') last = cid
  return last
}
