import { type Policy, parsePolicy } from '../../../src/manifest/policy.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import { encodeStatement } from '../../../src/manifest/statement.ts'
import {
  ALMA,
  aBundle,
  aCopy,
  aGenesis,
  anOriginal,
  aPolicy,
  aRestore,
  aWithdrawal,
  LOG,
  ORIGIN,
  sha256,
  testSigner,
} from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { ed25519Signer } from '../manifest/signers.ts'

/** The key that a policy puts in the place of the first one. */
const NEW: Signer = testSigner('log after the raid', ORIGIN)
const WITNESS: Signer = ed25519Signer('w-1/witness', 7, 0x04)
/** No reader knows it. */
const STRANGER: Signer = ed25519Signer('w-9/witness', 9, 0x04)
export const STRANGER_NAME = 'w-9/witness'
export const WITNESS_NAME = 'w-1/witness'
const NOON = 1_772_366_400
const COSIGNERS = [WITNESS, STRANGER].map((signer) => ({ signer, time: NOON }))

/** Statements of the log, and under its first head. */
export const SIZE = 300
export const EARLIER_SIZE = 120

const witnessed = (key: string): string =>
  [`log ${key}`, `witness one ${WITNESS.key.text}`, 'group all all one', 'quorum all', ''].join('\n')

/** What a reader was given: the first key of the log and one witness, whom the quorum needs. */
export const POLICY: Policy = parsePolicy(witnessed(LOG.key.text), sha256)
/** The same with the key that signs now; a receipt does not carry the policies that lead to it. */
export const NEW_POLICY: Policy = parsePolicy(witnessed(NEW.key.text), sha256)

/** A log of 300 statements of all common types under two heads, between which its key was replaced. */
export function aLongLog(): WrittenManifest {
  const genesis = aGenesis({ approvers: { threshold: 1, keys: [ALMA.key.text] } })
  const log = new WrittenManifest(genesis)
  for (let n = 0; log.size < EARLIER_SIZE - 1; n += 1) log.add(aBundle(n))
  log.head({ cosigners: COSIGNERS })
  const policy = aPolicy(
    {
      prev: Buffer.from(sha256(encodeStatement(genesis))).toString('hex'),
      policy: [`log ${NEW.key.text}`, 'quorum none'],
      approvers: { threshold: 1, keys: [ALMA.key.text] },
      logKeys: [NEW.key.text],
      after: { size: log.size, root: log.root() },
    },
    [ALMA],
  )
  log.add(policy).policyFile(1, policy)
  log.add(aWithdrawal(7), aWithdrawal(8), aRestore(8, [ALMA]), anOriginal(9), aCopy(10))
  for (let n = EARLIER_SIZE; log.size < SIZE - 1; n += 1) log.add(aBundle(n))
  return log.head({ signers: [NEW], cosigners: COSIGNERS })
}
