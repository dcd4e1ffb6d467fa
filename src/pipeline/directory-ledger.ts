import type { StattedDirectory, StattedPath } from '../intake/recognise.ts'
import { transaction } from '../store/transaction.ts'
import type { Home } from './home.ts'

type Outcome = { readonly outcome: string; readonly bundle?: string }

/** One directory, or several that were read as one unit. */
interface OpenUnit {
  readonly directories: readonly StattedDirectory[]
  readonly outcomes: Map<string, Outcome>
}

/**
 * Follows what becomes of each file of the directories that intake walks through, and writes a directory down once all of
 * the bundles of its unit are. What is written down lets the next run know it by stats alone.
 */
export interface DirectoryLedger {
  /** The directories of one unit. */
  open(directories: readonly StattedDirectory[]): void
  note(path: string, outcome: Outcome): void
  /** Writes down the units that are complete: all but the last one, or all of them at the end of a whole run. */
  close(options: { readonly all: boolean }): void
}

export function openDirectoryLedger(home: Home): DirectoryLedger {
  const units: OpenUnit[] = []
  const owner = new Map<string, OpenUnit>()
  return {
    open(directories) {
      const unit: OpenUnit = { directories, outcomes: new Map() }
      units.push(unit)
      for (const { files } of directories) for (const file of files) owner.set(file.path, unit)
    },
    note: (path, outcome) => void owner.get(path)?.outcomes.set(path, outcome),
    close({ all }) {
      const complete = units.splice(0, all ? units.length : units.length - 1)
      if (complete.length === 0) return
      transaction(home.db, () => {
        for (const { directories, outcomes } of complete) {
          for (const { path, files } of directories) {
            home.seen.remember(path, withOutcomes(files, outcomes))
            for (const file of files) owner.delete(file.path)
          }
        }
      })
    },
  }
}

/** A file that nothing was said of counts as failed, so that the directory is looked at again. One at a time: there may be 400,000. */
function* withOutcomes(
  files: readonly StattedPath[],
  outcomes: ReadonlyMap<string, Outcome>,
): Iterable<StattedPath & Outcome> {
  for (const file of files) yield { ...file, ...(outcomes.get(file.path) ?? { outcome: 'failed' }) }
}
