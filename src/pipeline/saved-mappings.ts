import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IntakeError } from '../intake/errors.ts'
import { type Mapping, parseMapping } from '../intake/layouts/spreadsheet/mapping.ts'
import type { Mappings } from '../intake/layouts/spreadsheet/read-sheets.ts'
import { listDirectory, type StattedPath } from '../intake/list-directory.ts'
import { TABLE_ENDINGS } from '../intake/tables/read-tables.ts'
import { writeDurable } from '../store/durable-file.ts'
import { systemCode } from '../store/file-errors.ts'
import { transaction } from '../store/transaction.ts'
import type { Home } from './home.ts'

export interface SavedMappingOptions {
  /** Of the home; mappings never go into the archive. */
  readonly home: string
  /** A person's own file, for every spreadsheet of this run. */
  readonly file?: string
  readonly dryRun: boolean
  /** Told once of each mapping that was written. */
  readonly onSaved: (path: string, name: string) => void
}

/** In UTF-16 units; with the ending no longer than a name on disk may be. */
const MAX_NAME = 60

/** Mappings as files of the home, one for each name of a spreadsheet; written once, then a person's to edit. */
export function savedMappings({ home, file, dryRun, onSaved }: SavedMappingOptions): Mappings {
  const directory = directoryIn(home)
  const pathOf = (name: string): string =>
    file ?? join(directory, `${name.normalize('NFC').slice(0, MAX_NAME)}.mapping.toml`)
  const written = new Set<string>()
  const known = new Map<string, Promise<{ mapping: Mapping; path: string } | undefined>>()
  return {
    load(name) {
      const path = pathOf(name)
      const found = known.get(path) ?? readMapping(path, file !== undefined)
      known.set(path, found)
      return found
    },
    async save(name, text) {
      if (dryRun) return undefined
      const path = pathOf(name)
      // Another spreadsheet of the same name, in the same run.
      if (written.has(path)) return path
      written.add(path)
      await writeDurable(path, new TextEncoder().encode(text), { mode: 0o600 })
      // What was understood without it is what it says, so this run need not read it.
      known.set(path, Promise.resolve(undefined))
      onSaved(path, name)
      return path
    },
  }
}

/** @param mustBe - a person named it. */
async function readMapping(path: string, mustBe: boolean): Promise<{ mapping: Mapping; path: string } | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' && !mustBe) return undefined
    const hint = 'Check its path and permissions.'
    throw new IntakeError('MAPPING_INVALID', `the mapping ${path} cannot be read`, { cause, hint })
  }
  try {
    return { mapping: parseMapping(text), path }
  } catch (cause) {
    if (!(cause instanceof IntakeError)) throw cause
    throw new IntakeError(cause.code, `${path}: ${cause.message}`, { cause, hint: cause.hint ?? '' })
  }
}

function directoryIn(home: string): string {
  return join(home, 'mappings')
}

/** Enough for every name of a spreadsheet that anybody has. */
const MOST_MAPPINGS = 10_000

/**
 * What a person changed in a mapping must reach the spreadsheets of that name, though they are as they were: then every
 * directory with a spreadsheet is looked at again.
 *
 * @returns whether any mapping changed since {@link rememberMappings}.
 */
export async function forgetIfMappingsChanged(home: Home, signal: AbortSignal): Promise<boolean> {
  const files = await mappingFiles(home, signal)
  if (files.length === 0 || home.seen.unchanged(directoryIn(home.paths.home), files) !== undefined) return false
  transaction(home.db, () => {
    for (const ending of TABLE_ENDINGS) home.seen.forgetEnding(ending)
    rememberFiles(home, files)
  })
  return true
}

/** Those that the run itself wrote say what it did anyhow. */
export async function rememberMappings(home: Home, signal: AbortSignal): Promise<void> {
  const files = await mappingFiles(home, signal)
  if (files.length > 0) transaction(home.db, () => rememberFiles(home, files))
}

function rememberFiles(home: Home, files: readonly StattedPath[]): void {
  home.seen.remember(
    directoryIn(home.paths.home),
    files.map((file) => ({ ...file, outcome: 'taken' })),
  )
}

async function mappingFiles(home: Home, signal: AbortSignal): Promise<readonly StattedPath[]> {
  const directory = directoryIn(home.paths.home)
  return existsSync(directory) ? (await listDirectory(directory, MOST_MAPPINGS, signal)).files : []
}
