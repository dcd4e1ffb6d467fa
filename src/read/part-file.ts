import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import PQueue from 'p-queue'
import { ReadError } from './errors.ts'
import type { Leaf } from './file-layout.ts'

/** Blocks under way at once from all sources together; 8 MiB in memory at the most. */
const CONCURRENCY = 4

export interface PartOptions {
  readonly fetch: (cid: CID, signal: AbortSignal) => Promise<Uint8Array>
  readonly signal: AbortSignal
  readonly onBytes?: (bytes: number) => void
}

export interface Completed {
  readonly bytes: number
  /** SHA-256 of the whole file, hex, read back from the disk. */
  readonly sha256: string
  /** Bytes that were there already from an earlier run, and checked. */
  readonly resumedBytes: number
}

/**
 * Fills `path` through `path.part`. The digests of the leaves are the resume journal: what a killed run left behind is
 * hashed again and kept where it is right, so nothing else has to be written down.
 *
 * @throws {ReadError} `OUTPUT_UNWRITABLE`, or what `fetch` throws; the part file stays for the next run.
 */
export async function completeFile(path: string, leaves: readonly Leaf[], options: PartOptions): Promise<Completed> {
  const part = `${path}.part`
  const last = leaves.at(-1)
  const size = last === undefined ? 0 : last.offset + last.bytes
  try {
    await using file = await open(part, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644)
    await file.truncate(size)
    const resumedBytes = await fill(file, leaves, options)
    await file.sync()
    const sha256 = await hashOf(file, size)
    await rename(part, path)
    return { bytes: size, sha256, resumedBytes }
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) throw unwritable(part, error)
    throw error
  }
}

async function fill(
  file: FileHandle,
  leaves: readonly Leaf[],
  { fetch, signal, onBytes }: PartOptions,
): Promise<number> {
  const queue = new PQueue({ concurrency: CONCURRENCY })
  const failed = new AbortController()
  let failure: unknown
  let resumed = 0
  for (const leaf of leaves) {
    signal.throwIfAborted()
    await queue.onSizeLessThan(CONCURRENCY)
    if (failed.signal.aborted) break
    if (await holds(file, leaf)) {
      resumed += leaf.bytes
      onBytes?.(leaf.bytes)
      continue
    }
    void queue
      .add(async () => {
        const block = await fetch(leaf.cid, AbortSignal.any([signal, failed.signal]))
        if (block.length !== leaf.bytes)
          throw new ReadError('BUNDLE_MALFORMED', 'a leaf has another size than its parent says')
        await file.write(block, 0, block.length, leaf.offset)
        onBytes?.(block.length)
      })
      .catch((error: unknown) => {
        failure ??= error
        failed.abort()
      })
  }
  await queue.onIdle()
  if (failure !== undefined) throw failure
  return resumed
}

async function holds(file: FileHandle, leaf: Leaf): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(leaf.bytes)
  const { bytesRead } = await file.read(buffer, 0, leaf.bytes, leaf.offset)
  // Most of a fresh part file is a hole: do not hash zeros that cannot match.
  if (bytesRead !== leaf.bytes || (leaf.bytes >= 16 && buffer.readBigUInt64LE(0) === 0n && isZero(buffer))) return false
  return createHash('sha256').update(buffer).digest().equals(leaf.cid.multihash.digest)
}

function isZero(buffer: Buffer): boolean {
  return buffer.equals(Buffer.alloc(buffer.length))
}

async function hashOf(file: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) break
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.digest('hex')
}

function unwritable(path: string, cause: Error): ReadError {
  return new ReadError(
    'OUTPUT_UNWRITABLE',
    `${path} cannot be written: ${'code' in cause ? String(cause.code) : cause.message}`,
    {
      hint: 'make room or choose another directory with -o, then run again: what is fetched already is kept',
      cause,
    },
  )
}
