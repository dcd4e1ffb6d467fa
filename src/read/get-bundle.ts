import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import type { StatementFile } from '../manifest/statement-types.ts'
import type { BundleFile } from '../model/bundle.ts'
import { cidText, RAW_CODEC } from '../model/content-id.ts'
import { HoldfastError } from '../model/errors.ts'
import { parseFilesDocument } from '../model/parse-files.ts'
import type { BlockSource } from './block-source.ts'
import { ReadError } from './errors.ts'
import { directoryOf, type GetBlock, leavesOf, sizeOf } from './file-layout.ts'
import { type Completed, completeFile, type PromisedFile } from './part-file.ts'
import { mainMedia, notedIn, partlyFetched, unnoted } from './partly-fetched.ts'

/** Inner nodes kept while a bundle is fetched; a node of 1,024 links has 50 kB. */
const NODE_CACHE = 64
export const FILES_DOCUMENT = 'files.json'
/** bundle-v1 §1.1: what stands beside the public files. */
export const DOCUMENTS: readonly string[] = ['bundle.json', FILES_DOCUMENT, 'ro-crate-metadata.json']
/** bundle-v1 §3.1, §4.1 bound two of the documents; the third is derived from them. */
export const MAX_DOCUMENT_BYTES: number = 8 * 1024 * 1024

/** What a verified statement says of a bundle. */
export interface PromisedBundle {
  readonly root: CID
  /** SHA-256 of `files.json`, hex, and the number of files in it. */
  readonly filesSha256: string
  readonly fileCount: number
  /** The main media. */
  readonly files: readonly StatementFile[]
}

export interface GotFile {
  /** Name inside the bundle. */
  readonly name: string
  /** Where it lies now. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export interface GetOptions {
  readonly signal: AbortSignal
  /** First Ctrl-C: no further file is begun. */
  readonly stopping: AbortSignal
  readonly onBytes?: (bytes: number) => void
  /** What the whole bundle will have; called once. */
  readonly onTotal?: (bytes: number) => void
  /**
   * Completes a main medium from elsewhere, when no source has its blocks; nothing when it is nowhere else either.
   *
   * @throws {ReadError} when it is elsewhere and not to be had, or not what it should be.
   */
  readonly otherwise?: (file: StatementFile, path: string) => Promise<Completed | undefined>
}

/**
 * Fetches a bundle into `outDir`, block by verified block; what is complete there already is checked and kept. The
 * statement vouches for `files.json`, and that for the names, sizes and hashes of all others, so the publisher's
 * directory decides nothing: names that are not listed are never used (bundle-v1 §1.2).
 *
 * @throws {ReadError} `SOURCES_EXHAUSTED`, `BUNDLE_MALFORMED`, `OUTPUT_UNWRITABLE`, `BLOCK_WRONG`; `BUNDLE_PARTLY_FETCHED`
 * behind the files that `otherwise` gave, and what that throws.
 */
export async function* getBundle(
  promised: PromisedBundle,
  outDir: string,
  source: BlockSource,
  options: GetOptions,
): AsyncGenerator<GotFile> {
  const kept = new Map<string, Uint8Array>()
  const keeping = keepingNodes(source, kept)
  const faults: unknown[] = []
  const noted = options.otherwise === undefined ? unnoted : notedIn(faults)
  // What the statement itself says of the main media is enough to fetch them elsewhere, and to check them.
  const wanted =
    (await noted(() => wantedFiles(promised, outDir, keeping, kept, options.signal))) ?? mainMedia(promised)
  options.onTotal?.([...wanted.values()].reduce((sum, { bytes }) => sum + bytes, 0))
  await makeDirectory(outDir)
  const { signal, onBytes } = options
  const got = new Set<string>()
  for (const [name, file] of wanted) {
    if (options.stopping.aborted) return
    const path = join(outDir, name)
    const blocks = { source: keeping, signal, ...(onBytes === undefined ? {} : { onBytes }) }
    const main = promised.files.find((each) => each.path === name)
    const completed =
      (await noted(() => completeFile(path, file, blocks))) ??
      (main === undefined ? undefined : await noted(async () => options.otherwise?.(main, path)))
    if (completed === undefined) continue
    got.add(name)
    yield { name, path, ...completed }
  }
  if (got.size < DOCUMENTS.length + promised.fileCount) throw partlyFetched(promised, DOCUMENTS, got, faults)
}

