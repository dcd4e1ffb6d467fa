import { lstat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { CID } from 'multiformats/cid'
import type { AddressError } from './errors.ts'
import type { HashFault, HashTask, OpenFile } from './hash-task.ts'
import { type FileStat, fileChanged, notAFile, openRegular, sameStat, statOf, unreadable } from './open-file.ts'
import { chunksIn, PROFILE } from './profile.ts'
import { newControl, RING_SLOTS, stop } from './shared-ring.ts'
import { SmallFiles } from './small-files.ts'
import { type HashThread, ThreadPool } from './thread-pool.ts'
import { buildTree } from './tree.ts'

/** A file as one read of it found it. */
export interface HashedFile {
  readonly path: string
  /** The same before and after the read. */
  readonly stat: FileStat
  readonly cid: CID
  readonly bytes: number
  /** SHA-256 of the whole file; empty when it was not asked for and the file has more than one chunk. */
  readonly sha256: Uint8Array
  /** SHA-256 of each chunk of 1 MiB, 32 bytes each, in order. */
  readonly digests: Uint8Array
}

export interface HashOptions {
  readonly signal: AbortSignal
  /** Called now and then with the bytes read since the last call; in the end they add up to the file. */
  readonly onBytes?: (bytes: number) => void
  /** Whether the SHA-256 of the whole file is wanted beside the CID. @default true */
  readonly sha256?: boolean
}

export interface Hasher extends AsyncDisposable {
  /**
   * Reads a file once, from end to end, outside the main thread.
   *
   * @throws {AddressError} `NOT_A_FILE`, `FILE_UNREADABLE`, `FILE_CHANGED`, `HASHER_CLOSED`.
   */
  hashFile(path: string, options: HashOptions): Promise<HashedFile>
}

/** Up to this size a file is read by one thread: dividing it would cost more than it saves. */
const SMALL_BYTES = 8 * PROFILE.chunkBytes
/** One thread reads and makes chunk digests, the other makes the SHA-256 of the whole file. */
const PAIR = 2
/** More threads than that make disks seek and hash no faster than disks read. */
const MOST_THREADS = 4

/**
 * Makes a hasher. Its threads start with the first file and end when it is disposed.
 *
 * @param options.threads - @default the processors of this machine, from 2 to 4
 */
export function openHasher(options: { readonly threads?: number } = {}): Hasher {
  const pool = new ThreadPool(options.threads ?? Math.max(PAIR, Math.min(MOST_THREADS, availableParallelism())))
  const small = new SmallFiles(pool)
  const rings: SharedArrayBuffer[] = []

  return {
    async hashFile(path, { signal, onBytes, sha256 = true }) {
      signal.throwIfAborted()
      // A first look decides who reads, no more: whoever reads opens the file and looks for itself.
      const stats = await lstat(path, { bigint: true }).catch((cause: unknown) => {
        throw unreadable(path, cause)
      })
      if (!stats.isFile()) throw notAFile(path)
      if (stats.size > SMALL_BYTES) return await hashLarge(path, { signal, sha256, ...(onBytes && { onBytes }) })
      const outcome = await small.hash(path, { signal, sha256 })
      if ('fault' in outcome) throw raise(path, outcome)
      onBytes?.(Number(outcome.stat.size))
      return hashed(path, outcome.stat, outcome.digests, outcome.sha256)
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }

  async function hashLarge(path: string, options: HashOptions & { readonly sha256: boolean }): Promise<HashedFile> {
    const { handle, stat } = await openRegular(path)
    const bytes = Number(stat.size)
    const shared = new SharedArrayBuffer(chunksIn(bytes) * PROFILE.digestBytes)
    const file: OpenFile = { fd: handle.fd, bytes, digests: shared, control: newControl() }
    const onAbort = (): void => stop(file.control)
    options.signal.addEventListener('abort', onAbort)
    try {
      const sha256 = await readOnce(path, file, options)
      options.signal.throwIfAborted()
      if (!sameStat(stat, statOf(await handle.stat({ bigint: true })))) throw fileChanged(path)
      // A copy, because memory that is shared cannot be bound to a database statement.
      return hashed(path, stat, new Uint8Array(shared).slice(), sha256)
    } finally {
      options.signal.removeEventListener('abort', onAbort)
      await handle.close()
    }
  }

  /** Resolves when no thread uses the file any more, whatever became of it. */
  async function readOnce(
    path: string,
    file: OpenFile,
    options: HashOptions & { readonly sha256: boolean },
  ): Promise<Uint8Array> {
    const crew = options.sha256 ? Math.min(PAIR, pool.size) : pool.size
    return await pool.use(crew, async (threads) => {
      options.signal.throwIfAborted()
      const ring = rings.pop() ?? new SharedArrayBuffer(RING_SLOTS * PROFILE.chunkBytes)
      const replies = await runAll(threads, tasksFor(threads.length, file, ring, options.sha256), file, options.onBytes)
      rings.push(ring)
      for (const { fault } of replies) if (fault !== undefined) throw raise(path, fault)
      return replies.find(({ sha256 }) => sha256 !== undefined)?.sha256 ?? new Uint8Array(0)
    })
  }
}

function tasksFor(threads: number, file: OpenFile, ring: SharedArrayBuffer, sha256: boolean): HashTask[] {
  if (!sha256) return Array.from({ length: threads }, () => ({ kind: 'stripes', ...file }))
  if (threads < PAIR) return [{ kind: 'alone', ...file }]
  return [
    { kind: 'lead', ring, ...file },
    { kind: 'follow', ring, ...file },
  ]
}

async function runAll(
  threads: readonly HashThread[],
  tasks: readonly HashTask[],
  file: OpenFile,
  onBytes?: (bytes: number) => void,
): Promise<{ sha256?: Uint8Array; fault?: HashFault }[]> {
  const running = threads.map(async (thread, i) => {
    const task = tasks[i]
    if (task === undefined) return {}
    try {
      const reply = await thread.run(task, onBytes)
      return reply.kind === 'done' ? reply : {}
    } catch (error) {
      // A thread that died must not leave its partner waiting.
      stop(file.control)
      throw error
    }
  })
  const settled = await Promise.allSettled(running)
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

function hashed(path: string, stat: FileStat, digests: Uint8Array, sha256: Uint8Array): HashedFile {
  const bytes = Number(stat.size)
  return { path, stat, cid: buildTree(digests, bytes).root, bytes, sha256, digests }
}

function raise(path: string, fault: HashFault): AddressError {
  if (fault.fault === 'changed') return fileChanged(path)
  if (fault.fault === 'not-a-file') return notAFile(path)
  return unreadable(path, Object.assign(new Error(fault.errno), { code: fault.errno, errno: 0 }))
}
