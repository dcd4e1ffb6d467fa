import { chmod, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import type { Problem } from '../model/errors.ts'
import { flushDirectory, isTemporary, makeDirectory } from './durable-directory.ts'
import { writeDurable } from './durable-file.ts'
import { StoreError } from './errors.ts'
import { readError, systemCode, writeError } from './file-errors.ts'

/** Where everything of one installation lies; all absolute. */
export interface HomePaths {
  readonly home: string
  readonly config: string
  readonly policy: string
  readonly keys: string
  readonly logKey: string
  readonly recoveryKey: string
  readonly ipnsKey: string
  /** The keys with which this home cosigns, and the file that tells their public halves. */
  readonly witnessKey: string
  readonly mirrorKey: string
  readonly holderKey: string
  readonly cosigners: string
  /** What these keys have signed last, and evidence of logs that contradict themselves. */
  readonly cosigning: string
  /** Token of Odysee's service, kept as the log key is. */
  readonly odyseeToken: string
  /** Where copies are published; written by `target add`. */
  readonly targets: string
  /** Links under public names, through which a daemon reads files; empty between runs. */
  readonly links: string
  /** Seed of the libp2p peer id; not among the keys, because it signs nothing that lasts. */
  readonly peerSeed: string
  readonly state: string
  readonly manifest: string
  /** Makes a home that of a mirror, which has no log of its own. */
  readonly mirror: string
  /** A directory for each log that a mirror follows. */
  readonly mirrors: string
  /** Where a followed log was first heard of, and what is wanted of it. */
  readonly follow: string
  /** Files that were fetched, under their content IDs. */
  readonly fetched: string
  /** Files of withdrawn bundles. */
  readonly quarantine: string
  /** What a mirror says that it holds of a log, where that is not all. */
  readonly holdings: string
  /** What mirrors of the own log have signed that they hold of it, a directory for each engine of that kind. */
  readonly holders: string
  /** What stood in the place of a file and could not be read. */
  readonly damaged: string
  /** Heads that contradict each other. */
  readonly evidence: string
  /** Stands from the first step of `init` to its last. */
  readonly unfinished: string
}

export function homePaths(directory: string): HomePaths {
  const home = resolve(directory)
  const keys = join(home, 'keys')
  return {
    home,
    config: join(home, 'holdfast.toml'),
    policy: join(home, 'policy.txt'),
    keys,
    logKey: join(keys, 'log.key'),
    recoveryKey: join(keys, 'recovery.key'),
    ipnsKey: join(keys, 'ipns.key'),
    witnessKey: join(keys, 'witness.key'),
    mirrorKey: join(keys, 'mirror.key'),
    holderKey: join(keys, 'holder.key'),
    cosigners: join(home, 'cosigners.txt'),
    cosigning: join(home, 'cosigning'),
    odyseeToken: join(keys, 'odysee.token'),
    targets: join(home, 'targets.toml'),
    links: join(home, 'links'),
    peerSeed: join(home, 'p2p.key'),
    state: join(home, 'state.sqlite'),
    manifest: join(home, 'manifest'),
    mirror: join(home, 'mirror.toml'),
    mirrors: join(home, 'mirrors'),
    follow: join(home, 'follow.toml'),
    fetched: join(home, 'content'),
    quarantine: join(home, 'quarantine'),
    holdings: join(home, 'holdings'),
    holders: join(home, 'holders'),
    damaged: join(home, 'damaged'),
    evidence: join(home, 'evidence'),
    unfinished: join(home, 'init-unfinished'),
  }
}

/** Home where neither `--home` nor `HOLDFAST_HOME` says: the platform's data directory, as env-paths knows it. */
export function defaultHome(): string {
  return envPaths('holdfast', { suffix: '' }).data
}

/**
 * Where this user's programs keep state, for what must not be lost together with a home: `$XDG_STATE_HOME/holdfast`,
 * which env-paths calls `log`. Other platforms have no such place, so there it stands beside the default home.
 */
export function stateDirectory(): string {
  const ownPlace = process.platform !== 'darwin' && process.platform !== 'win32'
  return ownPlace ? envPaths('holdfast', { suffix: '' }).log : envPaths('holdfast-state', { suffix: '' }).data
}

/**
 * What a directory is: `absent` (nothing there, or an empty directory), `unfinished` (an `init` that did not come to
 * its end), `ready` (a home), `foreign` (anything else).
 */
export type HomeStanding = 'absent' | 'unfinished' | 'ready' | 'foreign'

/** What file systems and file managers put into a directory that a person would call empty. */
const NOT_CONTENT = new Set([
  'lost+found',
  '.DS_Store',
  '.Spotlight-V100',
  '.Trashes',
  '.fseventsd',
  'desktop.ini',
  'Thumbs.db',
])

export async function homeStanding(directory: string): Promise<HomeStanding> {
  const { home } = homePaths(directory)
  let names: string[]
  try {
    names = (await readdir(home)).filter((name) => !NOT_CONTENT.has(name) && !isTemporary(name))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'absent'
    if (systemCode(error) === 'ENOTDIR') return 'foreign'
    throw readError(error, home)
  }
  if (names.length === 0) return 'absent'
  if (names.includes('init-unfinished')) return 'unfinished'
  // Any one of these is enough: a home of which a part was lost is still a home, and must not be made anew.
  return ['holdfast.toml', 'state.sqlite', 'keys'].some((name) => names.includes(name)) ? 'ready' : 'foreign'
}

/** @throws {StoreError} `HOME_MISSING` or `HOME_UNFINISHED`. */
export async function requireHome(directory: string): Promise<void> {
  const standing = await homeStanding(directory)
  if (standing === 'ready') return
  if (standing === 'unfinished') {
    throw new StoreError('HOME_UNFINISHED', `${resolve(directory)} is a home that was not finished`, {
      hint: 'run the same `holdfast init` command again: it goes on where it stopped',
    })
  }
  throw new StoreError('HOME_MISSING', `there is no Holdfast home at ${resolve(directory)}`, {
    hint: 'name the right one with --home or HOLDFAST_HOME, or make one with `holdfast init --origin NAME`',
  })
}

/**
 * Makes the directories of a home for nobody but this user, and marks it as unfinished until {@link finishHome}. Goes on
 * with a home that an interrupted `init` left.
 *
 * @returns warnings: `HOME_PERMISSIONS` where the file system does not keep others out.
 * @throws {StoreError} `HOME_EXISTS`, `DISK_FULL`, `STORE_UNWRITABLE` or `STORE_UNREADABLE`.
 */
export async function createHome(directory: string): Promise<readonly Problem[]> {
  const paths = homePaths(directory)
  const standing = await homeStanding(paths.home)
  if (standing === 'ready' || standing === 'foreign') throw homeExists(paths.home, standing)
  await makeDirectory(paths.home, 0o700)
  // Before anything else, so that a crash right after is told from somebody's own files.
  if (standing === 'absent') await writeDurable(paths.unfinished, new Uint8Array(), { mode: 0o600 })
  await makeDirectory(paths.keys, 0o700)
  await makeDirectory(paths.manifest)
  return closeToOthers(paths.home)
}

/** Marks a home as complete: the last step of `init`, when all that it wrote is durable. Safe to repeat. */
export async function finishHome(directory: string): Promise<void> {
  const { home, unfinished } = homePaths(directory)
  await rm(unfinished, { force: true }).catch((error: unknown) => {
    throw writeError(error, unfinished)
  })
  await flushDirectory(home)
}

function homeExists(home: string, standing: 'ready' | 'foreign'): StoreError {
  if (standing === 'ready') {
    return new StoreError('HOME_EXISTS', `${home} is a Holdfast home already`, {
      hint: 'use it as it is, or name another directory with --home; a new log needs a new home',
    })
  }
  return new StoreError('HOME_EXISTS', `${home} is not a Holdfast home and not empty`, {
    hint: 'name a new or empty directory with --home',
  })
}

/** An empty directory that was there before may be open to others, and some file systems know no permissions. */
async function closeToOthers(home: string): Promise<readonly Problem[]> {
  // Refused where permissions do not exist; the check below says so.
  await chmod(home, 0o700).catch(() => undefined)
  if (process.platform === 'win32' || ((await stat(home)).mode & 0o077) === 0) return []
  return [
    {
      code: 'HOME_PERMISSIONS',
      message: `other users of this computer can read ${home}`,
      hint: 'move the home to a disk whose file system keeps permissions, or encrypt that disk',
      path: home,
    },
  ]
}
