import { equals } from 'multiformats/bytes'
import type { TreeHead } from '../model/tree-head.ts'
import type { AddCheckpoint } from './add-checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { ManifestError } from './errors.ts'
import { verifyConsistency } from './merkle.ts'
import { formatSignedNote } from './note.ts'
import type { Policy } from './policy.ts'
import type { Primitives, Sha256 } from './primitives.ts'
import { verifyCheckpoint } from './verify-checkpoint.ts'

/**
 * Why a cosigner does not sign. `malformed`: no checkpoint, or one of another form; `unknown-origin`: a log that it does
 * not sign for; `unsigned`: not signed by that log; `old-too-large`: older than its own proof; `old-differs`: the proof
 * begins elsewhere than at the newest cosigned head; `inconsistent`: it does not continue that head.
 */
export const COSIGN_REFUSALS = [
  'malformed',
  'unknown-origin',
  'unsigned',
  'old-too-large',
  'old-differs',
  'inconsistent',
] as const
export type CosignRefusal = (typeof COSIGN_REFUSALS)[number]

/** A candidate that its log has signed, without what others added to it. */
export interface Candidate {
  readonly checkpoint: Checkpoint
  /** The signed text. */
  readonly text: string
  /** Text and signatures of the log alone. */
  readonly note: Uint8Array
}

export interface Refused {
  readonly refusal: CosignRefusal
  /** For people; says nothing that the asker does not know. */
  readonly message: string
  /** Size of the newest cosigned head, where that is what the asker has to know. */
  readonly knownSize?: number
  /** True when log-signed heads of one size differ: a fault of the log that can be shown to anybody. */
  readonly forked?: boolean
}

/**
 * First half of the decision: is this a checkpoint of a log that the cosigner knows, signed by it?
 *
 * @param policy - its `log` lines alone count.
 */
export function openCandidate(primitives: Primitives, policy: Policy, note: Uint8Array): Candidate | Refused {
  try {
    const logsOnly: Policy = { logs: policy.logs, witnesses: [], groups: [], quorum: 'none' }
    const { checkpoint, text, logLines } = verifyCheckpoint(primitives, logsOnly, note)
    return { checkpoint, text, note: formatSignedNote(text, logLines) }
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    const refusal = REFUSAL_OF.get(error.code) ?? 'malformed'
    return { refusal, message: error.message }
  }
}

/**
 * Second half: may it be signed after what was signed last? To be asked, and its yes be stored, in one atomic step, so
 * that no two heads of one size are ever signed.
 *
 * @param known - the newest head of that log that this key has cosigned, or is about to.
 * @returns nothing when it may be signed.
 * @see C2SP tlog-witness, manifest-v1 §7.4
 */
export function refusalOf(
  sha256: Sha256,
  known: TreeHead | undefined,
  { checkpoint }: Candidate,
  { oldSize, proof }: Pick<AddCheckpoint, 'oldSize' | 'proof'>,
): Refused | undefined {
  const last = known ?? { size: 0, root: sha256(new Uint8Array(0)) }
  const forked = checkpoint.size === last.size && !equals(checkpoint.root, last.root) ? { forked: true } : {}
  if (oldSize > checkpoint.size)
    return { refusal: 'old-too-large', message: 'the old size is larger than the checkpoint', ...forked }
  if (oldSize !== last.size) {
    const message = `the newest head that was cosigned here has the size ${last.size}`
    return { refusal: 'old-differs', message, knownSize: last.size, ...forked }
  }
  const claim = { oldSize, oldRoot: last.root, size: checkpoint.size, root: checkpoint.root, path: proof }
  if (verifyConsistency(sha256, claim)) return undefined
  const message =
    'forked' in forked ? 'another head of this size was cosigned here' : 'the proof does not lead from the old head'
  return { refusal: 'inconsistent', message, ...forked }
}

const REFUSAL_OF: ReadonlyMap<string, CosignRefusal> = new Map([
  ['ORIGIN_UNKNOWN', 'unknown-origin'],
  ['SIGNATURE_INVALID', 'unsigned'],
  ['SIGNATURE_MISSING', 'unsigned'],
])
