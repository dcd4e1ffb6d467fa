import type { Governance } from '../manifest/governance.ts'
import type { PolicyChain } from '../manifest/policy-walk.ts'
import { ReadError } from './errors.ts'
import type { OpenManifest } from './open-manifest.ts'

/** Where a log goes on that its approvers have closed. */
export type Successor = Pick<NonNullable<Governance['ended']>, 'origin' | 'genesisSha256'>

const STATEMENT_BYTES = 16_384

/**
 * Checks the signer of the head against the policies that stand in the log itself: a source that hides `policies/` would
 * else pass off what a stolen key wrote after it was shut out.
 *
 * @throws {ReadError} `MANIFEST_INCONSISTENT`.
 */
export function requireSigner(manifest: OpenManifest, chain: PolicyChain): void {
  const { size } = manifest.log.head
  const signed = chain.logKeys.find(({ vkey }) => vkey === manifest.verified.logKey.text)
  // A key that the log does not name was put into the policy by the reader, who may.
  const after = signed?.shutOutAfter
  if (after === undefined || size <= after.size) return
  throw new ReadError(
    'MANIFEST_INCONSISTENT',
    `${manifest.source.name}: the head of ${size} statements is signed by a key that was shut out after ${after.size}`,
    { hint: 'somebody may be writing with a stolen key: keep this copy as evidence and use another source' },
  )
}

/**
 * Checks that `policies/<seq>` hold the statements that the log applied.
 *
 * @param policies - bytes of the applied `policy/1` statements in their order, from `seq` 1 on.
 * @throws {ReadError} `MANIFEST_DAMAGED`.
 */
export async function verifyPolicyFiles(
  manifest: OpenManifest,
  policies: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> {
  for (const [i, bytes] of policies.entries()) {
    const path = `policies/${i + 1}`
    const found = await manifest.source.read(path, { maxBytes: STATEMENT_BYTES, signal })
    if (found !== undefined && Buffer.compare(found, bytes) === 0) continue
    throw new ReadError(
      'MANIFEST_DAMAGED',
      `${manifest.source.name}: ${path} is missing or is not the one of the log`,
      {
        hint: 'readers who know an older key cannot follow this copy: take the file from another one',
      },
    )
  }
}
