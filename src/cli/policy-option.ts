import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import type { Policy } from '../manifest/policy.ts'
import type { Sha256 } from '../manifest/primitives.ts'
import { CliError } from './errors.ts'

const MAX_POLICY_BYTES = 1024 * 1024

/**
 * Reads `--policy`: a tlog-policy file, or a verifier key itself.
 *
 * @throws {CliError} `USAGE`; `ManifestError` `POLICY_MALFORMED` or `VKEY_MALFORMED`.
 */
export async function readPolicy(value: string, sha256: Sha256): Promise<Policy> {
  const { parsePolicy, policyOfVkey } = await import('../manifest/policy.ts')
  if (/^[^\s/]+(\/[^\s+]*)?\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/u.test(value)) return policyOfVkey(value, sha256)
  let bytes: Buffer
  try {
    bytes = await readFile(value)
  } catch (error) {
    throw new CliError('USAGE', `the policy ${value} cannot be read`, {
      hint: 'give the path of a policy file, or the verifier key that the publisher handed out',
      cause: error,
    })
  }
  if (bytes.length > MAX_POLICY_BYTES) throw new CliError('USAGE', `the policy ${value} is too large to be one`)
  if (!isUtf8(bytes))
    throw new CliError('USAGE', `the policy ${value} is not text`, {
      hint: 'give the policy file, not a receipt or a video',
    })
  return parsePolicy(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), sha256)
}
