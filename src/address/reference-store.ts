import { lstat } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import type { CID } from 'multiformats/cid'
import { digestOf } from '../model/content-id.ts'
import { atomically } from './atomically.ts'
import type { BlockSource } from './block-source.ts'
import { BoundedCache } from './bounded-cache.ts'
import { type Content, ContentTable, type Location, type LocationState } from './content-table.ts'
import { AddressError } from './errors.ts'
import { blocksBelow, type FileBlock } from './file-blocks.ts'
import type { HashedFile, Hasher } from './hash-file.ts'
import { LeafReader, unavailable } from './leaf-reader.ts'
import { errnoOf, type FileStat, sameStat } from './open-file.ts'
import { chunkLength } from './profile.ts'
import { readFileRange } from './read-file.ts'
import { SmallBlocks } from './small-blocks.ts'
import { buildTree, innerNodeAt } from './tree.ts'
import { fileNodeOf } from './unixfs-node.ts'

/** Inner nodes kept ready: 16 MiB are 330 nodes, as many as 330 GiB of film have. */
const INNER_CACHE_BYTES = 16 * 1024 * 1024

/**
 * Blocks without a second copy of the archive: leaves are read from the user's own files, inner nodes are made again
 * from chunk digests, and only small blocks (documents, directories) are kept. Every block is hashed before it is given.
 *
 * Several stores may read one database while one writes it. Memory is bounded whatever the size of files and archive.
 */
export class ReferenceStore implements BlockSource, AsyncDisposable {
  readonly #database: DatabaseSync
  readonly #table: ContentTable
  readonly #small: SmallBlocks
  readonly #leaves: LeafReader
  readonly #inner = new BoundedCache(INNER_CACHE_BYTES)

  /** @param database - open, with the tables of src/store/schema.ts; stays the caller's to close. */
  constructor(database: DatabaseSync) {
    this.#database = database
    this.#table = new ContentTable(database)
    this.#small = new SmallBlocks(database)
    this.#leaves = new LeafReader(this.#table)
  }

  /**
   * Remembers a file and where it lies; answers with the id of its content. Adding it again, or from another path,
   * gives the same id. A path has one content: what lay there before is not found there any more.
   */
  addContent(file: HashedFile): number {
    return this.#table.add(file)
  }

  /** The content of a file whose stat is as it was when it was hashed; nothing when it must be hashed (again). */
  knownContent(path: string, stat: FileStat): number | undefined {
    return this.#table.known(path, stat)
  }

  content(id: number): Content | undefined {
    return this.#table.get(id)
  }

  contentByCid(cid: CID): Content | undefined {
    return this.#table.find(cid)
  }

