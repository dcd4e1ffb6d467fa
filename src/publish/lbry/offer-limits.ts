import { isAbsolute } from 'node:path'
import { isClaimName } from '../../lbry-sdk-client/index.ts'
import type { Offer, Outcome } from '../target.ts'
import { refused } from './daemon-problem.ts'

/** With more chunks the descriptor fits into no blob: lbrynet writes 195 bytes for each (facts 2). */
const MAX_FILE_BYTES = 2_097_151 * 10_700
/** What a link, a claim and a person can take as a name of a file. */
const PUBLIC_NAME = /^(?!\.{1,2}$)[^/\\\p{Cc}]{1,200}$/u

/** Why a file can never be a stream of LBRY; the daemon checks none of this before it has hashed it all. */
export function unpublishable({ bytes, claim, publicName, localPath }: Offer): Outcome | undefined {
  const never = (message: string): Outcome =>
    refused('FILE_UNPUBLISHABLE', message, 'it stays in the archive, where everybody can fetch it')
  if (bytes === 0) return never('LBRY has no streams without bytes')
  if (bytes > MAX_FILE_BYTES) return never('a stream of LBRY holds some 22 GB, and this file is larger')
  if (!isClaimName(claim.name)) return never('its name cannot be one of LBRY')
  if (!PUBLIC_NAME.test(publicName) || !isAbsolute(localPath)) return never('it has no name that could be public')
  return undefined
}
