import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exporter, type ReadableStorage } from 'ipfs-unixfs-exporter'
import type { CID } from 'multiformats/cid'
import type { BlockSource } from './block-source.ts'
import { ReadError } from './errors.ts'
import { leavesOf } from './file-layout.ts'
import { completeFile } from './part-file.ts'

/** Inner nodes kept while a bundle is fetched; a node of 1,024 links has 50 kB. */
const NODE_CACHE = 64

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
  readonly onTotal?: (bytes: number) => void
}

/**
 * Fetches a bundle's directory into `outDir`, block by verified block; what is complete there already is kept.
 *
 * @param promised - SHA-256 by name where a verified statement lists it; a file that differs is refused.
 * @throws {ReadError} `SOURCES_EXHAUSTED`, `BUNDLE_MALFORMED`, `OUTPUT_UNWRITABLE`, `BLOCK_WRONG`.
 */
export async function* getBundle(
  root: CID,
  outDir: string,
  source: BlockSource,
  promised: ReadonlyMap<string, string>,
  options: GetOptions,
): AsyncGenerator<GotFile> {
  const fetch = cachedNodes(source)
  const entries = await listDirectory(root, (cid) => fetch(cid, options.signal))
  await makeDirectory(outDir)
  for (const { name, cid } of entries) {
    if (options.stopping.aborted) return
    const leaves = await leavesOf(cid, undefined, (node) => fetch(node, options.signal))
    options.onTotal?.(leaves.reduce((sum, leaf) => sum + leaf.bytes, 0))
    const path = join(outDir, name)
    const got = await completeFile(path, leaves, {
      fetch,
      signal: options.signal,
      ...(options.onBytes === undefined ? {} : { onBytes: options.onBytes }),
    })
    const expected = promised.get(name)
    if (expected !== undefined && expected !== got.sha256) {
      throw new ReadError('BLOCK_WRONG', `${name} has another SHA-256 than its statement says`, {
        hint: 'the statement contradicts itself: keep it and tell the publisher',
      })
    }
    yield { name, path, bytes: got.bytes, sha256: got.sha256 }
  }
}

async function listDirectory(
  root: CID,
  getBlock: (cid: CID) => Promise<Uint8Array>,
): Promise<{ name: string; cid: CID }[]> {
  const storage: ReadableStorage = {
    async *get(cid: CID) {
      yield await getBlock(cid)
    },
  }
  const entry = await exporter(root, storage)
  if (entry.type !== 'directory') throw new ReadError('BUNDLE_MALFORMED', 'the root of a bundle is not a directory')
  const entries: { name: string; cid: CID }[] = []
  for await (const { name, cid } of entry.entries()) {
    if (!isSafeName(name))
      throw new ReadError('BUNDLE_MALFORMED', 'the bundle has a file name that could leave its directory')
    entries.push({ name, cid })
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** bundle-v1: names are ours, so anything but these characters is an attack. */
function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/u.test(name) && !name.endsWith('.part')
}

function cachedNodes(source: BlockSource): (cid: CID, signal: AbortSignal) => Promise<Uint8Array> {
  const nodes = new Map<string, Uint8Array>()
  return async (cid, signal) => {
    if (cid.code === 0x55) return source.fetch(cid, signal)
    const key = cid.toString()
    const known = nodes.get(key)
    if (known !== undefined) return known
    const block = await source.fetch(cid, signal)
    const oldest = nodes.keys().next().value
    if (nodes.size >= NODE_CACHE && oldest !== undefined) nodes.delete(oldest)
    nodes.set(key, block)
    return block
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
