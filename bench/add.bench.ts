import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { openHasher } from '../src/address/hash-file.ts'
import { ytDlpLayout } from '../src/intake/layouts/yt-dlp.ts'
import { add, openHome } from '../src/pipeline.ts'
import { BUNDLES, FILES_A_BUNDLE, type Form, makeArchive } from './archive.ts'
import { makeHome } from './log-home.ts'
import type { Bench, Prepared } from './run.ts'

const PROGRAM = join(import.meta.dirname, '../bin/holdfast.ts')
const { signal } = new AbortController()

async function addAll(directory: string, archive: string): Promise<{ seconds: number; added: number; known: number }> {
  await using home = await openHome(directory, { write: 'bench' })
  await using hasher = openHasher()
  const start = performance.now()
  const counts = await add(home, [archive], {
    layouts: [ytDlpLayout],
    hasher,
    dryRun: false,
    signal,
    stopping: signal,
    onEvent: () => undefined,
  })
  if (counts.failed > 0) throw new Error(`${counts.failed} files failed`)
  return { ...counts, seconds: (performance.now() - start) / 1000 }
}

/** The least that finding everything unchanged can be: the names of each directory, and one lstat a file. Seconds. */
function statFloor(archive: string): number {
  const start = performance.now()
  let files = 0
  const pending = [archive]
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) pending.push(`${directory}/${entry.name}`)
      else if (lstatSync(`${directory}/${entry.name}`, { bigint: true }).isFile()) files += 1
    }
  }
  if (files !== BUNDLES * FILES_A_BUNDLE) throw new Error(`${files} files`)
  return (performance.now() - start) / 1000
}

/** A home that has the archive already; added by the program itself, because its memory is not that of the second time. */
async function addedHome(dir: string, form: Form): Promise<string> {
  const parent = join(dir, `added-${form}`)
  if (!existsSync(parent)) {
    mkdirSync(`${parent}.part`)
    const home = await makeHome(`${parent}.part`)
    execFileSync(process.execPath, [PROGRAM, 'add', makeArchive(dir, form), '--home', home], { stdio: 'ignore' })
    renameSync(`${parent}.part`, parent)
  }
  return join(parent, 'home')
}

async function firstAdd(dir: string, form: Form): Promise<Prepared> {
  const archive = makeArchive(dir, form)
  return {
    async value() {
      const { seconds, added } = await addAll(await makeHome(mkdtempSync(join(dir, 'first-add-'))), archive)
      return added / seconds
    },
  }
}

async function secondAdd(dir: string, form: Form): Promise<Prepared> {
  const archive = makeArchive(dir, form)
  const home = await addedHome(dir, form)
  return {
    floor: () => statFloor(archive),
    async value() {
      const { seconds, known } = await addAll(home, archive)
      if (known !== BUNDLES) throw new Error(`only ${known} bundles are known`)
      return seconds
    },
  }
}

const FORMS: readonly Form[] = ['flat', 'nested']

export const benches: readonly Bench[] = FORMS.flatMap((form): Bench[] => [
  {
    name: `first add of 30,000 bundles, ${form}`,
    unit: 'bundles/s',
    target: { rssMbAtMost: 300 },
    rounds: 1,
    prepare: (dir) => firstAdd(dir, form),
  },
  {
    name: `second add of 30,000 bundles, ${form}`,
    unit: 's',
    target: { valueAtMost: 5, rssMbAtMost: 300 },
    prepare: (dir) => secondAdd(dir, form),
  },
])
