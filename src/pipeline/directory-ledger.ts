import type { StattedPath } from '../intake/recognise.ts'
import { transaction } from '../store/transaction.ts'
import type { Home } from './home.ts'

type Outcome = { readonly outcome: string; readonly bundle?: string }

interface OpenDirectory {
  readonly path: string
  readonly files: readonly StattedPath[]
  readonly outcomes: Map<string, Outcome>
}

/**
 * Follows what becomes of each file of the directories that intake walks through, and writes a directory down once all of
 * its bundles are. What is written down lets the next run know it by stats alone.
 */
export interface DirectoryLedger {
  open(path: string, files: readonly StattedPath[]): void
  note(path: string, outcome: Outcome): void
  /** Writes down the directories that are complete: all but the last one, or all of them at the end of a whole run. */
  close(options: { readonly all: boolean }): void
}

export function openDirectoryLedger(home: Home): DirectoryLedger {
  const directories: OpenDirectory[] = []
  const owner = new Map<string, OpenDirectory>()
  return {
    open(path, files) {
      const directory: OpenDirectory = { path, files, outcomes: new Map() }
      directories.push(directory)
      for (const file of files) owner.set(file.path, directory)
    },
    note: (path, outcome) => void owner.get(path)?.outcomes.set(path, outcome),
    close({ all }) {
      const complete = directories.splice(0, all ? directories.length : directories.length - 1)
      if (complete.length === 0) return
      transaction(home.db, () => {
        for (const { path, files, outcomes } of complete) {
          home.seen.remember(path, withOutcomes(files, outcomes))
          for (const file of files) owner.delete(file.path)
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
