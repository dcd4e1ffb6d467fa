import { existsSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { flushDirectory, makeDirectories } from '../../store/durable-directory.ts'
import { systemCode, writeError } from '../../store/file-errors.ts'
import { transaction } from '../../store/transaction.ts'
import type { FollowedLog } from './followed-log.ts'

/** Where a fetched file lies, by its content ID; the last two letters spread files over 1,024 directories. */
export function fetchedPath(directory: string, cid: string): string {
  return join(directory, cid.slice(-2), cid)
}

/**
 * Moves the files of withdrawn versions out of the server's way. It has stopped serving them before: this makes that lasting
 * and visible. Files that a bundle still needs stay. Nothing is deleted. Safe to repeat.
 *
 * @returns how many were moved.
 */
export async function quarantineFiles({ home, tables }: FollowedLog): Promise<number> {
  const places = tables.placesToQuarantine().filter(({ path }) => path.startsWith(`${home.paths.fetched}/`))
  if (places.length === 0) return 0
  const moves = places.map((place) => ({ ...place, to: join(home.paths.quarantine, basename(place.path)) }))
  await makeDirectories([home.paths.quarantine], 0o700)
  for (const { path, to } of moves) move(path, to)
  await flushDirectory(home.paths.quarantine)
  for (const directory of new Set(moves.map(({ path }) => dirname(path)))) await flushDirectory(directory)
  transaction(home.db, () => {
    for (const { path, to, content } of moves) tables.quarantine(path, to, content, home.now())
  })
  return moves.length
}

/** Brings a file back that is wanted again; it is checked where it then lies, like any other. Does nothing when there is none. */
export async function takeFromQuarantine({ home, tables }: FollowedLog, cid: string, path: string): Promise<void> {
  const from = join(home.paths.quarantine, cid)
  if (!existsSync(from) || existsSync(path)) return
  await makeDirectories([dirname(path)])
  move(from, path)
  await flushDirectory(dirname(path))
  tables.release(from)
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    // A run that was killed has moved it, or a person has taken it away.
    if (systemCode(error) !== 'ENOENT') throw writeError(error, to)
  }
}
