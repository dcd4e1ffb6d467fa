import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../src/store/database.ts'
import { aVideo, manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, type Line, type World } from './harness.ts'

/** Forty kills take two minutes on two cores, so all of them are for `npm run test:slow`. */
const KILLS = process.env['SLOW'] === '1' ? 40 : 10
const SEED = Number(process.env['SEED'] ?? randomInt(2 ** 31))
const BUNDLES = 40
/** Two of them have a file that takes a while to read. */
const LARGE_BYTES = 24 * 1024 * 1024

/** What a home remembers, read as it lies on the disk. */
interface Remembered {
  readonly ids: readonly string[]
  readonly roots: readonly string[]
  /** Statements of type `bundle/1`, by index. */
  readonly published: ReadonlyMap<number, { readonly id: string; readonly root: string }>
}

/** One home that is new and one that has added all, both to be copied for each kill; and how long an undisturbed run takes. */
interface Stage {
  readonly world: World
  readonly archive: string
  readonly fresh: string
  readonly added: string
  readonly whole: Remembered
  readonly addMs: number
  readonly publishMs: number
}

const cleanUps: (() => Promise<void>)[] = []
let stage: Stage | undefined

async function makeStage(): Promise<Stage> {
  const world = aWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) })
  const archive = join(world.path, 'archive')
  manyVideos(archive, BUNDLES - 2)
  for (const id of ['largeVideo1', 'largeVideo2']) aVideo(archive, { id, media: { mp4: largeFile(id) } })
  await world.init()
  const [fresh, added] = [join(world.path, 'fresh'), join(world.path, 'added')]
  cpSync(world.home, fresh, { recursive: true })
  const addMs = await timed(() => finished(world, world.home, ['add', archive]))
  cpSync(world.home, added, { recursive: true })
  // The record of heads stays as it is now, so that every copy may publish.
  const publishMs = await timed(() =>
    finished(world, world.home, ['publish', '--yes'], { XDG_STATE_HOME: join(world.path, 'whole') }),
  )
  return { world, archive, fresh, added, whole: await remembered(world.home), addMs, publishMs }
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await action()
  return performance.now() - started
}

/** Bytes that no two ids share and that do not compress into one chunk. */
function largeFile(id: string): Uint8Array {
  const bytes = new Uint8Array(LARGE_BYTES)
  for (let at = 0; at < bytes.length; at += 32)
    bytes.set(
      createHash('sha256')
        .update(`${id} ${at >> 12}`)
        .digest(),
      at,
    )
  return bytes
}

