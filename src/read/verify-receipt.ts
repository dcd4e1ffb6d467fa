import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { parseTlogProof, verifyTlogProof } from '../manifest/proof.ts'
import { parseStatement, type Statement } from '../manifest/statement.ts'
import { requireQuorum, verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { ReadError } from './errors.ts'

/** Statement, audit path and a note with 64 signatures fit many times. */
export const MAX_RECEIPT_BYTES: number = 1024 * 1024

/** What a receipt proves; see docs/spec/manifest-v1.md §11 for the words to say it in. */
export interface VerifiedReceipt {
  readonly index: number
  readonly statement: Statement | { readonly type: string }
  readonly checkpoint: { readonly origin: string; readonly size: number }
  /** Verified cosignatures: who saw the log with this statement in it, and when at the latest. */
  readonly witnessed: readonly { readonly name: string; readonly time: string }[]
}

/**
 * Checks a receipt offline: signatures and quorum of its checkpoint, then the audit path from exactly these statement
 * bytes, and only then reads the statement.
 *
 * @throws {ManifestError} for what does not verify; {ReadError} `PROOF_WITHOUT_STATEMENT`.
 */
export function verifyReceipt(bytes: Uint8Array, policy: Policy, primitives: Primitives): VerifiedReceipt {
  const proof = parseTlogProof(bytes, MAX_RECEIPT_BYTES)
  const verified = verifyCheckpoint(primitives, policy, proof.note)
  requireQuorum(verified, policy)
  if (proof.extra === undefined) {
    throw new ReadError('PROOF_WITHOUT_STATEMENT', 'this proof does not carry the statement that it is about', {
      hint: 'ask for a receipt made with `holdfast prove`',
    })
  }
  verifyTlogProof(primitives.sha256, proof, proof.extra, verified.checkpoint)
  const { origin, size } = verified.checkpoint
  return {
    index: proof.index,
    statement: readable(proof.extra),
    checkpoint: { origin, size },
    witnessed: verified.cosignatures.flatMap(({ name, time }) =>
      time === undefined ? [] : [{ name, time: new Date(time * 1000).toISOString().replace('.000Z', 'Z') }],
    ),
  }
}

/** A statement of an unknown type is proven all the same; only what it says is not understood here. */
function readable(bytes: Uint8Array): VerifiedReceipt['statement'] {
  const parsed = parseStatement(bytes)
  if (parsed.kind === 'known') return parsed.statement
  if (parsed.kind === 'unknown') return { type: parsed.type }
  throw new ReadError(
    'PROOF_WITHOUT_STATEMENT',
    `what the publisher signed at this place is not a statement: ${parsed.message}`,
  )
}
