import { createHash, hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { errnoOf, type FileStat, OPEN_FLAGS, sameStat, statOf } from './open-file.ts'
import { chunkLength, chunksIn, PROFILE } from './profile.ts'
import {
  awaitConsumed,
  awaitFilled,
  type Control,
  claimStripe,
  isStopped,
  publish,
  RING_SLOTS,
  stop,
} from './shared-ring.ts'

/** Work for one thread. Everything in it is shared or copied as it is. */
export type HashTask =
  | { readonly kind: 'files'; readonly jobs: readonly { readonly path: string; readonly sha256: boolean }[] }
  | ({ readonly kind: 'stripes' | 'alone' } & OpenFile)
  | ({ readonly kind: 'lead' | 'follow'; readonly ring: SharedArrayBuffer } & OpenFile)

/** A file that the main thread opened and will close; descriptors are the whole process's. */
export interface OpenFile {
  readonly fd: number
  readonly bytes: number
  readonly digests: SharedArrayBuffer
  readonly control: Control
}

type Shared = OpenFile & { readonly ring: SharedArrayBuffer }

/** Why a file gave no hash, in a form that can be sent between threads. */
export type HashFault =
  | { readonly fault: 'changed' }
  | { readonly fault: 'not-a-file' }
  | { readonly fault: 'unreadable'; readonly errno: string }

/** The outcome for one small file. */
export type HashOutcome =
  | HashFault
  | { readonly stat: FileStat; readonly digests: Uint8Array; readonly sha256: Uint8Array }

export type HashReply =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'files'; readonly outcomes: readonly HashOutcome[] }
  | { readonly kind: 'done'; readonly sha256?: Uint8Array; readonly fault?: HashFault }

/** Chunks that a thread takes at a time in a file that is read by several: long runs, so that disks need not seek. */
const STRIPE_CHUNKS = 32
/** Chunks between two reports of progress. */
const REPORT_CHUNKS = 8
/** Every eighth chunk digest is the following thread's work: it has time left, because only the leading one reads. */
const FOLLOW_SHARE = 8

const buffer: Uint8Array = new Uint8Array(PROFILE.chunkBytes)

/** Does one task to its end. @param report - told how many bytes of an open file were read since the last call. */
export function perform(task: HashTask, report: (bytes: number) => void): HashReply {
  if (task.kind === 'files')
    return { kind: 'files', outcomes: task.jobs.map((job) => hashSmallFile(job.path, job.sha256)) }
  try {
    if (task.kind === 'stripes') hashStripes(task, report)
    const sha256 = task.kind === 'stripes' ? undefined : hashInOrder(task, report)
    return { kind: 'done', ...(sha256 === undefined ? {} : { sha256 }) }
  } catch (error) {
    // The other thread of a pair must not wait for chunks that will never come.
    stop(task.control)
    return { kind: 'done', fault: faultOf(error) }
  }
}

function hashInOrder(
  task: Exclude<HashTask, { kind: 'files' | 'stripes' }>,
  report: (bytes: number) => void,
): Uint8Array | undefined {
  if (task.kind === 'lead') return lead(task, report)
  if (task.kind === 'follow') return follow(task)
  return hashAlone(task, report)
}

class Changed extends Error {}