async function finished(
  world: World,
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Line> {
  const outcome = await world.run([...args, '--json'], { env: { HOLDFAST_HOME: home, ...env } })
  assert.equal(outcome.exit, 0, JSON.stringify(outcome.events.slice(-3)))
  return doneOf(outcome)
}

/** Kills with SIGKILL after a time; gives every whole line that was printed before. */
async function killed(
  world: World,
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  afterMs: number,
): Promise<readonly Line[]> {
  const running = world.start([...args, '--json'], { env: { HOLDFAST_HOME: home, ...env } })
  const printed = running.outcome()
  await Promise.race([sleep(afterMs), printed])
  running.process.kill('SIGKILL')
  const { stdout } = await printed
  const lines = stdout.slice(0, stdout.lastIndexOf('\n') + 1).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

async function remembered(home: string): Promise<Remembered> {
  const db = await openDatabase(home, { readOnly: true })
  try {
    const published = new Map<number, { id: string; root: string }>()
    for (const { idx, bytes } of db.prepare('SELECT idx, bytes FROM entry ORDER BY idx').iterate()) {
      const statement = JSON.parse(new TextDecoder().decode(bytes as Uint8Array))
      if (statement.type === 'bundle/1') published.set(Number(idx), { id: statement.id, root: statement.root })
    }
    const column = (sql: string): string[] =>
      db
        .prepare(sql)
        .all()
        .map((row) => String(Object.values(row)[0]))
    return {
      ids: column('SELECT id FROM bundle ORDER BY id'),
      roots: column('SELECT root FROM version ORDER BY root'),
      published,
    }
  } finally {
    db.close()
  }
}

/** What a stranger finds, whatever happened to the publisher a moment ago. */
async function verifies(world: World, home: string): Promise<number> {
  const done = await finished(world, home, ['manifest', 'verify'])
  assert.equal(done['problems'], 0)
  return Number(done['size'])
}

/** Numbers in [0, 1) that follow from the seed. Source: mulberry32, public domain. */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs one kill after another; a failure says at which one, and with what it can be repeated. */
async function eachKill(
  context: TestContext,
  wholeMs: number,
  kill: (n: number, afterMs: number) => Promise<void>,
): Promise<void> {
  const next = numbersFrom(SEED)
  context.diagnostic(`SEED=${SEED}, ${KILLS / 2} kills within ${Math.round(wholeMs)} ms`)
  for (let n = 0; n < KILLS / 2; n += 1) {
    // The first third of a run only starts the program.
    const afterMs = wholeMs * (0.3 + 0.75 * next())
    try {
      await kill(n, afterMs)
    } catch (error) {
      throw new Error(`kill ${n} after ${afterMs} ms of about ${wholeMs}, SEED=${SEED}`, { cause: error })
    }
  }
}

describe(`kill -9 at ${KILLS} random instants`, { concurrency: 2 }, () => {
  before(async () => {
    stage = await makeStage()
  })
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })

  it('of add: what it had said is kept, and the next run finishes with the same roots, each once', async (t) => {
    const { world, archive, fresh, whole, addMs } = stage ?? assert.fail()
    await eachKill(t, addMs, async (n, afterMs) => {
      const home = join(world.path, `add-${n}`)
      cpSync(fresh, home, { recursive: true })
      const lines = await killed(world, home, ['add', archive], {}, afterMs)
      const said = lines.filter(({ event }) => event === 'bundle').map(({ id }) => String(id))
      const { ids } = await remembered(home)
      assert.deepEqual(
        said.filter((id) => !ids.includes(id)),
        [],
        'an id that was printed is on the disk',
      )
      assert.equal(await verifies(world, home), 2)
      const done = await finished(world, home, ['add', archive])
      assert.equal(Number(done['added']) + Number(done['known']), BUNDLES)
      const last = await remembered(home)
      assert.deepEqual(last.roots, whole.roots)
      assert.equal(last.ids.length, BUNDLES)
      assert.deepEqual(
        ids.filter((id) => !last.ids.includes(id)),
        [],
        'an id stays',
      )
    })
  })

  it('of publish: the old head or the new one verifies, and the next run publishes the rest, nothing twice', async (t) => {
    const { world, added, whole, publishMs } = stage ?? assert.fail()
    await eachKill(t, publishMs, async (n, afterMs) => {
      const home = join(world.path, `publish-${n}`)
      const env = { XDG_STATE_HOME: join(world.path, `state-${n}`) }
      cpSync(added, home, { recursive: true })
      const lines = await killed(world, home, ['publish', '--yes'], env, afterMs)
      const between = await remembered(home)
      for (const { id, root, index } of lines.filter(({ event }) => event === 'published')) {
        assert.deepEqual(
          between.published.get(Number(index)),
          { id, root },
          'what was said to be published has its index for ever',
        )
      }
      assert.ok([2, BUNDLES + 3].includes(await verifies(world, home)))
      const done = await finished(world, home, ['publish', '--yes'], env)
      assert.equal(Number(done['published']) + Number(done['already']), BUNDLES)
      const last = await remembered(home)
      assert.deepEqual([...last.published.values()].map(({ root }) => root).sort(), whole.roots, 'each root once')
      assert.deepEqual([...last.published.values()].map(({ id }) => id).sort(), whole.ids, 'each id once')
      for (const [index, statement] of between.published) assert.deepEqual(last.published.get(index), statement)
      assert.equal(await verifies(world, home), Number(done['manifestSize']))
      assert.equal(
        (await finished(world, home, ['publish', '--yes'], env))['manifestSize'],
        done['manifestSize'],
        'nothing is left',
      )
    })
  })
})