  /** Ids of the contents that a block may belong to, whatever its place in them: by the first 8 bytes of its hash. */
  contentsOf(cid: CID): readonly number[] {
    return [...this.#placesOf(cid)].map(({ content }) => content.id)
  }

  /** Bytes of all blocks of a file, as the directory that holds it states. Costs 1.4 ms a GiB. */
  tsizeOf(content: Content): number {
    return buildTree(this.#table.digests(content.id), content.bytes).tsize
  }

  /** Where content lies, sound places first. */
  locationsOf(content: number): Location[] {
    return this.#table.locations(content)
  }

  /** Looks whether each place still has a file; those that are gone become `missing`. For content found at a new path. */
  async relink(content: number): Promise<Location[]> {
    for (const { path } of this.#table.locations(content)) {
      if (await isGone(path)) this.#table.setState(content, path, 'missing')
    }
    return this.#table.locations(content)
  }

  /** @throws {AddressError} `BLOCK_MISMATCH`, `BLOCK_TOO_LARGE`. */
  putSmall(cid: CID, bytes: Uint8Array): void {
    this.#small.put(cid, bytes)
  }

  /** All writes that `action` makes, or none; a part of the transaction that the caller has open, if it has one. */
  atomically<T>(action: () => T): T {
    return atomically(this.#database, action)
  }

  /** True when this store knows the block; whether its file can be read is not looked at. */
  has(cid: CID): boolean {
    return this.blockLength(cid) !== undefined
  }

  /** Length of a block in bytes, from what is written down: no file is read. */
  blockLength(cid: CID): number | undefined {
    const small = this.#small.lengthOf(cid)
    if (small !== undefined) return small
    for (const { content, position } of this.#placesOf(cid)) {
      if (position >= 0) return chunkLength(content.bytes, position)
      const block = this.#innerNode(cid, content, position)
      if (block !== undefined) return block.length
    }
    return undefined
  }

  async readBlock(cid: CID, { signal }: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined> {
    signal.throwIfAborted()
    const faults: LocationState[] = []
    const small = this.#readSmall(cid)
    if (small instanceof Uint8Array) return small
    for (const { content, position } of this.#placesOf(cid)) {
      const found =
        position < 0
          ? this.#innerNode(cid, content, position)
          : await this.#leaves.read({ content, position, cid }, signal)
      if (found instanceof Uint8Array) return found
      faults.push(...(found ?? []))
    }
    if (small instanceof AddressError) throw small
    if (faults.length > 0) throw unavailable(cid, faults)
    return undefined
  }

  /** @see {@link readFileRange} in read-file.ts */
  readFileRange(
    file: CID,
    start: number,
    endExclusive: number,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<Uint8Array> {
    return readFileRange(this, file, start, endExclusive, options)
  }

  /** Length of a file in bytes; nothing for what is unknown or no file. */
  sizeOf(file: CID): number | undefined {
    const content = this.#table.find(file)
    if (content !== undefined) return content.bytes
    const block = this.#withoutFiles(file)
    try {
      return block instanceof Uint8Array ? fileNodeOf(file, block).bytes : block
    } catch (error) {
      if (error instanceof AddressError && error.code === 'DAG_INVALID') return undefined
      throw error
    }
  }

  /**
   * Lists all blocks below a file or a directory, itself first, depth first, repeated ones each time. No leaf is read.
   *
   * @throws {AddressError} `CONTENT_UNKNOWN`, `BLOCK_MISSING` for a part that was never put, `DAG_INVALID`.
   */
  blocksOf(root: CID): Generator<FileBlock, void, void> {
    return blocksBelow(root, {
      find: (cid) => {
        const content = this.#table.find(cid)
        return content && { bytes: content.bytes, digests: this.#table.digests(content.id) }
      },
      block: (cid) => this.#withoutFiles(cid),
    })
  }

  /** Names every block, as plain bytes where the kind is not written down. Not for large archives: it takes as long. */
  *allBlocks(): Generator<CID, void, void> {
    yield* this.#small.all()
    for (const { cid } of this.#table.all()) for (const block of this.blocksOf(cid)) yield block.cid
  }

  /**
   * Hashes content again at every place and notes what it found. A file that has another stat but the same bytes is
   * taken as it is now.
   */
  async verifyContent(
    id: number,
    hasher: Hasher,
    options: { readonly signal: AbortSignal; readonly onBytes?: (bytes: number) => void },
  ): Promise<Location[]> {
    const content = this.#table.get(id)
    if (content === undefined) throw new AddressError('CONTENT_UNKNOWN', `there is no content ${id}`)
    for (const location of this.#table.locations(id)) {
      const found = await this.#verifyAt(location, content, hasher, options)
      if (typeof found === 'string') this.#table.setState(id, location.path, found)
      else this.#table.add({ ...found, sha256: content.sha256 })
    }
    return this.#table.locations(id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leaves[Symbol.asyncDispose]()
  }

  async #verifyAt(
    location: Location,
    content: Content,
    hasher: Hasher,
    options: { readonly signal: AbortSignal; readonly onBytes?: (bytes: number) => void },
  ): Promise<HashedFile | Exclude<LocationState, 'ok'>> {
    try {
      const hashed = await hasher.hashFile(location.path, { ...options, sha256: false })
      if (hashed.cid.equals(content.cid)) return hashed
      return sameStat(hashed.stat, location.stat) ? 'damaged' : 'changing'
    } catch (error) {
      if (!(error instanceof AddressError) || error.code === 'HASHER_CLOSED') throw error
      if (error.code === 'FILE_UNREADABLE') return errnoOf(error.cause) === 'EIO' ? 'damaged' : 'missing'
      return 'changing'
    }
  }

  /** A block, or the length of one that only a file holds. */
  #withoutFiles(cid: CID): Uint8Array | number | undefined {
    const small = this.#small.read(cid)
    if (small !== undefined) return small
    for (const { content, position } of this.#placesOf(cid)) {
      const found = position < 0 ? this.#innerNode(cid, content, position) : chunkLength(content.bytes, position)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** A fault here is kept until the block was looked for in the files, too. */
  #readSmall(cid: CID): Uint8Array | AddressError | undefined {
    try {
      return this.#small.read(cid)
    } catch (error) {
      if (error instanceof AddressError) return error
      throw error
    }
  }

  *#placesOf(cid: CID): Generator<{ content: Content; position: number }> {
    const digest = digestOf(cid)
    if (digest === undefined) return
    for (const { content: id, position } of this.#table.places(digest)) {
      const content = this.#table.get(id)
      if (content !== undefined) yield { content, position }
    }
  }

  /** Nothing when the index led to another node whose hash starts alike. */
  #innerNode(cid: CID, content: Content, position: number): Uint8Array | undefined {
    const key = Buffer.from(cid.multihash.digest).toString('latin1')
    const known = this.#inner.get(key)
    if (known !== undefined) return known
    const node = innerNodeAt(this.#table.digests(content.id), content.bytes, -1 - position)
    if (node === undefined || Buffer.compare(node.cid.multihash.digest, cid.multihash.digest) !== 0) return undefined
    this.#inner.set(key, node.bytes)
    return node.bytes
  }
}

async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return false
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return errno === 'ENOENT' || errno === 'ENOTDIR'
  }
}
