import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CID } from 'multiformats/cid'
import type { HashedFile } from '../address/hash-file.ts'
import { statOf } from '../address/open-file.ts'
import { chunkLength, PROFILE } from '../address/profile.ts'
import { buildTree } from '../address/tree.ts'
import type { BundleFile } from '../model/bundle.ts'
import { cidText, parseCid, RAW_CODEC } from '../model/content-id.ts'
import type { BlockSource } from '../read/block-source.ts'
import { directoryOf, type GetBlock, leavesOf, sizeOf } from '../read/file-layout.ts'
import {
  DOCUMENTS,
  FILES_DOCUMENT,
  keepingNodes,
  linkedAs,
  listedFiles,
  MAX_DOCUMENT_BYTES,
  type PromisedBundle,
} from '../read/get-bundle.ts'
import { completeFile } from '../read/part-file.ts'
import { flushDirectory, makeDirectory } from '../store/durable-directory.ts'
import { MirrorError } from './errors.ts'

/** What a bundle is, without its files: proven by its root and its statement. */
export interface FetchedOutline {
  readonly root: CID
  /** Bytes of `bundle.json`. */
  readonly document: Uint8Array
  readonly files: readonly BundleFile[]
  /** Blocks of the directory and the documents. */
  readonly blocks: readonly { readonly cid: CID; readonly bytes: Uint8Array }[]
}

/**
 * Fetches the directory and the documents of a bundle and checks them against the statement; some kilobytes.
 *
 * @throws {ReadError} `BUNDLE_MALFORMED`, `SOURCES_EXHAUSTED`.
 */
export async function fetchOutline(
  promised: PromisedBundle,
  source: BlockSource,
  signal: AbortSignal,
): Promise<FetchedOutline> {
  const blocks = new Map<string, { readonly cid: CID; readonly bytes: Uint8Array }>()
  const getBlock: GetBlock = async (cid) => {
    const known = blocks.get(cidText(cid))
    const bytes = known?.bytes ?? (await source.fetch(cid, signal))
    blocks.set(cidText(cid), { cid, bytes })
    return bytes
  }
  const directory = await directoryOf(promised.root, getBlock)
  const documents = new Map<string, Uint8Array>()
  for (const name of DOCUMENTS) {
    const cid = directory.get(name)
    if (cid !== undefined) documents.set(name, await readDocument(cid, getBlock))
  }
  const files = listedFiles(promised, documents.get(FILES_DOCUMENT) ?? new Uint8Array(0))
  for (const file of files) linkedAs(directory, file)
  const document = documents.get('bundle.json') ?? new Uint8Array(0)
  return { root: promised.root, document, files, blocks: [...blocks.values()] }
}

async function readDocument(cid: CID, getBlock: GetBlock): Promise<Uint8Array> {
  if (cid.code === RAW_CODEC) return getBlock(cid)
  const size = await sizeOf(cid, getBlock)
  if (size > MAX_DOCUMENT_BYTES)
    throw new MirrorError('PROFILE_UNKNOWN', `a document of ${cidText(cid)} is larger than documents are`)
  const leaves: Uint8Array[] = []
  for await (const leaf of leavesOf(cid, size, getBlock)) leaves.push(await getBlock(leaf.cid))
  return Buffer.concat(leaves)
}

/**
 * Brings one file of a bundle to `path`, block by verified block; what an earlier run left is checked and kept. When it
 * resolves, the file survives a power failure, and what is returned is what the reference store has to know to serve it.
 *
 * @throws {ReadError} as `completeFile`; {MirrorError} `PROFILE_UNKNOWN` for a file that is cut into other chunks than
 *   ours, which cannot be served out of the file.
 */
export async function fetchFile(
  file: BundleFile,
  path: string,
  source: BlockSource,
  options: { readonly signal: AbortSignal; readonly onBytes?: (bytes: number) => void },
): Promise<HashedFile> {
  const cid = parseCid(file.cid)
  const keeping = keepingNodes(source, new Map())
  const digests = await chunkDigests(cid, file.bytes, (each) => keeping.fetch(each, options.signal))
  await makeDirectory(dirname(path))
  await completeFile(path, { cid, bytes: file.bytes, sha256: file.sha256 }, { ...options, source: keeping })
  await flushDirectory(dirname(path))
  await using handle = await open(path, 'r')
  const stat = statOf(await handle.stat({ bigint: true }))
  return { path, stat, cid, bytes: file.bytes, sha256: Buffer.from(file.sha256, 'hex'), digests }
}

/** The leaves of a file of our profile are its chunks, so their CIDs are all that has to be known to serve them. */
async function chunkDigests(cid: CID, bytes: number, getBlock: GetBlock): Promise<Uint8Array> {
  const digests: Uint8Array[] = []
  for await (const leaf of leavesOf(cid, bytes, getBlock)) {
    if (leaf.bytes !== chunkLength(bytes, digests.length)) throw otherProfile(cid)
    digests.push(leaf.cid.multihash.digest)
  }
  const joined = new Uint8Array(digests.length * PROFILE.digestBytes)
  for (const [i, digest] of digests.entries()) joined.set(digest, i * PROFILE.digestBytes)
  if (!buildTree(joined, bytes).root.equals(cid)) throw otherProfile(cid)
  return joined
}

function otherProfile(cid: CID): MirrorError {
  return new MirrorError('PROFILE_UNKNOWN', `${cidText(cid)} is not cut into blocks as this program does it`, {
    hint: 'install a newer Holdfast; until then this bundle is not held here',
  })
}
