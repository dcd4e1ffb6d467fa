import { decodeBase64, encodeBase64 } from '../manifest/base64.ts'
import { verifyConsistency } from '../manifest/merkle.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { type VerifiedCheckpoint, verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { ReadError } from './errors.ts'

const HEADER = 'holdfast/fork-evidence/v1'
/** A path in a tree of 2^53 leaves has at most this many hashes. */
const MAX_PATH = 64

/** Two signed heads of one log that cannot both be true, with all that somebody else needs to see it. */
export interface ForkEvidence {
  /** The note of the smaller head, or of either where both have one size. */
  readonly older: Uint8Array
  readonly newer: Uint8Array
  /** The root that the newer head's tree has at the size of the older one, and the proof of that; absent at equal sizes. */
  readonly proof?: { readonly root: Uint8Array; readonly path: readonly Uint8Array[] }
}

/** What is proven of a log by two heads. */
export interface ProvenFork {
  readonly origin: string
  readonly older: { readonly size: number; readonly root: string }
  readonly newer: { readonly size: number; readonly root: string }
}

/** One line a fact, all in standard base64: `older` and `newer` are notes byte for byte. */
export function formatForkEvidence({ older, newer, proof }: ForkEvidence): Uint8Array {
  const lines = [HEADER, `older ${encodeBase64(older)}`, `newer ${encodeBase64(newer)}`]
  if (proof !== undefined)
    lines.push(`root ${encodeBase64(proof.root)}`, ...proof.path.map((hash) => `path ${encodeBase64(hash)}`))
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

/** Tells the kind of a file that `holdfast verify` was given by its first line. */
export function isForkEvidence(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, HEADER.length + 1)).toString('latin1') === `${HEADER}\n`
}

/** @throws {ReadError} `EVIDENCE_UNREADABLE`. */
export function parseForkEvidence(bytes: Uint8Array): ForkEvidence {
  const [header, older = '', newer = '', root, ...path] = new TextDecoder().decode(bytes).split('\n').slice(0, -1)
  if (header !== HEADER || path.length > MAX_PATH) throw unreadable('it is not such a file')
  const notes = { older: fieldOf('older', older), newer: fieldOf('newer', newer) }
  if (root === undefined) return notes
  return { ...notes, proof: { root: fieldOf('root', root), path: path.map((line) => fieldOf('path', line)) } }
}

/**
 * Checks that a log signed two heads that contradict each other: both signatures, and that the newer tree has another root
 * at the older size. Needs nothing but the file and the policy; whether witnesses saw the heads does not matter.
 *
 * @throws {ReadError} `EVIDENCE_UNREADABLE`, `FORK_UNPROVEN`; {ManifestError} for signatures.
 */
export function verifyForkEvidence(evidence: ForkEvidence, policy: Policy, primitives: Primitives): ProvenFork {
  const [older, newer] = [evidence.older, evidence.newer].map((note) => verifyCheckpoint(primitives, policy, note))
  if (older === undefined || newer === undefined) throw unreadable('it lacks a head')
  const { origin } = older.checkpoint
  if (newer.checkpoint.origin !== origin) throw unproven('the two heads are of different logs')
  if (!contradict(older, newer, evidence.proof, primitives)) throw unproven('both heads can be of one history')
  return { origin, older: headOf(older), newer: headOf(newer) }
}

function contradict(
  { checkpoint: older }: VerifiedCheckpoint,
  { checkpoint: newer }: VerifiedCheckpoint,
  proof: ForkEvidence['proof'],
  { sha256 }: Primitives,
): boolean {
  if (older.size === newer.size) return Buffer.compare(older.root, newer.root) !== 0
  if (proof === undefined || older.size > newer.size || Buffer.compare(proof.root, older.root) === 0) return false
  const claim = { oldSize: older.size, oldRoot: proof.root, size: newer.size, root: newer.root, path: proof.path }
  return verifyConsistency(sha256, claim)
}

function headOf({ checkpoint }: VerifiedCheckpoint): { readonly size: number; readonly root: string } {
  return { size: checkpoint.size, root: Buffer.from(checkpoint.root).toString('hex') }
}

function fieldOf(name: string, line: string): Uint8Array {
  const bytes = line.startsWith(`${name} `) ? decodeBase64(line.slice(name.length + 1)) : undefined
  if (bytes === undefined) throw unreadable(`its line "${name}" is missing or malformed`)
  return bytes
}

function unreadable(why: string): ReadError {
  return new ReadError('EVIDENCE_UNREADABLE', `this is no evidence of contradicting heads: ${why}`, {
    hint: 'ask for the file again, byte for byte as the mirror wrote it',
  })
}

function unproven(why: string): ReadError {
  return new ReadError('FORK_UNPROVEN', `this does not prove that the log contradicted itself: ${why}`, {
    hint: 'the file was altered, or was made about something else; it says nothing against the publisher',
  })
}
