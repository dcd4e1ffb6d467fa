import { equals } from 'multiformats/bytes'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { ManifestError } from './errors.ts'
import { parseSignedNote, type SignatureLine } from './note.ts'
import type { Policy, PolicyWitness } from './policy.ts'
import type { Primitives } from './primitives.ts'
import { isQuorumMet } from './quorum.ts'
import { isLineOf, type VerifiedSignature, verifySignature } from './verify-signature.ts'
import type { VerifierKey } from './vkey.ts'

/** What a witness of the policy has stated about a checkpoint; its newest statement where the note holds several. */
export interface Cosignature {
  /** Name of the witness's key. */
  readonly name: string
  /** Name that the policy gives the witness. */
  readonly witness: string
  readonly keyId: number
  /** `0x04` or `0x06`. */
  readonly type: number
  /** POSIX time in seconds; absent when the cosigner says nothing about when. */
  readonly time?: number
  readonly line: SignatureLine
}

/** A checkpoint that its log has signed. Whether enough witnesses have seen it stands in `quorumMet`. */
export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint
  /** The signed text, byte for byte. */
  readonly text: string
  /** The first key of the policy that signed as the log. */
  readonly logKey: VerifierKey
  readonly logLines: readonly SignatureLine[]
  readonly cosignatures: readonly Cosignature[]
  readonly quorumMet: boolean
}

/**
 * Reads a checkpoint note and verifies it against a policy. Lines of keys that the policy does not know are ignored, a bad
 * signature of one that it knows rejects the whole, and each public key counts once. The three lines of the checkpoint are
 * read before the signatures, since an ML-DSA-44 signature is over their values.
 *
 * A missing quorum is a result, not a failure: whoever cosigns needs only the log's signature. Whoever acts on statements
 * calls `requireQuorum`.
 *
 * @throws {ManifestError} `NOTE_MALFORMED`, `ORIGIN_UNKNOWN`, `CHECKPOINT_MALFORMED`, `SIGNATURE_INVALID`, `SIGNATURE_MISSING`.
 */
export function verifyCheckpoint(primitives: Primitives, policy: Policy, note: Uint8Array): VerifiedCheckpoint {
  const { text, signatures } = parseSignedNote(note)
  const origin = text.slice(0, text.indexOf('\n'))
  if (!policy.logs.some(({ key }) => key.name === origin)) throw unknownOrigin()
  const checkpoint = parseCheckpoint(text)
  if (checkpoint.size === 0 && !equals(checkpoint.root, primitives.sha256(new Uint8Array(0)))) {
    throw new ManifestError(
      'CHECKPOINT_MALFORMED',
      'the checkpoint has no entries and yet another root than the empty tree',
    )
  }
  const { logs, cosignatures } = sortSignatures(primitives, policy, text, signatures)
  const ofOrigin = logs.filter(({ key }) => key.name === origin)
  const [first] = policy.logs.flatMap(({ key }) => ofOrigin.filter((signed) => signed.key === key))
  if (first === undefined) throw unsigned(origin)
  return {
    checkpoint,
    text,
    logKey: first.key,
    logLines: ofOrigin.map(({ line }) => line),
    cosignatures,
    quorumMet: isQuorumMet(policy, new Set(cosignatures.map(({ witness }) => witness))),
  }
}

/** Lets a checkpoint pass only if enough witnesses have seen it. @throws {ManifestError} `QUORUM_NOT_MET`. */
export function requireQuorum(verified: VerifiedCheckpoint, policy: Policy): void {
  if (verified.quorumMet) return
  const names = verified.cosignatures.map(({ witness }) => witness)
  throw new ManifestError(
    'QUORUM_NOT_MET',
    `the checkpoint of size ${verified.checkpoint.size} has cosignatures of ${names.join(', ') || 'nobody'}, which is not the quorum ${policy.quorum}`,
    { hint: 'try another source, or wait until the witnesses of the policy have seen this checkpoint' },
  )
}

/** Verifies every line of a known key, in their order, and tells log from witness. */
function sortSignatures(primitives: Primitives, policy: Policy, text: string, lines: readonly SignatureLine[]) {
  const logs: { readonly key: VerifierKey; readonly line: SignatureLine }[] = []
  const cosignatures = new Map<string, Cosignature>()
  for (const line of lines) {
    const log = policy.logs.find(({ key }) => isLineOf(line, key))
    const witness = policy.witnesses.find(({ key }) => isLineOf(line, key))
    const key = log?.key ?? witness?.key
    if (key === undefined) continue
    const signature = verifySignature(primitives, key, text, line)
    if (witness === undefined) logs.push({ key, line })
    else keepNewest(cosignatures, cosignatureOf(witness, signature, line))
  }
  return { logs, cosignatures: [...cosignatures.values()] }
}

function cosignatureOf({ name, key }: PolicyWitness, { time }: VerifiedSignature, line: SignatureLine): Cosignature {
  // A time of 0 means that the cosigner dates nothing; as a date it would be a false statement.
  return { name: key.name, witness: name, keyId: key.keyId, type: key.type, ...(time === 0 ? {} : { time }), line }
}

function keepNewest(kept: Map<string, Cosignature>, next: Cosignature): void {
  const before = kept.get(next.witness)
  if (before === undefined || (before.time ?? 0) < (next.time ?? 0)) kept.set(next.witness, next)
}

function unknownOrigin(): ManifestError {
  return new ManifestError('ORIGIN_UNKNOWN', 'the checkpoint is of a log that the policy does not list', {
    hint: 'check that this is the manifest you meant, or add a line "log VKEY" with the key that its publisher handed out',
  })
}

function unsigned(origin: string): ManifestError {
  return new ManifestError(
    'SIGNATURE_MISSING',
    `the checkpoint carries no signature of the log ${origin} by a key that the policy lists`,
    {
      hint: 'the log may have a new key: ask its publisher, over another channel, for the current policy',
    },
  )
}
