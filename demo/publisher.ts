import assert from 'node:assert/strict'
import { cp, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatBytes } from '../src/cli/report/format.ts'
import type { Person } from './program.ts'
import { tell } from './stage.ts'

const ARCHIVE = fileURLToPath(new URL('archive', import.meta.url))
const HOME = ['--home', 'home']

export const DEAD_LINK = 'https://www.youtube.com/watch?v=hfDemoTr_06'
/** Of another testimony, which nobody withdraws. */
export const LAST_LINK = 'https://www.youtube.com/watch?v=hfDemoZh_03'
export const HELD_LINK = 'https://www.youtube.com/watch?v=hfDemoKkz08'

/** From a folder of files to a published manifest. */
export async function publishArchive(publisher: Person, directory: string): Promise<void> {
  const archive = join(directory, 'archive')
  await cp(ARCHIVE, archive, { recursive: true, preserveTimestamps: true })
  const before = await filesIn(archive)

  const made = (
    await publisher.holdfast(0, 'init', '--origin', 'demo.example/testimony', '--no-passphrase', ...HOME)
  ).one('done')
  const vkey = String(made['vkey'])
  assert.match(vkey, /^demo\.example\/testimony\+[0-9a-f]{8}\+/)
  tell(
    'holdfast init --origin demo.example/testimony',
    `Keys and an empty signed log. The public key, to hand out: ${vkey.slice(0, 44)}…`,
  )

  const added = await publisher.holdfast(0, 'add', 'archive', ...HOME)
  const { added: count, failed, bytes } = added.one('done')
  assert.deepEqual([count, failed], [6, 0])
  assert.deepEqual(await filesIn(archive), before, 'the archive is not as it was')
  const homeBytes = sum(await filesIn(join(directory, 'home')))
  assert.ok(homeBytes < Number(bytes) / 2, `the home has ${homeBytes} bytes, as if files had been copied`)
  tell(
    'holdfast add archive',
    `6 testimonies, ${formatBytes(Number(bytes))}. Nothing was copied: the home has ${formatBytes(homeBytes)}, the files are as they were.`,
  )

  await clearOne(publisher, new Map(added.all('bundle').map(({ id, title }) => [id, title])))

  const published = await publisher.holdfast(0, 'publish', '--yes', ...HOME)
  assert.equal(published.all('published').length, 5)
  assert.equal(published.one('held').reason, 'the source says availability: unlisted')
  const { manifestSize } = published.one('done')
  tell(
    'holdfast publish',
    `5 published, 1 held. The signed log has ${manifestSize} statements: which content was which link.`,
  )
}

/** The plan, and a person's word on what the lint found. */
async function clearOne(publisher: Person, titles: ReadonlyMap<string, string>): Promise<void> {
  const plan = await publisher.holdfast(0, 'publish', '--dry-run', ...HOME)
  assert.deepEqual([plan.one('plan').goesOut, plan.one('plan').held], [4, 2])
  const held = plan.all('held')
  tell(
    'holdfast publish --dry-run',
    '4 would go out. Held for a person to look at:',
    ...held.map(({ id, reason }) => `  ${titles.get(id)}: ${reason}`),
  )

  const found = held.filter(({ reason }) => reason.startsWith('lint: PHONE_NUMBER'))
  assert.equal(found.length, 1)
  const id = found[0]?.id ?? ''
  const shown = await publisher.holdfast(0, 'show', id, ...HOME)
  assert.ok(
    shown
      .all('row')
      .some(({ row }) => row['what'] === 'finding' && row['code'] === 'PHONE_NUMBER' && row['accepted'] === false),
  )
  const decided = await publisher.holdfast(
    0,
    'clear',
    id,
    '--accept-findings',
    '--reason',
    'a number made for films',
    ...HOME,
  )
  assert.deepEqual([decided.one('decided').id, decided.one('decided').access], [id, 'public'])
  tell(
    `holdfast clear ${id} --accept-findings --reason "a number made for films"`,
    'Somebody looked, and it is on record who. Nobody cleared the unlisted one, so it stays here.',
  )
}

/** Path to size and time of change, of everything under a directory. */
async function filesIn(
  directory: string,
): Promise<ReadonlyMap<string, { readonly size: number; readonly mtimeMs: number }>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const stats = await Promise.all(paths.map(async (path) => [path, await stat(path)] as const))
  return new Map(stats.map(([path, { size, mtimeMs }]) => [path, { size, mtimeMs }]))
}

function sum(files: Awaited<ReturnType<typeof filesIn>>): number {
  return [...files.values()].reduce((total, { size }) => total + size, 0)
}
