import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { base36 } from 'multiformats/bases/base36'
import { PROFILE } from '../address/profile.ts'
import { SPEC_SHA256 } from '../manifest/spec.ts'
import { parseStatement } from '../manifest/statement.ts'
import type { GenesisStatement } from '../manifest/statement-types.ts'
import { ED25519, formatVkey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'
import { writeDurable } from '../store/durable-file.ts'
import { StoreError } from '../store/errors.ts'
import { createHome, finishHome, homePaths } from '../store/home.ts'
import { createKey, openKey, type SigningKey } from '../store/keys.ts'
import { acquireLock } from '../store/lock.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { transaction } from '../store/transaction.ts'
import type { OnEvent } from './events.ts'
import type { Home } from './home.ts'
import { openUnfinishedHome, writeFacts } from './open-home.ts'
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
 * @throws {StoreError} `HOME_EXISTS`, `HOME_LOCKED`, `HOME_UNFINISHED` (begun with other words), `DISK_FULL`, `STORE_UNWRITABLE`; `ManifestError` `STATEMENT_FIELD_INVALID` for approvers.
 */
export async function initialise(directory: string, options: InitialiseOptions): Promise<Initialised> {
  const warnings: Problem[] = [...(await createHome(directory))]
  await using _lock = await acquireLock(directory, { command: 'init' })
  const paths = homePaths(directory)
  const logKey = await keyAt(paths.logKey, options.passphrase)
  const vkey = formatVkey({ name: options.origin, type: ED25519, publicKey: logKey.publicKey }, nodePrimitives.sha256)
  await using home = await openUnfinishedHome(directory, { origin: options.origin, vkey })
  if (home.journal.size() > 0) await checkSameGenesis(home, options)
  const policy = [`log ${vkey}`, 'quorum none']
  await writeDurable(paths.policy, new TextEncoder().encode(`${POLICY_COMMENT}${policy.join('\n')}\n`))
  await writeDurable(paths.config, new TextEncoder().encode(options.config), { mode: 0o600 })
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
    transaction(home.db, () => {
      log.sequence(genesis)
      writeFacts(home.db, { origin: options.origin, vkey })
    })
  }
  await log.announce(options.signal)
  await finishHome(directory)
  return { vkey, recoveryKey: existsSync(paths.recoveryKey) ? paths.recoveryKey : undefined, warnings }
}

/** What a killed run has sequenced stays, so a run with other words would end with another log than it was asked for. */
async function checkSameGenesis({ journal, paths }: Home, options: InitialiseOptions): Promise<void> {
  const parsed = parseStatement(journal.entry(0))
  const genesis = parsed.kind === 'known' && parsed.statement.type === 'genesis/1' ? parsed.statement : undefined
  const keys = await approversAsked(paths.recoveryKey, options)
  const same =
    genesis?.origin === options.origin &&
    genesis.approvers.threshold === options.threshold &&
    (keys === undefined || keys.join() === genesis.approvers.keys.join())
  if (same) return
  throw new StoreError(
    'HOME_UNFINISHED',
    `an init with other words was interrupted here: ${genesis?.origin ?? 'unknown'}`,
    {
      hint: 'run it again with the same --origin, --approver and --threshold, or name another directory with --home',
    },
  )
}

/** Undefined when the recovery key was taken off this machine already, as its owner is told to do. */
async function approversAsked(recoveryKey: string, options: InitialiseOptions): Promise<readonly string[] | undefined> {
  if (options.approvers.length > 0) return options.approvers
  if (!existsSync(recoveryKey)) return undefined
  const { key } = await openKey(recoveryKey, async () => options.passphrase ?? '')
  return [approverVkey(key)]
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
