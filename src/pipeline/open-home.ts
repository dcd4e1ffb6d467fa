import { existsSync } from 'node:fs'
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
import { openPublications } from '../store/publications.ts'
import { openReplicas } from '../store/replicas.ts'
import type { StateDatabase } from '../store/state-database.ts'
import { PipelineError } from './errors.ts'
import type { Home } from './home.ts'
import { publishedSizeOf } from './published-head.ts'

export interface OpenHomeOptions {
  /** Name of the command that writes; takes the home's lock. Without it the home is opened for reading. */
  readonly write?: string
  /** How long to wait for another writer, in milliseconds. @default 0 */
  readonly waitMs?: number
  /** The log may be somebody else's, and is written to as a mirror does. @default false */
  readonly followed?: boolean
}

/**
 * Opens an installation. Readers never block and are never blocked.
 *
 * @throws {StoreError} `HOME_MISSING`, `HOME_LOCKED`, `STATE_CORRUPT`, `STATE_NEWER` and the others of `openDatabase`;
 * {PipelineError} `HOME_IS_MIRROR` for what has no log of its own.
 */
export async function openHome(directory: string, options: OpenHomeOptions = {}): Promise<Home> {
  const { write, waitMs = 0, followed = false } = options
  await requireHome(directory)
  if (existsSync(homePaths(directory).mirror)) throw ofMirror(directory)
  await using cleanup = new AsyncDisposableStack()
  const home = cleanup.use(await open(directory, { write, waitMs, readOnly: write === undefined, create: false }))
  if (write !== undefined && !followed && readFact(home.db, 'followed') !== undefined) throw ofMirror(directory)
  cleanup.move()
  return home
}

function ofMirror(directory: string): PipelineError {
  return new PipelineError('HOME_IS_MIRROR', `${directory} holds logs of others, which only their publishers write`, {
    hint: 'see `holdfast mirror status`; what it holds of one log is read with --home HOME/mirrors/NAME',
  })
}

/** Which log a home belongs to. */
export interface LogFacts {
  readonly origin: string
  readonly vkey: string
}

/**
 * The same for `init` and `manifest recover`, which hold the lock themselves and make the state where there is none. It
 * says nothing of its log until {@link writeFacts}, so every other command refuses a home that was left in between.
 */
export async function openUnfinishedHome(directory: string, facts: LogFacts): Promise<Home> {
  return open(directory, { write: undefined, readOnly: false, create: true, facts })
}

/** Facts of the table `meta`; inside the caller's transaction. */
export function writeFacts(db: StateDatabase, facts: Readonly<Record<string, string>>): void {
  const put = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
  for (const [name, value] of Object.entries(facts)) put.run(name, value)
}

interface Opening {
  readonly write: string | undefined
  readonly waitMs?: number
  readonly readOnly: boolean
  readonly create: boolean
  readonly facts?: LogFacts
}

async function open(directory: string, { write, waitMs = 0, readOnly, create, facts }: Opening): Promise<Home> {
  await using cleanup = new AsyncDisposableStack()
  if (write !== undefined) cleanup.use(await acquireLock(directory, { command: write, waitMs }))
  const opening = readOnly ? openToRead(directory) : openDatabase(directory, { create })
  const db = cleanup.adopt(await opening, (opened) => opened.close())
  const content = cleanup.use(new ReferenceStore(db))
  const resources = cleanup.move()
  const home = assemble(directory, db, content, facts ?? storedFacts(db))
  return { ...home, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/**
 * A newer program is started by its server as often as by a writing command, so readers bring older tables up to date, too.
 *
 * @throws {StoreError} `STATE_OLDER` where they cannot: somebody writes, or they may not.
 */
async function openToRead(directory: string): Promise<StateDatabase> {
  const open = (): Promise<StateDatabase> => openDatabase(directory, { readOnly: true })
  try {
    return await open()
  } catch (older) {
    if (!(older instanceof StoreError) || older.code !== 'STATE_OLDER') throw older
    try {
      await using _lock = await acquireLock(directory, { command: 'upgrade' })
      const upgraded = await openDatabase(directory)
      upgraded.close()
    } catch (error) {
      throw error instanceof StoreError && error.code !== 'HOME_LOCKED' && !error.code.startsWith('STORE_')
        ? error
        : older
    }
    return open()
  }
}

function storedFacts(db: StateDatabase): LogFacts {
  return { origin: required(readFact(db, 'origin')), vkey: required(readFact(db, 'vkey')) }
}

/** One fact of the table `meta`. */
export function readFact(db: StateDatabase, name: string): string | undefined {
  const value = db.statement('SELECT value FROM meta WHERE key = ?').get(name)?.['value']
  return typeof value === 'string' ? value : undefined
}

function assemble(
  directory: string,
  db: StateDatabase,
  content: ReferenceStore,
  { origin, vkey }: LogFacts,
): Omit<Home, typeof Symbol.asyncDispose> {
  const fold = sqliteState(db)
  const paths = homePaths(directory)
  const publishedSize = publishedSizeOf(paths)
  return {
    paths,
    db,
    primitives: nodePrimitives,
    origin,
    vkey,
    bundles: openBundleTable(db, publishedSize),
    decisions: openDecisions(db),
    seen: openSeenFiles(db),
    standings: openStandings(db, publishedSize),
    publications: openPublications(db),
    replicas: openReplicas(db, publishedSize),
    content,
    journal: openJournal(db),
    fold,
    publishedSize,
    decisionsLost: readFact(db, 'decisions-lost') !== undefined,
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
