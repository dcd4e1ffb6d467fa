import { ReferenceStore } from '../address/reference-store.ts'
import { rowKey } from '../manifest/index-key.ts'
import { openBundleTable } from '../store/catalogue/bundles.ts'
import { openDecisions } from '../store/catalogue/decisions.ts'
import { openSeenFiles } from '../store/catalogue/seen.ts'
import { openStandings } from '../store/catalogue/standing.ts'
import { openDatabase } from '../store/database.ts'
import { StoreError } from '../store/errors.ts'
import { sqliteState } from '../store/fold-state.ts'
import { homePaths, requireHome } from '../store/home.ts'
import { openJournal } from '../store/journal.ts'
import { acquireLock } from '../store/lock.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import type { StateDatabase } from '../store/state-database.ts'
import type { Home } from './home.ts'

export interface OpenHomeOptions {
  /** Name of the command that writes; takes the home's lock. Without it the home is opened for reading. */
  readonly write?: string
}

/**
 * Opens an installation. Readers never block and are never blocked.
 *
 * @throws {StoreError} `HOME_MISSING`, `HOME_LOCKED`, `STATE_CORRUPT`, `STATE_NEWER` and the others of `openDatabase`.
 */
export async function openHome(directory: string, { write }: OpenHomeOptions = {}): Promise<Home> {
  await requireHome(directory)
  return open(directory, { write, readOnly: write === undefined, create: false })
}

/** The same for `init` and `manifest recover`, while the home is not a home yet. */
export async function openUnfinishedHome(directory: string): Promise<Home> {
  return open(directory, { write: 'init', readOnly: false, create: true })
}

interface Opening {
  readonly write: string | undefined
  readonly readOnly: boolean
  readonly create: boolean
}

async function open(directory: string, { write, readOnly, create }: Opening): Promise<Home> {
  await using cleanup = new AsyncDisposableStack()
  if (write !== undefined) cleanup.use(await acquireLock(directory, { command: write }))
  const db = cleanup.adopt(await openDatabase(directory, { readOnly, create }), (opened) => opened.close())
  const content = cleanup.use(new ReferenceStore(db))
  const resources = cleanup.move()
  return { ...assemble(directory, db, content), [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

function assemble(
  directory: string,
  db: StateDatabase,
  content: ReferenceStore,
): Omit<Home, typeof Symbol.asyncDispose> {
  const fact = (name: string): string | undefined => {
    const value = db.statement('SELECT value FROM meta WHERE key = ?').get(name)?.['value']
    return typeof value === 'string' ? value : undefined
  }
  const fold = sqliteState(db)
  return {
    paths: homePaths(directory),
    db,
    primitives: nodePrimitives,
    origin: required(fact('origin')),
    vkey: required(fact('vkey')),
    bundles: openBundleTable(db),
    decisions: openDecisions(db),
    seen: openSeenFiles(db),
    standings: openStandings(db),
    content,
    journal: openJournal(db),
    fold,
    decisionsLost: fact('decisions-lost') !== undefined,
    recoveredIdOf: (root) => fold.idsOf(rowKey(nodePrimitives.sha256, 'root', root))[0],
    now: () => new Date().toISOString().replace(/\.\d+Z$/u, 'Z'),
  }
}

function required(value: string | undefined): string {
  if (value !== undefined) return value
  throw new StoreError('STATE_CORRUPT', 'the state of this home does not say which log it belongs to', {
    hint: 'run `holdfast manifest recover --from HOME/manifest` on it',
  })
}
