import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { parseSignedNote } from '../manifest/note.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { quorumTime } from '../manifest/quorum-time.ts'
import { requireQuorum, type VerifiedCheckpoint, verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { ReadError } from './errors.ts'
import { type LogReader, openLogReader } from './log-reader.ts'
import { type ManifestSource, openManifestSource } from './manifest-source.ts'
import { walkedPolicy } from './walked-policy.ts'

/** Limit of manifest-v1 §12. */
const HEAD_BYTES = 128 * 1024

/** A manifest under one verified head; an operation reads all that it needs under the same one. */
export interface OpenManifest {
  readonly source: ManifestSource
  readonly origin: string
  readonly verified: VerifiedCheckpoint
  readonly note: Uint8Array
  /** Verifier keys that ever could sign for this log, after the walk of its policies; the genesis must name one. */
  readonly logKeys: readonly string[]
  /** The reader's policy with the log keys that may sign a head of that size. */
  policyAt(size: number): Policy
  readonly log: LogReader
}

export interface OpenOptions {
  readonly primitives: Primitives
  readonly signal: AbortSignal
  /** Oldest acceptable age of the newest quorum cosignature, in seconds; @default any age. */
  readonly maxAgeSeconds?: number
}

/**
 * Fetches the newest checkpoint and checks, in the order of manifest-v1: byte limits, note, origin, policies, signatures
 * and quorum. What is read through the result afterwards is proven against that head.
 *
 * @throws {ReadError} `MANIFEST_MISSING`, `SOURCE_UNREACHABLE`, `HEAD_TOO_OLD`; `ManifestError` for what does not verify.
 */
export async function openManifest(where: string, policy: Policy, options: OpenOptions): Promise<OpenManifest> {
  const source = await openManifestSource(where, options)
  return openManifestFrom(source, policy, options)
}

/** The same over a source that is open already. */
export async function openManifestFrom(
  source: ManifestSource,
  policy: Policy,
  options: OpenOptions,
): Promise<OpenManifest> {
  const note = await source.read('checkpoint', { maxBytes: HEAD_BYTES, signal: options.signal })
  if (note === undefined) throw new ReadError('MANIFEST_MISSING', `${source.name} has no checkpoint`)
  const { policyAt, logKeys } = await walkedPolicy(source, policy, note, options)
  const accepted = policyAt(parseCheckpoint(parseSignedNote(note).text).size)
  const verified = verifyCheckpoint(options.primitives, accepted, note)
  requireQuorum(verified, accepted)
  checkAge(quorumTime(accepted, verified.cosignatures), options.maxAgeSeconds)
  return {
    source,
    origin: verified.checkpoint.origin,
    verified,
    note,
    logKeys,
    policyAt,
    log: openLogReader(source, verified.checkpoint, options.primitives),
  }
}

/** @param seen - when a quorum last said that it saw the head. */
function checkAge(seen: number | undefined, maxAgeSeconds: number | undefined): void {
  if (maxAgeSeconds === undefined) return
  const age = Date.now() / 1000 - (seen ?? 0)
  if (seen !== undefined && age <= maxAgeSeconds) return
  throw new ReadError(
    'HEAD_TOO_OLD',
    seen === undefined
      ? 'no witness says when it saw this head'
      : `the head was last witnessed ${Math.round(age)} s ago`,
    {
      hint: 'ask another source for a newer head, or allow an older one with --max-age',
    },
  )
}
