import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import type { BlockSource } from './block-source.ts'
import { AddressError } from './errors.ts'
import { fileNodeOf, invalid } from './unixfs-node.ts'

/** Four levels hold 1,024^4 MiB; a deeper tree was not made by the profile. */
const MAX_DEPTH = 8

interface Part {
  readonly cid: CID
  /** Where in the file it starts. */
  readonly at: number
  /** As its parent states; unknown for the root. */
  readonly bytes: number | undefined
  readonly depth: number
}

/**
 * Reads bytes `start` to `endExclusive` of a UnixFS file, in order, one verified block at a time: memory does not grow
 * with the file. What lies beyond the file's end is left out. Stopping early leaves nothing open.
 *
 * @throws {AddressError} `CONTENT_UNKNOWN` when the source never had the file, `BLOCK_DAMAGED`, `BLOCK_MISSING`,
 * `FILE_CHANGING`, `DAG_INVALID`.
 */
export async function* readFileRange(
  source: BlockSource,
  file: CID,
  start: number,
  endExclusive: number,
  options: { readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, void> {
  const pending: Part[] = [{ cid: file, at: 0, bytes: undefined, depth: 0 }]
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    options.signal.throwIfAborted()
    const node = fileNodeOf(part.cid, await blockOf(source, part, options))
    // Otherwise a node could hide that bytes are missing, or that a tree never ends.
    if (part.bytes !== undefined && node.bytes !== part.bytes)
      throw invalid(part.cid, 'of another size than its parent states')
    const bytes = node.data.subarray(
      clamp(start - part.at, node.data.length),
      clamp(endExclusive - part.at, node.data.length),
    )
    if (bytes.length > 0) yield bytes
    pending.push(...partsOf(part, node.data.length, node.children, start, endExclusive).reverse())
  }
}

function partsOf(
  parent: Part,
  own: number,
  children: readonly { cid: CID; bytes: number }[],
  start: number,
  end: number,
): Part[] {
  if (children.length > 0 && parent.depth === MAX_DEPTH)
    throw invalid(parent.cid, 'deeper in its file than any file goes')
  let at = parent.at + own
  const parts: Part[] = []
  for (const { cid, bytes } of children) {
    if (bytes > 0 && at < end && at + bytes > start) parts.push({ cid, at, bytes, depth: parent.depth + 1 })
    at += bytes
  }
  return parts
}

async function blockOf(
  source: BlockSource,
  { cid, depth }: Part,
  options: { readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const block = await source.readBlock(cid, options)
  if (block !== undefined) return block
  const [code, what] =
    depth === 0 ? (['CONTENT_UNKNOWN', 'is not'] as const) : (['BLOCK_MISSING', 'is a part of a file but not'] as const)
  throw new AddressError(code, `${cidText(cid)} ${what} in this store`)
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(value, length))
}
