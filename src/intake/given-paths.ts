import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { failed, IntakeError, ignored } from './errors.ts'
import type { FileVerdict } from './layout.ts'
import { type StattedPath, stattedPath } from './list-directory.ts'
import { errnoOf } from './read-walked.ts'

/** What a person asked for, without repetition. */
export interface GivenPaths {
  /** Absolute, none within another, in the order given. */
  readonly directories: readonly string[]
  /** Files given by themselves, by directory: one unit each. */
  readonly files: ReadonlyMap<string, readonly StattedPath[]>
  readonly verdicts: readonly FileVerdict[]
}

type Given = { readonly directory: string } | { readonly file: StattedPath } | { readonly verdict: FileVerdict }

/**
 * Looks at the given paths. Links on the way to one are followed, since a person typed them; the last name is not, because a
 * shell pattern types links that somebody else made.
 */
export function readGiven(paths: readonly string[]): GivenPaths {
  const given = [...new Set(paths.map((path) => resolve(path)))].map(look)
  const all = [...new Set(given.flatMap((one) => ('directory' in one ? [one.directory] : [])))]
  const directories = all.filter((path) => !all.some((other) => other !== path && isWithin(path, other)))
  const files = new Map<string, StattedPath[]>()
  for (const one of given) {
    if (!('file' in one) || directories.some((directory) => isWithin(one.file.path, directory))) continue
    const unit = files.get(dirname(one.file.path)) ?? []
    if (!unit.some(({ path }) => path === one.file.path)) unit.push(one.file)
    files.set(dirname(one.file.path), unit)
  }
  return { directories, files, verdicts: given.flatMap((one) => ('verdict' in one ? [one.verdict] : [])) }
}

function isWithin(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
}

function look(typed: string): Given {
  try {
    const path = join(realpathSync(dirname(typed)), basename(typed))
    const stat = lstatSync(path, { bigint: true })
    if (stat.isDirectory()) return { directory: path }
    if (stat.isFile()) return { file: stattedPath(path, stat) }
    if (!stat.isSymbolicLink())
      return { verdict: ignored(path, 'it is a pipe, socket or device, and was not opened', 'NOT_A_REGULAR_FILE') }
    return {
      verdict: failed(
        path,
        new IntakeError('LINK_NOT_FOLLOWED', 'it is a link, and links are not followed', { hint: hintOfLink(path) }),
      ),
    }
  } catch (cause) {
    return { verdict: failed(typed, missing(cause)) }
  }
}

function hintOfLink(path: string): string {
  try {
    return `Add the path that it points to: ${realpathSync(path)}`
  } catch {
    // What it points to is gone or closed to us; there is no better advice.
    return 'It points to nothing that can be read.'
  }
}

function missing(cause: unknown): IntakeError {
  const errno = errnoOf(cause)
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new IntakeError('PATH_MISSING', 'there is nothing at this path', {
      cause,
      hint: 'Check the spelling, and that the disk is connected.',
    })
  }
  const hint = 'Check the permissions and the disk, then run the same command again.'
  return new IntakeError('PATH_UNREADABLE', `the path cannot be looked at (${errno ?? 'no reason given'})`, {
    cause,
    hint,
  })
}
