import { lstat } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import type { HashedFile, Hasher } from '../address/hash-file.ts'
import { makeBundle } from '../address/import-bundle.ts'
import type { FileStat } from '../address/open-file.ts'
import type { ReferenceStore } from '../address/reference-store.ts'
import { buildTree } from '../address/tree.ts'
import { type ComposedBundle, composeBundle } from '../bundle/compose.ts'
import { neutralNames } from '../bundle/neutral-names.ts'
import type { FoundBundle, FoundFile } from '../intake/layout.ts'
import { type BundleFile, PUBLIC_ROLES, type PublicRole } from '../model/bundle.ts'

/** One file with its content address; `hashed` is there when it had to be read. */
export interface AddressedFile {
  readonly found: FoundFile
  readonly stat: FileStat
  readonly content: number | undefined
  readonly hashed: HashedFile | undefined
  readonly cid: CID
  readonly bytes: number
  /** Bytes of all its blocks, as the directory states. */
  readonly tsize: number
  /** Hex. */
  readonly sha256: string
}

/** A found bundle with its root; nothing of it is stored yet. */
export interface AddressedBundle {
  readonly found: FoundBundle
  readonly root: CID
  readonly composed: ComposedBundle
  readonly publicFiles: readonly { readonly entry: BundleFile; readonly file: AddressedFile }[]
  readonly privateFiles: readonly AddressedFile[]
  /** Blocks that are ours: documents and directory nodes. */
  readonly blocks: readonly { readonly cid: CID; readonly bytes: Uint8Array }[]
}

export interface AddressOptions {
  readonly hasher: Hasher
  readonly content: ReferenceStore
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

/**
 * Gives a found bundle its root: reads each file that is not known by its stat, once; composes the documents; builds the
 * directory. Reads the store, writes nothing.
 */
export async function addressFound(found: FoundBundle, options: AddressOptions): Promise<AddressedBundle> {
  const files = await allOf(found.files.map((file) => addressFile(file, options)))
  const open = files.filter((file) => isPublicRole(file.found.role))
  const unnamed = open.map((file) => ({
    bytes: file.bytes,
    sha256: file.sha256,
    mediaType: file.found.mediaType,
    role: publicRole(file.found.role),
    ...(file.found.language === undefined ? {} : { language: file.found.language }),
  }))
  const names = neutralNames(unnamed)
  const publicFiles = open.map((file, i) => ({
    file,
    entry: { ...unnamedAt(unnamed, i), path: names[i] ?? '', cid: file.cid.toString() },
  }))
  const composed = composeBundle(
    found.document,
    publicFiles.map(({ entry }) => entry),
  )
  const { root, blocks } = await makeBundle(
    composed.documents,
    publicFiles.map(({ entry, file }) => ({ path: entry.path, cid: file.cid, tsize: file.tsize })),
  )
  return {
    found,
    root,
    composed,
    publicFiles,
    privateFiles: files.filter((file) => !isPublicRole(file.found.role)),
    blocks,
  }
}

/** As `Promise.all`, but a failure waits for the others: nothing of a bundle is still read after its verdict. */
async function allOf<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running)
  return Promise.all(running)
}

async function addressFile(
  found: FoundFile,
  { hasher, content, signal, onBytes }: AddressOptions,
): Promise<AddressedFile> {
  const stat = await lstat(found.path, { bigint: true })
  const known = content.knownContent(found.path, stat)
  const facts = known === undefined ? undefined : content.content(known)
  if (known !== undefined && facts !== undefined) {
    return {
      found,
      stat,
      content: known,
      hashed: undefined,
      cid: facts.cid,
      bytes: facts.bytes,
      tsize: content.tsizeOf(facts),
      sha256: hex(facts.sha256),
    }
  }
  const hashed = await hasher.hashFile(found.path, { signal, onBytes })
  const { tsize } = buildTree(hashed.digests, hashed.bytes)
  return {
    found,
    stat: hashed.stat,
    content: undefined,
    hashed,
    cid: hashed.cid,
    bytes: hashed.bytes,
    tsize,
    sha256: hex(hashed.sha256),
  }
}

function unnamedAt<T>(items: readonly T[], i: number): T {
  const item = items[i]
  if (item === undefined) throw new RangeError(`no item ${i}`)
  return item
}

function isPublicRole(role: string): role is PublicRole {
  return PUBLIC_ROLES.some((known) => known === role)
}

function publicRole(role: string): PublicRole {
  if (!isPublicRole(role)) throw new TypeError(`${role} is not a public role`)
  return role
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
