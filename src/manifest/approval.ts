import { encodeJcs, isObject } from './jcs.ts'
import type { Primitives, Sha256 } from './primitives.ts'
import type { Signer } from './signer.ts'
import { bytesOfHex, hexOf, publicKeyOf } from './statement-fields.ts'
import { parseApprovals } from './statement-governing.ts'
import type { Approval, Approvers } from './statement-types.ts'

const utf8 = new TextEncoder()

/**
 * The bytes that an approver signs: origin and hash of the statement without its approvals, members that no schema
 * names included. The origin keeps an approval from being replayed in another log.
 *
 * @param statement - the statement as an object, with or without `approvals`.
 * @see manifest-v1 §3.11
 */
export function approvalMessage(statement: object, origin: string, sha256: Sha256): Uint8Array {
  const bare = Object.fromEntries(Object.entries(statement).filter(([name]) => name !== 'approvals'))
  return utf8.encode(`holdfast/approval/v1\n${origin}\n${hexOf(sha256(encodeJcs(bare)))}\n`)
}

/** Signs a statement for one approver, whose key is of type 0x01. Collect such approvals into its member `approvals`. */
export function approve(statement: object, origin: string, signer: Signer, sha256: Sha256): Approval {
  const signature = signer.sign(approvalMessage(statement, origin, sha256))
  return { key: hexOf(signer.key.publicKey), signature: hexOf(signature) }
}

/**
 * Tells whether enough approvers signed. Each public key counts once, signatures of strangers do not matter, and what
 * is no well-formed list of approvals counts as none.
 *
 * @param statement - as it was parsed from its bytes, members that its schema does not name included.
 * @see manifest-v1 §3.11
 */
export function verifyApprovals(
  statement: object,
  approvers: Approvers,
  origin: string,
  primitives: Primitives,
): boolean {
  const signatures = new Map(approvalsOf(statement).map(({ key, signature }) => [key, signature]))
  if (signatures.size === 0) return false
  const message = approvalMessage(statement, origin, primitives.sha256)
  let good = 0
  for (const key of new Set(approvers.keys.map(publicKeyOf))) {
    const signature = signatures.get(key)
    if (signature !== undefined && primitives.verifyEd25519(bytesOfHex(key), message, bytesOfHex(signature))) good += 1
  }
  return good >= approvers.threshold
}

function approvalsOf(statement: object): readonly Approval[] {
  const value = isObject(statement) ? statement['approvals'] : undefined
  if (value === undefined) return []
  try {
    return parseApprovals(value)
  } catch {
    return [] // Any type may carry this member; where it is not a list of approvals, nobody approved.
  }
}
