import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { base36 } from 'multiformats/bases/base36'
import { PROFILE } from '../address/profile.ts'
import { SPEC_SHA256 } from '../manifest/spec.ts'
import type { GenesisStatement } from '../manifest/statement-types.ts'
import { ED25519, formatVkey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'
import { openDatabase } from '../store/database.ts'
import { writeDurable } from '../store/durable-file.ts'
import { createHome, finishHome, homePaths } from '../store/home.ts'
import { createKey, openKey, type SigningKey } from '../store/keys.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { transaction } from '../store/transaction.ts'
import type { OnEvent } from './events.ts'
import { openUnfinishedHome } from './open-home.ts'
import { openLogWith } from './open-log.ts'

export interface InitialiseOptions {
  readonly origin: string
  /** Undefined leaves the keys unencrypted. */
  readonly passphrase: string | undefined
  /** Verifier keys of trustees; when there are none, a recovery approver is made. */
  readonly approvers: readonly string[]
  readonly threshold: number
  /** Content of a fresh holdfast.toml. */
  readonly config: string
  readonly stateDirectory: string
  readonly signal: AbortSignal
}

export interface Initialised {
  readonly vkey: string
  /** Path of the recovery key, to be moved off this machine; undefined when trustees were named. */
  readonly recoveryKey: string | undefined
  readonly warnings: readonly Problem[]
}

/**
 * Makes a home: directories, keys, configuration, policy, and a manifest with its genesis under a first head. A run that
 * was killed is continued by the same command; keys that exist are kept.
 *
 * @throws {StoreError} `HOME_EXISTS`, `DISK_FULL`, `STORE_UNWRITABLE`; `ManifestError` `STATEMENT_FIELD_INVALID` for approvers.
 */
export async function initialise(directory: string, options: InitialiseOptions): Promise<Initialised> {
  const warnings: Problem[] = [...(await createHome(directory))]
  const paths = homePaths(directory)
  const logKey = await keyAt(paths.logKey, options.passphrase)
  const vkey = formatVkey({ name: options.origin, type: ED25519, publicKey: logKey.publicKey }, nodePrimitives.sha256)
  const policy = [`log ${vkey}`, 'quorum none']
  await writeDurable(paths.policy, new TextEncoder().encode(`${POLICY_COMMENT}${policy.join('\n')}\n`))
  await writeDurable(paths.config, new TextEncoder().encode(options.config), { mode: 0o600 })
  await writeState(directory, { origin: options.origin, vkey })
  await finishKeys(directory, options)
  await using home = await openUnfinishedHome(directory)
  const onEvent: OnEvent = (event) => {
    if (event.type === 'problem') warnings.push(event.problem)
  }
  const world = {
    config: { stateDirectory: options.stateDirectory, manifest: { urls: [] } },
    askPassphrase: async () => options.passphrase ?? '',
  }
  const log = await openLogWith(home, world, logKey, { offline: true, onEvent })
  if (log.size === 0) {
    const genesis = await genesisOf(directory, options, vkey, policy, home.now())
    transaction(home.db, () => log.sequence(genesis))
  }
  await log.announce(options.signal)
  await finishHome(directory)
  return { vkey, recoveryKey: options.approvers.length === 0 ? paths.recoveryKey : undefined, warnings }
}

async function finishKeys(directory: string, { approvers, passphrase }: InitialiseOptions): Promise<void> {
  const paths = homePaths(directory)
  await keyAt(paths.ipnsKey, passphrase)
  if (approvers.length === 0) await keyAt(paths.recoveryKey, passphrase)
}

async function writeState(directory: string, facts: Readonly<Record<string, string>>): Promise<void> {
  const db = await openDatabase(directory, { create: true })
  try {
    transaction(db, () => {
      for (const [key, value] of Object.entries(facts))
        db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
    })
  } finally {
    db.close()
  }
}

async function genesisOf(
  directory: string,
  options: InitialiseOptions,
  vkey: string,
  policy: readonly string[],
  at: string,
): Promise<GenesisStatement> {
  const paths = homePaths(directory)
  const ownRecovery = options.approvers.length === 0
  const keys = ownRecovery ? [approverVkey(await keyAt(paths.recoveryKey, options.passphrase))] : options.approvers
  return {
    type: 'genesis/1',
    at,
    origin: options.origin,
    logKeys: [vkey],
    approvers: { threshold: options.threshold, keys },
    policy,
    ipnsKeys: [ipnsName(await keyAt(paths.ipnsKey, options.passphrase))],
    profile: PROFILE.name,
    idScheme: 'holdfast-id/1',
    specSha256: SPEC_SHA256,
    nonce: randomBytes(32).toString('hex'),
  }
}

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