/** What a bundle has, by name: the documents, and what they list. @param kept - gets the documents' blocks. */
async function wantedFiles(
  promised: PromisedBundle,
  outDir: string,
  source: BlockSource,
  kept: Map<string, Uint8Array>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PromisedFile>> {
  const getBlock: GetBlock = (cid) => source.fetch(cid, signal)
  const directory = await directoryOf(promised.root, getBlock)
  const wanted = new Map<string, PromisedFile>()
  let listed: readonly BundleFile[] = []
  for (const name of DOCUMENTS) {
    const cid = directory.get(name)
    if (cid === undefined) throw malformed(`the bundle lacks ${name}`)
    const bytes = await readDocument(cid, join(outDir, name), getBlock)
    if (cid.code === RAW_CODEC) kept.set(cidText(cid), bytes)
    if (name === FILES_DOCUMENT) listed = listedFiles(promised, bytes)
    wanted.set(name, { cid, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  for (const file of listed) wanted.set(file.path, { ...file, cid: linkedAs(directory, file) })
  return wanted
}

/**
 * Compares `files.json` with the statement, which commits to it.
 *
 * @throws {ReadError} `BUNDLE_MALFORMED`.
 */
export function listedFiles(promised: PromisedBundle, bytes: Uint8Array): readonly BundleFile[] {
  if (createHash('sha256').update(bytes).digest('hex') !== promised.filesSha256)
    throw malformed(`${FILES_DOCUMENT} is not the one that the statement names`)
  const files = parseListed(bytes)
  if (files.length !== promised.fileCount) throw malformed('the statement counts other files than the bundle lists')
  for (const file of promised.files) {
    const same = files.find(({ path }) => path === file.path)
    if (same?.cid !== file.cid || same.bytes !== file.bytes || same.sha256 !== file.sha256)
      throw malformed(`the statement says other things of ${file.path} than ${FILES_DOCUMENT}`)
  }
  return files
}

function parseListed(bytes: Uint8Array): readonly BundleFile[] {
  try {
    return parseFilesDocument(bytes)
  } catch (error) {
    // A document of a later version is no fault of the publisher's.
    if (!(error instanceof HoldfastError) || error.code === 'DOCUMENT_VERSION_UNKNOWN') throw error
    throw malformed(error.message, error)
  }
}

/** Where the bundle's own directory has the file. @throws {ReadError} `BUNDLE_MALFORMED`. */
export function linkedAs(directory: ReadonlyMap<string, CID>, { path, cid }: BundleFile): CID {
  const linked = directory.get(path)
  if (linked !== undefined && cidText(linked) === cid) return linked
  throw malformed(`the bundle's directory lacks ${path}, or has another file of that name`)
}

/** The whole of a document, from an earlier run where it is still what it must be. */
async function readDocument(cid: CID, path: string, getBlock: GetBlock): Promise<Uint8Array> {
  if (cid.code === RAW_CODEC) {
    const kept = await readKept(path)
    const same = kept !== undefined && createHash('sha256').update(kept).digest().equals(cid.multihash.digest)
    return same ? kept : getBlock(cid)
  }
  const size = await sizeOf(cid, getBlock)
  if (size > MAX_DOCUMENT_BYTES) throw malformed('a document of the bundle is larger than documents are')
  const leaves: Uint8Array[] = []
  for await (const leaf of leavesOf(cid, size, getBlock)) leaves.push(await getBlock(leaf.cid))
  return Buffer.concat(leaves)
}

async function readKept(path: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const status = await file.stat()
    return status.isFile() && status.size <= MAX_DOCUMENT_BYTES ? await file.readFile() : undefined
  } catch {
    // Whatever keeps it from being read, it can be fetched.
    return undefined
  }
}

/** A source that remembers inner nodes, which are read more than once. @param kept - blocks that are at hand, by the text of their CID. */
export function keepingNodes(source: BlockSource, kept: ReadonlyMap<string, Uint8Array>): BlockSource {
  const nodes = new Map<string, Uint8Array>()
  return {
    ...source,
    async fetch(cid, signal) {
      const key = cidText(cid)
      const known = kept.get(key) ?? nodes.get(key)
      if (known !== undefined) return known
      const block = await source.fetch(cid, signal)
      if (cid.code === RAW_CODEC) return block
      const [oldest] = nodes.keys()
      if (nodes.size >= NODE_CACHE && oldest !== undefined) nodes.delete(oldest)
      nodes.set(key, block)
      return block
    },
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
    if (!(await stat(path)).isDirectory()) throw new ReadError('OUTPUT_UNWRITABLE', `${path} is not a directory`)
  } catch (error) {
    if (error instanceof ReadError) throw error
    throw new ReadError('OUTPUT_UNWRITABLE', `${path} cannot be made`, {
      hint: 'choose another directory with -o',
      cause: error,
    })
  }
}

function malformed(message: string, cause?: unknown): ReadError {
  return new ReadError('BUNDLE_MALFORMED', message, {
    hint: 'the publisher made this bundle wrongly, or wants to harm who fetches it: keep the statement and tell others',
    cause,
  })
}
