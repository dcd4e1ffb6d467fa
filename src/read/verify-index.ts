import { setImmediate } from 'node:timers/promises'
import { buildIndex, type IndexFile, type IndexHead, indexReceiptPath } from '../manifest/index-build.ts'
import { compareSkeletons, type IndexSkeletons } from '../manifest/index-skeletons.ts'
import { keepEntries } from '../manifest/kept-reads.ts'
import { leafHash } from '../manifest/merkle.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { parseTlogProof, verifyTlogProof } from '../manifest/proof.ts'
import type { FoldState } from '../manifest/state.ts'
import { parseStatement } from '../manifest/statement.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { HoldfastError } from '../model/errors.ts'
import { ReadError } from './errors.ts'
import type { OpenManifest } from './open-manifest.ts'
import { MAX_RECEIPT_BYTES } from './verify-receipt.ts'

/** Files of the index asked for at a time; some 100 kB each, at most 4 MiB. */
const AT_ONCE = 8

export interface VerifyIndexOptions {
  readonly primitives: Primitives
  readonly signal: AbortSignal
  /** Folded up to the newest statement, without it. */
  readonly state: FoldState
  readonly entryBytes: (index: number) => Uint8Array
  /** What the files say, where somebody read them already; see `startIndexThread`. */
  readonly skeletons?: Promise<IndexSkeletons | undefined>
}

/**
 * Compares the index that the newest statement commits to with the source, its receipt too: by what is known of its files
 * already or, where that is nothing or not right, by building it and comparing file by file, which tells what is wrong.
 *
 * @throws {ReadError} `INDEX_DAMAGED`.
 */
export async function verifyIndex(manifest: OpenManifest, options: VerifyIndexOptions): Promise<void> {
  const { state, signal } = options
  const entryBytes = keepEntries(options.entryBytes)
  const { sha256 } = options.primitives
  const index = manifest.log.head.size - 1
  const committed = committedIndex(entryBytes(index), index)
  if (committed === undefined) throw damaged(manifest, 'its newest statement commits to no index')
  await verifyReceiptFile(manifest, index, options)
  if (await isKnownToBeRight(index, options)) return
  const log = { state, entryBytes, leafHashAt: (i: number) => leafHash(sha256, entryBytes(i)) }
  const files = buildIndex(log, index, sha256)
  const built = await compareAll(files, (file) => compare(manifest, file, signal))
  if (built.root !== committed.root || built.bits !== committed.bits)
    throw damaged(manifest, 'the index that its newest statement commits to is not the index of its statements')
}

/** Shards compared before it is somebody else's turn; some milliseconds. */
const SHARDS_A_TURN = 32

async function isKnownToBeRight(
  size: number,
  { state, primitives, signal, ...options }: VerifyIndexOptions,
): Promise<boolean> {
  const skeletons = await options.skeletons
  signal.throwIfAborted()
  if (skeletons?.size !== size) return false
  const comparing = compareSkeletons(state, skeletons, primitives.sha256)
  for (let shard = 1; ; shard += 1) {
    const { done, value } = comparing.next()
    if (done === true) return value
    if (shard % SHARDS_A_TURN !== 0) continue
    await setImmediate()
    signal.throwIfAborted()
  }
}

/** The source answers while the next files are built; the first fault in the order of files is the one that is told. */
async function compareAll(
  files: Iterator<IndexFile, IndexHead>,
  compareOne: (file: IndexFile) => Promise<void>,
): Promise<IndexHead> {
  const underWay: Promise<void>[] = []
  try {
    for (let next = files.next(); ; next = files.next()) {
      if (next.done === true) {
        for (const comparing of underWay) await comparing
        return next.value
      }
      const comparing = compareOne(next.value)
      // Its failure is met where it is awaited, which is later.
      comparing.catch(() => undefined)
      if (underWay.push(comparing) >= AT_ONCE) await underWay.shift()
      // Building is synchronous; this is the source's turn.
      await setImmediate()
    }
  } finally {
    await Promise.allSettled(underWay)
  }
}

async function compare(manifest: OpenManifest, { path, bytes }: IndexFile, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const found = await manifest.source.read(path, { maxBytes: bytes.length, signal })
  if (found === undefined || Buffer.compare(found, bytes) !== 0)
    throw damaged(manifest, `${path} is missing or holds other bytes than it must`)
}

function committedIndex(
  bytes: Uint8Array,
  index: number,
): { readonly root: string; readonly bits: number } | undefined {
  const parsed = parseStatement(bytes)
  if (parsed.kind !== 'known' || parsed.statement.type !== 'index/1' || parsed.statement.size !== index)
    return undefined
  return parsed.statement
}

/** Lookups begin at this file. Cosignatures in its note may differ from those of the newest head. */
async function verifyReceiptFile(
  manifest: OpenManifest,
  index: number,
  { primitives, signal, entryBytes }: VerifyIndexOptions,
): Promise<void> {
  const path = indexReceiptPath(index)
  const bytes = await manifest.source.read(path, { maxBytes: MAX_RECEIPT_BYTES, signal })
  if (bytes === undefined) throw damaged(manifest, `${path} is missing`)
  try {
    const { head } = manifest.log
    const proof = parseTlogProof(bytes, MAX_RECEIPT_BYTES)
    const { checkpoint } = verifyCheckpoint(primitives, manifest.policyAt(head.size), proof.note)
    verifyTlogProof(primitives.sha256, proof, proof.extra ?? new Uint8Array(0), checkpoint)
    if (proof.index === index && checkpoint.size === head.size && equal(proof.extra, entryBytes(index))) return
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    throw damaged(manifest, `${path}: ${error.message}`, error)
  }
  throw damaged(manifest, `${path} proves something else than the newest index`)
}

function equal(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0
}

function damaged(manifest: OpenManifest, what: string, cause?: unknown): ReadError {
  return new ReadError('INDEX_DAMAGED', `${manifest.source.name}: ${what}`, {
    hint: 'this copy was altered or is incomplete: compare it with another one before you rely on it',
    cause,
  })
}
