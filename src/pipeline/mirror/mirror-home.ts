import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { MirrorError } from '../../mirror/errors.ts'
import type { Problem } from '../../model/errors.ts'
import { type CosignerVkeys, createCosigners, readCosigners } from '../../store/cosigner-keys.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { StoreError } from '../../store/errors.ts'
import { readError, systemCode } from '../../store/file-errors.ts'
import { createHome, finishHome, homePaths, requireHome } from '../../store/home.ts'
import { acquireLock } from '../../store/lock.ts'
import { readSmallFile } from '../../store/small-file.ts'

const MAX_BYTES = 4_096

export interface MirrorWords {
  /** First part of the names of its keys, public for ever. */
  readonly name: string
  /** Content of a fresh holdfast.toml. */
  readonly config: string
  readonly passphrase: string | undefined
}

/**
 * Makes the home of a mirror: settings, the keys of its cosigners, and no log. A run that was killed is continued by the same
 * command.
 *
 * @param passphrase - undefined leaves the keys unencrypted.
 * @throws {StoreError} `HOME_EXISTS`, `HOME_LOCKED`, `DISK_FULL`, `STORE_UNWRITABLE`.
 */
export async function initialiseMirror(
  directory: string,
  { name, config, passphrase }: MirrorWords,
): Promise<{ readonly vkeys: CosignerVkeys; readonly warnings: readonly Problem[] }> {
  const warnings = await createHome(directory)
  await using _lock = await acquireLock(directory, { command: 'init' })
  const paths = homePaths(directory)
  await writeDurable(paths.mirror, new TextEncoder().encode(stringify({ name })), { mode: 0o600 })
  await writeDurable(paths.config, new TextEncoder().encode(config), { mode: 0o600 })
  const vkeys = (await readCosigners(paths)) ?? (await createCosigners(paths, { name, passphrase }))
  // Each log that is followed has its own.
  await rm(paths.manifest, { recursive: true, force: true })
  await finishHome(directory)
  return { vkeys, warnings }
}

/** Whether this is the home of a mirror; says nothing about whether it is whole. */
export function isMirrorHome(directory: string): boolean {
  return existsSync(homePaths(directory).mirror)
}

/** @throws {StoreError} `HOME_MISSING`, `HOME_UNFINISHED`; {MirrorError} `HOME_NOT_MIRROR`. */
export async function requireMirrorHome(directory: string): Promise<void> {
  await requireHome(directory)
  if (isMirrorHome(directory)) return
  throw new MirrorError('HOME_NOT_MIRROR', `${resolve(directory)} is the home of a publisher, not of a mirror`, {
    hint: 'make another home for the mirror: `holdfast init --mirror --home DIR`',
  })
}

/** Name of the mirror, the first part of the names of its keys. */
export async function mirrorName(directory: string): Promise<string> {
  const { mirror } = homePaths(directory)
  const bytes = await readSmallFile(mirror, MAX_BYTES)
  const name = bytes === undefined ? undefined : nameIn(bytes)
  if (name !== undefined) return name
  throw new StoreError('STORE_UNREADABLE', `${mirror} does not say how this mirror is called`, {
    hint: 'write a line name = "m-…" into it, with the name of its keys if it has some',
  })
}

function nameIn(bytes: Uint8Array): string | undefined {
  try {
    const { name } = parse(new TextDecoder().decode(bytes))
    return typeof name === 'string' ? name : undefined
  } catch {
    // Told as one fault with a name that is missing.
    return undefined
  }
}

/** Directory of one followed log. */
export function followedDirectory(directory: string, name: string): string {
  return join(homePaths(directory).mirrors, name)
}

/** Names of the logs that are followed, in order. */
export async function followedNames(directory: string): Promise<readonly string[]> {
  const { mirrors } = homePaths(directory)
  try {
    const names = await readdir(mirrors)
    return names.filter((name) => existsSync(homePaths(join(mirrors, name)).follow)).sort()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw readError(error, mirrors)
  }
}
