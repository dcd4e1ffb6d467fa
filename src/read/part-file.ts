import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, rename } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import PQueue from 'p-queue'
import type { BlockSource, LeafSink } from './block-source.ts'
import { ReadError } from './errors.ts'
import { type GetBlock, type Leaf, leavesOf } from './file-layout.ts'
import { missingRuns } from './missing-leaves.ts'

/** Requests under way at once from all sources together, each for one leaf: 8 MiB in memory at the most. */
const SINGLE_AT_ONCE = 4
/**
 * The same where one request brings a run of leaves, and how long that is: enough that asking costs little, and so little that
 * a fast source does not wait long for a slow one at the end of a file.
 */
const RUNS_AT_ONCE = 2
const RUN_LEAVES = 8

/** A file as its publisher promises it. */
export interface PromisedFile {
  readonly cid: CID
  readonly bytes: number
  /** Hex; absent where nothing but the CID is promised. */
  readonly sha256?: string
}

export interface PartOptions {
  /** Leaves and inner nodes; the latter may be asked for again. */
  readonly source: BlockSource
  readonly signal: AbortSignal
  readonly onBytes?: (bytes: number) => void
}

export interface Completed {
  readonly bytes: number
  /** SHA-256 of the whole file, hex, read back from the disk. */
  readonly sha256: string
}

/**
 * Fills `path` through `path.part`. The digests of the leaves are the resume journal: what an earlier run left behind,
 * whole or in part, is hashed again and kept where it is right, so nothing else has to be written down. The file gets
 * its name only when all of it is as promised.
 *
 * @throws {ReadError} `OUTPUT_UNWRITABLE`, `BUNDLE_MALFORMED`, `BLOCK_WRONG`, or what `fetch` throws; the part file stays.
 */
export async function completeFile(path: string, promised: PromisedFile, options: PartOptions): Promise<Completed> {
  const getNode: GetBlock = (cid) => options.source.fetch(cid, options.signal)
  return completeBy(path, promised, {
    ...(options.onBytes === undefined ? {} : { onBytes: options.onBytes }),
    fill: (file) => fill(file, promised.cid, leavesOf(promised.cid, promised.bytes, getNode), options),
    async check(file) {
      const sha256 = await hashOf(file, promised.bytes)
      if (promised.sha256 !== undefined && promised.sha256 !== sha256) throw contradiction(path)
      return sha256
    },
  })
}

/** How a part file becomes the whole one. */
export interface Completion {
  /** Writes what is missing; what an earlier run left is still there, right or wrong, and never longer than promised. */
  fill(file: FileHandle): Promise<void>
  /** Reads the whole file back from the disk and throws unless it is as promised. @returns its SHA-256, hex. */
  check(file: FileHandle): Promise<string>
  readonly onBytes?: (bytes: number) => void
}

/**
 * The same for a file whose bytes come from elsewhere: it gets its name only after `check`.
 *
 * @throws {ReadError} `OUTPUT_UNWRITABLE`, or what `fill` and `check` throw; the part file stays.
 */
export async function completeBy(path: string, promised: PromisedFile, completion: Completion): Promise<Completed> {
  const part = `${path}.part`
  try {
    const there = await finished(path, promised, completion)
    if (there !== undefined) return there
    await takeUp(path, part)
    await using file = await open(part, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644)
    // Never made longer beforehand: what a publisher says of a size costs nothing until leaves bear it out.
    if ((await file.stat()).size > promised.bytes) await file.truncate(promised.bytes)
    await completion.fill(file)
    // The disk writes while the whole is read again; both are done before it has its name.
    const [sha256] = await Promise.all([completion.check(file), file.sync()])
    await rename(part, path)
    return { bytes: promised.bytes, sha256 }
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) throw unwritable(part, error)
    throw error
  }
}

/** What an earlier run finished keeps its name, and asks nobody for anything. */
async function finished(
  path: string,
  { bytes, sha256 }: PromisedFile,
  { onBytes }: Pick<Completion, 'onBytes'>,
): Promise<Completed | undefined> {
  const stat = await lstat(path).catch(nothingThere)
  if (sha256 === undefined || stat?.isFile() !== true || stat.size !== bytes) return undefined
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  if ((await hashOf(file, bytes)) !== sha256) return undefined
  onBytes?.(bytes)
  return { bytes, sha256 }
}

function nothingThere(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

/** A file that an earlier run finished and somebody changed since: only what is wrong in it is fetched. */
async function takeUp(path: string, part: string): Promise<void> {
  if ((await lstat(path).catch(nothingThere))?.isFile() === true) await rename(path, part)
}

async function fill(
  file: FileHandle,
  cid: CID,
  leaves: AsyncIterable<Leaf>,
  { source, signal, onBytes }: PartOptions,
): Promise<void> {
  const [atOnce, runLeaves] = source.fetchLeaves === undefined ? [SINGLE_AT_ONCE, 1] : [RUNS_AT_ONCE, RUN_LEAVES]
  const queue = new PQueue({ concurrency: atOnce })
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  let failure: unknown
  const fail = (error: unknown): void => {
    failure ??= error
    failed.abort()
  }
  const write: LeafSink = async ({ offset, bytes }, block) => {
    if (block.length !== bytes) throw wrongSize()
    await file.write(block, 0, block.length, offset)
    onBytes?.(block.length)
  }
  try {
    for await (const run of missingRuns(file, leaves, runLeaves, onBytes)) {
      signal.throwIfAborted()
      await queue.onSizeLessThan(atOnce)
      if (failed.signal.aborted) break
      void queue.add(() => fetchRun(source, cid, run, write, either)).catch(fail)
    }
  } catch (error) {
    fail(error)
  }
  await queue.onIdle()
  if (failure !== undefined) throw failure
}

async function fetchRun(
  source: BlockSource,
  cid: CID,
  run: readonly Leaf[],
  sink: LeafSink,
  signal: AbortSignal,
): Promise<void> {
  // A stream for one leaf would bring its parents, too.
  if (source.fetchLeaves !== undefined && run.length > 1) return source.fetchLeaves(cid, run, sink, signal)
  for (const leaf of run) await sink(leaf, await source.fetch(leaf.cid, signal))
}

/** One piece is read while the one before it is hashed. */
async function hashOf(file: FileHandle, size: number): Promise<string> {
  const hasher = createHash('sha256')
  const read = (buffer: Buffer, at: number): Promise<Buffer> =>
    file.read(buffer, 0, buffer.length, at).then(({ bytesRead }) => buffer.subarray(0, bytesRead))
  let [here, there] = [Buffer.allocUnsafe(1024 * 1024), Buffer.allocUnsafe(1024 * 1024)]
  let next = read(here, 0)
  for (let at = 0; at < size; ) {
    const piece = await next
    if (piece.length === 0) break
    at += piece.length
    ;[here, there] = [there, here]
    next = read(here, at)
    hasher.update(piece)
  }
  await next
  return hasher.digest('hex')
}

function wrongSize(): ReadError {
  return new ReadError('BUNDLE_MALFORMED', 'a leaf has another size than its parent says', {
    hint: 'the publisher made this bundle wrongly: keep the statement and tell others',
  })
}

function contradiction(path: string): ReadError {
  return new ReadError('BLOCK_WRONG', `${path} has another SHA-256 than its statement says`, {
    hint: 'the statement contradicts itself: keep it and tell the publisher; the bytes stay in the part file',
  })
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
