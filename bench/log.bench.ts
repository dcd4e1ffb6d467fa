import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { encodeStatement } from '../src/manifest/statement.ts'
import { decodeEntryBundle } from '../src/manifest/tiles.ts'
import { verifyManifest } from '../src/read/verify-manifest.ts'
import { nodePrimitives as primitives } from '../src/store/node-primitives.ts'
import { openScratchState } from '../src/store/scratch-state.ts'
import { loggedHome, makeHome, makeStatement, STATEMENTS, sequenceMade, withLog } from './log-home.ts'
import { openPublished } from './published-log.ts'
import type { Bench, Prepared } from './run.ts'

const { signal } = new AbortController()

/** The least that writing them durably can be: hashed, and put into a table in the same transactions. Seconds. */
function writingFloor(dir: string): number {
  const database = new DatabaseSync(join(mkdtempSync(join(dir, 'floor-')), 'state.sqlite'))
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB)',
  )
  const insert = database.prepare('INSERT INTO entry VALUES (?, ?)')
  const bytes = encodeStatement(makeStatement('floor'))
  const start = performance.now()
  for (let at = 0; at < STATEMENTS; at += 256) {
    database.exec('BEGIN')
    for (let i = at; i < Math.min(STATEMENTS, at + 256); i++) {
      hash('sha256', bytes, 'buffer')
      insert.run(i, bytes)
    }
    database.exec('COMMIT')
  }
  const seconds = (performance.now() - start) / 1000
  database.close()
  return seconds
}

async function append(dir: string, parts: { readonly head: boolean }): Promise<number> {
  return withLog(await makeHome(mkdtempSync(join(dir, 'append-'))), async (home, log) => {
    const sequenced = sequenceMade(home, log, STATEMENTS, 'first')
    const start = performance.now()
    if (parts.head) await log.announce(signal)
    return sequenced + (performance.now() - start) / 1000
  })
}

async function appendMore(dir: string): Promise<Prepared> {
  const home = await loggedHome(dir)
  let seed = 0
  return {
    value: () =>
      withLog(home, async (opened, log) => {
        const sequenced = sequenceMade(opened, log, 100, `more ${seed++} ${Date.now()}`)
        const start = performance.now()
        await log.announce(signal)
        return sequenced + (performance.now() - start) / 1000
      }),
  }
}

async function verify(home: string): Promise<number> {
  const start = performance.now()
  const manifest = await openPublished(home)
  using scratch = openScratchState()
  const { status } = await verifyManifest(manifest, { primitives, signal, state: scratch.state, entries: scratch })
  if (status.problems > 0) throw new Error(`${status.problems} statements have problems`)
  return (performance.now() - start) / 1000
}

/** The least that verifying can be: each statement read from its file, hashed and parsed, each file of the index read and hashed. Seconds. */
export async function readingFloor(manifest: string, { index }: { readonly index: boolean }): Promise<number> {
  const start = performance.now()
  for (const path of filesBelow(join(manifest, 'tile/entries'))) {
    const bytes = await readFile(path)
    if (path.includes('.p/')) continue
    for (const entry of decodeEntryBundle(bytes, 256)) {
      hash('sha256', entry, 'buffer')
      JSON.parse(new TextDecoder().decode(entry))
    }
  }
  if (index) for (const path of filesBelow(join(manifest, 'index'))) hash('sha256', await readFile(path), 'buffer')
  return (performance.now() - start) / 1000
}

function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

export const benches: readonly Bench[] = [
  {
    name: 'append and sign 30,000 statements',
    unit: 's',
    target: { valueAtMost: 5, rssMbAtMost: 300 },
    prepare: async (dir) => ({ floor: () => writingFloor(dir), value: () => append(dir, { head: true }) }),
  },
  {
    name: 'the same without index, tiles and head',
    unit: 's',
    target: {},
    prepare: async (dir) => ({ floor: () => writingFloor(dir), value: () => append(dir, { head: false }) }),
  },
  {
    name: 'verify 30,000 statements from their files',
    unit: 's',
    target: { valueAtMost: 3, rssMbAtMost: 300 },
    prepare: async (dir) => {
      const home = await loggedHome(dir)
      return { floor: () => readingFloor(join(home, 'manifest'), { index: true }), value: () => verify(home) }
    },
  },
  {
    name: 'disk used by the index of 30,000 statements',
    unit: 'MB',
    target: {},
    rounds: 1,
    prepare: async (dir) => {
      const files = filesBelow(join(loggedHome(dir), 'manifest/index'))
      return { value: () => files.reduce((sum, path) => sum + statSync(path).size, 0) / 1e6 }
    },
  },
  { name: 'append and sign 100 more statements', unit: 's', target: {}, prepare: appendMore },
]
