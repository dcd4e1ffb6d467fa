import { existsSync } from 'node:fs'
import { formatPolicy, type Policy } from '../../manifest/policy.ts'
import { MirrorError } from '../../mirror/errors.ts'
import { type FollowSettings, readFollowSettings, writeFollowSettings } from '../../mirror/settings.ts'
import { makeDirectory } from '../../store/durable-directory.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { homePaths } from '../../store/home.ts'
import { acquireLock } from '../../store/lock.ts'
import { transaction } from '../../store/transaction.ts'
import { openUnfinishedHome, readFact, writeFacts } from '../open-home.ts'
import { openFollowedLog } from './followed-log.ts'
import { followedDirectory, followedNames, requireMirrorHome } from './mirror-home.ts'

export interface AddedLog {
  readonly origin: string
  /** False where it was followed already and only its settings changed. */
  readonly isNew: boolean
}

/**
 * Begins to follow a log, or changes what is wanted of one. Nothing is fetched and nobody is asked. Safe to repeat.
 *
 * @throws {MirrorError} `MIRROR_NAME_INVALID`, `MIRROR_NAME_TAKEN`, `MIRROR_ORIGIN_DIFFERS`, `HOME_NOT_MIRROR`.
 */
export async function addMirror(
  directory: string,
  name: string,
  { policy, settings }: { readonly policy: Policy; readonly settings: FollowSettings },
): Promise<AddedLog> {
  await requireMirrorHome(directory)
  if (!/^[a-z0-9][a-z0-9.-]{0,39}$/u.test(name)) {
    throw new MirrorError('MIRROR_NAME_INVALID', `${name} cannot be the name of a followed log`, {
      hint: 'take up to 40 lower-case letters, digits, dots and dashes; only you see it',
    })
  }
  const { origin, vkey } = logOf(policy)
  await using _lock = await acquireLock(directory, { command: 'mirror add' })
  await refuseOtherName(directory, name, origin)
  const place = followedDirectory(directory, name)
  const paths = homePaths(place)
  const isNew = !existsSync(paths.follow)
  await makeDirectory(homePaths(directory).mirrors, 0o700)
  await makeDirectory(place, 0o700)
  await makeDirectory(paths.manifest)
  await using _own = await acquireLock(place, { command: 'mirror add' })
  await using home = await openUnfinishedHome(place, { origin, vkey })
  const known = readFact(home.db, 'origin')
  if (known !== undefined && known !== origin) throw otherOrigin(name, known, origin)
  transaction(home.db, () => writeFacts(home.db, { origin, vkey, followed: '1' }))
  await writeDurable(paths.policy, new TextEncoder().encode(formatPolicy(policy)))
  await writeFollowSettings(paths.follow, settings)
  return { origin, isNew }
}

/** The settings of a log that is followed already; undefined for a new one. */
export async function knownSettings(directory: string, name: string): Promise<FollowSettings | undefined> {
  return readFollowSettings(homePaths(followedDirectory(directory, name)).follow)
}

function logOf(policy: Policy): { readonly origin: string; readonly vkey: string } {
  const [first] = policy.logs
  const origins = new Set(policy.logs.map(({ key }) => key.name))
  if (first !== undefined && origins.size === 1) return { origin: first.key.name, vkey: first.key.text }
  throw new MirrorError(
    'MIRROR_ORIGIN_DIFFERS',
    `the policy is about ${origins.size} logs, and one is followed under one name`,
    {
      hint: 'give each log a policy of its own, with the lines of that log',
    },
  )
}

async function refuseOtherName(directory: string, name: string, origin: string): Promise<void> {
  for (const other of await followedNames(directory)) {
    if (other === name) continue
    await using log = await openFollowedLog(directory, other)
    if (log.home.origin === origin) {
      throw new MirrorError('MIRROR_NAME_TAKEN', `${origin} is followed already, as ${other}`, {
        hint: `run the same command with the name ${other} to change what is wanted of it`,
      })
    }
  }
}

function otherOrigin(name: string, known: string, origin: string): MirrorError {
  return new MirrorError('MIRROR_ORIGIN_DIFFERS', `${name} is ${known}, and this policy is about ${origin}`, {
    hint: 'follow it under another name; if the publisher goes on under a new one, both are kept',
  })
}
