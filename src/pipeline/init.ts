import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { base36 } from 'multiformats/bases/base36'
import { PROFILE } from '../address/profile.ts'
import type { GenesisStatement } from '../manifest/statement-types.ts'
import { ED25519, formatVkey } from '../manifest/vkey.ts'
import { SPEC_SHA256 } from '../manifest/spec.ts'
import type { Problem } from '../model/errors.ts'
import { writeDurable } from '../store/durable-file.ts'
import { createHome, finishHome, homePaths } from '../store/home.ts'
import { createKey, openKey, type SigningKey } from '../store/keys.ts'
import { nodePrimitives } from '../store/node-primitives.ts'

export interface InitOptions {
  readonly origin: string
  /** Undefined leaves the keys unencrypted. */
  readonly passphrase: string | undefined
  /** Verifier keys of trustees; when there are none, a recovery approver is made. */
  readonly approvers: readonly string[]
  readonly threshold: number
  /** Content of a fresh holdfast.toml. */
  readonly config: string
  readonly now: string
}

export interface MadeHome {
  readonly vkey: string
  readonly genesis: GenesisStatement
  readonly logKey: SigningKey
  /** Path of the recovery key, to be moved off this machine; undefined when trustees were named. */
  readonly recoveryKey: string | undefined
  readonly warnings: readonly Problem[]
}

/**
 * Makes the directories, keys, configuration and policy of a home, and the genesis statement. The caller sequences the
 * genesis and then calls `finishHome`. A run that was killed is continued by the same command: keys that exist are kept.
 */
export async function makeHome(directory: string, options: InitOptions): Promise<MadeHome> {
  const warnings = await createHome(directory)
  const paths = homePaths(directory)
  const { sha256 } = nodePrimitives
  const logKey = await keyAt(paths.logKey, options.passphrase)
  const ipnsKey = await keyAt(join(paths.keys, 'ipns.key'), options.passphrase)
  const vkey = formatVkey({ name: options.origin, type: ED25519, publicKey: logKey.publicKey }, sha256)
  const ownRecovery = options.approvers.length === 0
  const approvers = ownRecovery ? [approverVkey(await keyAt(paths.recoveryKey, options.passphrase))] : options.approvers
  const policy = [`log ${vkey}`, 'quorum none']
  await writeDurable(paths.policy, new TextEncoder().encode(`${POLICY_COMMENT}${policy.join('\n')}\n`))
  await writeDurable(paths.config, new TextEncoder().encode(options.config), { mode: 0o600 })
  const genesis: GenesisStatement = {
    type: 'genesis/1',
    at: options.now,
    origin: options.origin,
    logKeys: [vkey],
    approvers: { threshold: options.threshold, keys: approvers },
    policy,
    ipnsKeys: [ipnsName(ipnsKey)],
    profile: PROFILE.name,
    idScheme: 'holdfast-id/1',
    specSha256: SPEC_SHA256,
    nonce: randomBytes(32).toString('hex'),
  }
  return { vkey, genesis, logKey, recoveryKey: ownRecovery ? paths.recoveryKey : undefined, warnings }
}

export { finishHome }

const POLICY_COMMENT = `# Which signatures make a head of this manifest acceptable (C2SP tlog-policy).
# Hand this file to readers and mirrors. Add "witness NAME VKEY" lines, a group and a quorum once you have witnesses.
`

async function keyAt(path: string, passphrase: string | undefined): Promise<SigningKey> {
  if (!existsSync(path)) return createKey(path, { passphrase })
  const { key } = await openKey(path, async () => passphrase ?? '')
  return key
}

/** Names of keys are public for ever, so this one says nothing: five symbols of the hash of the key itself. */
function approverVkey(key: SigningKey): string {
  const { sha256 } = nodePrimitives
  const name = `a-${createHash('sha256').update(key.publicKey).digest('hex').slice(0, 5)}`
  return formatVkey({ name, type: ED25519, publicKey: key.publicKey }, sha256)
}

/** The IPNS name of a key: CIDv1 of codec libp2p-key, base 36. */
function ipnsName(key: SigningKey): string {
  return publicKeyFromRaw(key.publicKey).toCID().toString(base36)
}