/** Opens, reads once, looks again. For files of a few chunks, where handing work over would cost more than it saves. */
function hashSmallFile(path: string, sha256: boolean): HashOutcome {
  let fd: number | undefined
  try {
    fd = openSync(path, OPEN_FLAGS)
    const before = fstatSync(fd, { bigint: true })
    if (!before.isFile()) return { fault: 'not-a-file' }
    const bytes = Number(before.size)
    const digests = new Uint8Array(chunksIn(bytes) * PROFILE.digestBytes)
    const whole = digestChunks(fd, bytes, digests, sha256)
    const stat = statOf(before)
    return sameStat(stat, statOf(fstatSync(fd, { bigint: true })))
      ? { stat, digests, sha256: whole }
      : { fault: 'changed' }
  } catch (error) {
    return faultOf(error)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function digestChunks(
  fd: number,
  bytes: number,
  digests: Uint8Array,
  sha256: boolean,
  each?: (chunkBytes: number) => boolean,
): Uint8Array {
  const chunks = chunksIn(bytes)
  const whole = sha256 && chunks > 1 ? createHash('sha256') : undefined
  for (let i = 0; i < chunks; i++) {
    const chunk = readChunk(fd, bytes, i, buffer)
    digests.set(hash('sha256', chunk, 'buffer'), i * PROFILE.digestBytes)
    whole?.update(chunk)
    if (each?.(chunk.length) === false) break
  }
  if (whole !== undefined) return whole.digest()
  // A file of one chunk is its own leaf: the two hashes are one.
  return chunks === 1 ? digests.slice() : new Uint8Array(0)
}

function hashAlone(task: OpenFile, report: (bytes: number) => void): Uint8Array {
  return digestChunks(task.fd, task.bytes, new Uint8Array(task.digests), true, (chunkBytes) => {
    report(chunkBytes)
    return !isStopped(task.control)
  })
}

function hashStripes(task: OpenFile, report: (bytes: number) => void): void {
  const digests = new Uint8Array(task.digests)
  const chunks = chunksIn(task.bytes)
  for (
    let first = claimStripe(task.control, STRIPE_CHUNKS);
    first < chunks;
    first = claimStripe(task.control, STRIPE_CHUNKS)
  ) {
    let read = 0
    for (let i = first; i < Math.min(first + STRIPE_CHUNKS, chunks); i++) {
      if (isStopped(task.control)) return
      const chunk = readChunk(task.fd, task.bytes, i, buffer)
      digests.set(hash('sha256', chunk, 'buffer'), i * PROFILE.digestBytes)
      read += chunk.length
    }
    report(read)
  }
}

/** Reads every chunk once, into the ring, and makes most chunk digests. */
function lead(task: Shared, report: (bytes: number) => void): undefined {
  const digests = new Uint8Array(task.digests)
  let unreported = 0
  for (let i = 0; i < chunksIn(task.bytes); i++) {
    if (!awaitConsumed(task.control, i - RING_SLOTS)) return
    const chunk = readChunk(task.fd, task.bytes, i, slot(task.ring, i))
    publish(task.control, 'filled')
    if (!isFollowers(i)) digests.set(hash('sha256', chunk, 'buffer'), i * PROFILE.digestBytes)
    unreported += chunk.length
    if (i % REPORT_CHUNKS !== 0) continue
    report(unreported)
    unreported = 0
  }
  report(unreported)
}

/** Makes the SHA-256 of the whole file from the chunks that the leading thread put into the ring. */
function follow(task: Shared): Uint8Array | undefined {
  const digests = new Uint8Array(task.digests)
  const whole = createHash('sha256')
  for (let i = 0; i < chunksIn(task.bytes); i++) {
    if (!awaitFilled(task.control, i)) return undefined
    const chunk = slot(task.ring, i).subarray(0, chunkLength(task.bytes, i))
    whole.update(chunk)
    if (isFollowers(i)) digests.set(hash('sha256', chunk, 'buffer'), i * PROFILE.digestBytes)
    publish(task.control, 'consumed')
  }
  return whole.digest()
}

function isFollowers(index: number): boolean {
  return index % FOLLOW_SHARE === FOLLOW_SHARE - 1
}

function slot(ring: SharedArrayBuffer, index: number): Uint8Array {
  return new Uint8Array(ring, (index % RING_SLOTS) * PROFILE.chunkBytes, PROFILE.chunkBytes)
}

function readChunk(fd: number, bytes: number, index: number, into: Uint8Array): Uint8Array {
  const length = chunkLength(bytes, index)
  for (let have = 0; have < length; ) {
    const read = readSync(fd, into, have, length - have, index * PROFILE.chunkBytes + have)
    if (read === 0) throw new Changed('the file is shorter than it was')
    have += read
  }
  return into.subarray(0, length)
}

function faultOf(error: unknown): HashFault {
  if (error instanceof Changed) return { fault: 'changed' }
  const errno = errnoOf(error)
  if (errno === undefined) throw error
  return { fault: 'unreadable', errno }
}
