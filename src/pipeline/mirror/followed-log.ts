import { isUtf8 } from 'node:buffer'
import type { Policy } from '../../manifest/policy.ts'
import { parsePolicy } from '../../manifest/policy.ts'
import { MirrorError } from '../../mirror/errors.ts'
import { type FollowSettings, readFollowSettings } from '../../mirror/settings.ts'
import { type FollowedTables, openFollowed } from '../../store/followed.ts'
import { homePaths } from '../../store/home.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import { readSmallFile } from '../../store/small-file.ts'
import type { Home } from '../home.ts'
import { openHome } from '../open-home.ts'
import { followedDirectory, followedNames, requireMirrorHome } from './mirror-home.ts'

const MAX_POLICY_BYTES = 1024 * 1024

/** One log that a mirror follows: a home whose log is somebody else's. Closing it releases its lock. */
export interface FollowedLog extends AsyncDisposable {
  /** As the operator called it. */
  readonly name: string
  readonly home: Home
  readonly settings: FollowSettings
  readonly policy: Policy
  readonly tables: FollowedTables
}

/**
 * Opens one followed log; for reading unless `write` names the command, which waits so long for another one.
 *
 * @throws {MirrorError} `MIRROR_UNKNOWN`, `MIRROR_SETTINGS_INVALID`, `HOME_NOT_MIRROR`; {StoreError} `HOME_LOCKED` and others of `openHome`.
 */
export async function openFollowedLog(
  directory: string,
  name: string,
  { write, waitMs = 0 }: { readonly write?: string; readonly waitMs?: number } = {},
): Promise<FollowedLog> {
  await requireMirrorHome(directory)
  const place = followedDirectory(directory, name)
  const paths = homePaths(place)
  const settings = await readFollowSettings(paths.follow)
  if (settings === undefined) throw await unknown(directory, name)
  const policy = await readOwnPolicy(paths.policy)
  const home = await openHome(place, write === undefined ? {} : { write, waitMs, followed: true })
  return {
    ...{ name, home, settings, policy, tables: openFollowed(home.db) },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

/** @throws {ManifestError} `POLICY_MALFORMED`; {MirrorError} `MIRROR_SETTINGS_INVALID`. */
async function readOwnPolicy(path: string): Promise<Policy> {
  const bytes = await readSmallFile(path, MAX_POLICY_BYTES)
  if (bytes !== undefined && bytes.length <= MAX_POLICY_BYTES && isUtf8(bytes))
    return parsePolicy(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), nodePrimitives.sha256)
  throw new MirrorError('MIRROR_SETTINGS_INVALID', `${path} is missing or is no policy`, {
    hint: 'run `holdfast mirror add` again with --policy and the file that the publisher handed out',
  })
}

async function unknown(directory: string, name: string): Promise<MirrorError> {
  const names = await followedNames(directory)
  return new MirrorError('MIRROR_UNKNOWN', `this mirror follows no log called ${name}`, {
    hint:
      names.length === 0
        ? 'add one with `holdfast mirror add NAME --from URL --policy FILE`'
        : `it follows ${names.join(', ')}`,
  })
}
