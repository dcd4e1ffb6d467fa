import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, type TestContext } from 'node:test'
import { aVideo, manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, type Line, linesOfEvent, type Outcome, type World } from './harness.ts'

/** Statements under the head of the older home, and of the home: genesis, two indexes, three bundles; then one more. */
export const OLD_SIZE = 6
export const SIZE = 8
export const EXTRA_ID = 'extraVideo1'

/** A home that has published twice, and a copy of it from between. */
export interface PublishedWorld extends World {
  /** The archive of all four videos; shared, so a test that changes it copies it first. */
  readonly archive: string
  /** The whole home as it was after the first publication. */
  readonly older: string
  /** A run on another home; the second record of heads is the same unless told otherwise. */
  at(home: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>
  /** Writes one more public video into the archive of this test. */
  another(id: string): string
}

const cleanUps: (() => Promise<void>)[] = []
// Here and not where the template is made: within a test it would be gone after that test.
after(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

let template: Promise<World> | undefined

async function makeTemplate(): Promise<World> {
  const world = aWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) })
  const archive = join(world.path, 'archive')
  manyVideos(archive, 3)
  await world.init()
  assert.equal((await world.run(['add', archive, '--json'])).exit, 0)
  assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['manifestSize'], OLD_SIZE)
  cpSync(world.home, join(world.path, 'older'), { recursive: true })
  aVideo(archive, { id: EXTRA_ID })
  assert.equal((await world.run(['add', archive, '--json'])).exit, 0)
  assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['manifestSize'], SIZE)
  return world
}

/** A copy of the one that is made once a test file. */
export async function aPublishedWorld(context: TestContext): Promise<PublishedWorld> {
  template ??= makeTemplate()
  const { path } = await template
  const world = aWorld(context)
  for (const name of ['home', 'older', 'state']) cpSync(join(path, name), join(world.path, name), { recursive: true })
  return {
    ...world,
    archive: join(path, 'archive'),
    older: join(world.path, 'older'),
    at: (home, args, env = {}) => world.run(args, { env: { HOLDFAST_HOME: home, ...env } }),
    another(id) {
      const own = join(world.path, 'own')
      aVideo(own, { id })
      return own
    },
  }
}

/** Runs the command that the hint of a problem spells out, to the letter. */
export async function followHint(world: PublishedWorld, home: string, problem: Line): Promise<Outcome> {
  const command = /`holdfast ([^`]+)`/.exec(String(problem['hint']))?.[1]
  assert.ok(command !== undefined, `the hint names a command: ${problem['hint']}`)
  return world.at(home, [...command.split(' '), '--json'])
}

/** Puts one file or directory of a home back from another home. */
export function restore(from: string, home: string, name: string): void {
  for (const suffix of name === 'state.sqlite' ? ['', '-wal', '-shm'] : ['']) {
    rmSync(join(home, `${name}${suffix}`), { recursive: true, force: true })
  }
  cpSync(join(from, name), join(home, name), { recursive: true })
}

/** What must be as it was when a command was refused: everything but the lock and SQLite's own companions. */
export function contentOf(home: string): Readonly<Record<string, string>> {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  const lasting = paths.filter((path) => !/(lock\.(sqlite|json)|sqlite-(wal|shm))$/.test(path)).sort()
  return Object.fromEntries(lasting.map((path) => [relative(home, path), readFileSync(path).toString('base64')]))
}

/** A whole, sound manifest; its size. Every root and every id stands in it once. */
export async function verifiedSize(world: PublishedWorld, home: string): Promise<number> {
  const verified = await world.at(home, ['manifest', 'verify', '--json'])
  assert.equal(verified.exit, 0, JSON.stringify(verified.events))
  assert.equal(doneOf(verified)['problems'], 0)
  const size = Number(doneOf(verified)['size'])
  const indices = Array.from({ length: size }, (_, index) => String(index))
  const shown = linesOfEvent(await world.at(home, ['manifest', 'show', ...indices, '--json']), 'statement')
  const bundles = shown
    .map(({ statement }) => statement as Readonly<Record<string, unknown>>)
    .filter(({ type }) => type === 'bundle/1')
  assert.equal(new Set(bundles.map(({ root }) => root)).size, bundles.length, 'no root stands twice')
  const first = bundles.filter(({ replaces }) => replaces === undefined)
  assert.equal(new Set(first.map(({ id }) => id)).size, first.length, 'no id is published twice')
  return size
}

/** State and access of every bundle by its first original. */
export async function statesOf(world: PublishedWorld, home: string): Promise<Readonly<Record<string, string>>> {
  const listed = linesOfEvent(await world.at(home, ['list', '--json']), 'listed')
  return Object.fromEntries(
    listed.map((line) => [String((line['originals'] as string[])[0]), `${line['state']} ${line['access']}`]),
  )
}
