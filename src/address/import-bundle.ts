import { importBytes } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import { type DirectoryEntry, type ImportedDirectory, importDirectory } from './directory.ts'
import { AddressError } from './errors.ts'
import { PROFILE } from './profile.ts'
import type { ReferenceStore } from './reference-store.ts'

/** A text that we made, such as `bundle.json`. */
export interface BundleDocumentBytes {
  readonly path: string
  readonly bytes: Uint8Array
}

/** A file of the archive, added to the store before. */
export interface AddedFile {
  readonly path: string
  readonly cid: CID
}

export interface ImportedBundle extends ImportedDirectory {
  /** The blocks that the store keeps for this bundle itself: documents and directories, each once. */
  readonly blocks: readonly CID[]
}

/** A bundle's directory with the blocks that are its own, kept by nobody yet. */
export interface MadeBundle extends ImportedDirectory {
  readonly blocks: readonly { readonly cid: CID; readonly bytes: Uint8Array }[]
}

/**
 * Makes the directory of a bundle out of documents and files, and keeps its own blocks; all of them or, when it fails,
 * none. The same input gives the same root, so importing again writes nothing new.
 *
 * @throws {AddressError} `CONTENT_UNKNOWN` for a file that was not added, `DIRECTORY_INVALID` for a path.
 */
export async function importBundle(
  documents: readonly BundleDocumentBytes[],
  files: readonly AddedFile[],
  store: ReferenceStore,
): Promise<ImportedBundle> {
  const entries = files.map((file) => entryOf(file, store))
  const { blocks, ...directory } = await makeBundle(documents, entries)
  store.atomically(() => {
    for (const { cid, bytes } of blocks) store.putSmall(cid, bytes)
  })
  return { ...directory, blocks: blocks.map(({ cid }) => cid) }
}

/** The same without a store: nothing is written, so that a caller can write many bundles at once. */
export async function makeBundle(
  documents: readonly BundleDocumentBytes[],
  files: readonly DirectoryEntry[],
): Promise<MadeBundle> {
  const made = new Map<string, { readonly cid: CID; readonly bytes: Uint8Array }>()
  const keep = (cid: CID, bytes: Uint8Array): void => void made.set(cidText(cid), { cid, bytes })
  const entries = [...files]
  for (const document of documents) entries.push(await importDocument(document, keep))
  return { ...(await importDirectory(entries, keep)), blocks: [...made.values()] }
}

function entryOf({ path, cid }: AddedFile, store: ReferenceStore): DirectoryEntry {
  const content = store.contentByCid(cid)
  if (content === undefined)
    throw new AddressError('CONTENT_UNKNOWN', `${cidText(cid)} was not added before its bundle`)
  return { path, cid, tsize: store.tsizeOf(content) }
}

async function importDocument(
  { path, bytes }: BundleDocumentBytes,
  keep: (cid: CID, bytes: Uint8Array) => void,
): Promise<DirectoryEntry> {
  const store = {
    put: async (cid: CID, block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
      if (!(block instanceof Uint8Array)) throw new TypeError('the importer gave a block in pieces')
      // A copy, because the importer hands out views of the document.
      keep(cid, new Uint8Array(block))
      return cid
    },
  }
  const { cid, size } = await importBytes(bytes, store, { profile: PROFILE.name })
  return { path, cid, tsize: Number(size) }
}
