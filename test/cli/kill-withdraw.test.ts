import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, type World } from './harness.ts'
import {
  assertOnlyGrew,
  assertTidy,
  manifestBytes,
  type Remembered,
  remembered,
  verifiedAsItLies,
} from './home-on-disk.ts'
import { eachKill, finished, KILLS, killed, SAME_CLOCK, type WholeRun, wholeRun } from './killing.ts'

const BUNDLES = 6
/** Withdrawn by one command; the others stay. */
const WITHDRAWN = 3
/** Genesis, its index, the bundles, theirs. */
const SIZE = BUNDLES + 3
const GONE = 410

interface Stage {
  readonly world: World
  /** A home that has published all, and what it knows outside of itself, to be copied for each kill. */
  readonly published: string
  readonly publishedState: string
  readonly command: readonly string[]
  /** Roots of the bundles that it withdraws, and of the others. */
  readonly goes: readonly string[]
  readonly stays: readonly string[]
  readonly run: WholeRun
  readonly whole: Remembered
  readonly manifest: Readonly<Record<string, string>>
}

const cleanUps: (() => Promise<void>)[] = []
let stage: Stage | undefined

async function makeStage(): Promise<Stage> {
  const world = aWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) })
  const archive = join(world.path, 'archive')
  await world.init()
  manyVideos(archive, BUNDLES)
  await finished(world, world.home, ['add', archive])
  await finished(world, world.home, ['publish', '--yes'])
  const [published, publishedState] = [join(world.path, 'published'), join(world.path, 'published-state')]
  cpSync(world.home, published, { recursive: true })
  cpSync(join(world.path, 'state'), publishedState, { recursive: true })
  const bundles = [...(await remembered(published)).published.values()]
  const command = ['withdraw', ...bundles.slice(0, WITHDRAWN).map(({ id }) => id)]
  const [goes, stays] = [bundles.slice(0, WITHDRAWN), bundles.slice(WITHDRAWN)].map((some) =>
    some.map(({ root }) => root),
  )
  const run = await wholeRun(world, world.home, command, SAME_CLOCK)
  const [whole, manifest] = [await remembered(world.home), manifestBytes(world.home)]
  return { world, published, publishedState, command, goes: goes ?? [], stays: stays ?? [], run, whole, manifest }
}

/** What a server answers for each of these roots. */
async function statuses(url: string, roots: readonly string[]): Promise<readonly number[]> {
  return Promise.all(
    roots.map(async (root) => {
      const answer = await fetch(`${url}/ipfs/${root}?format=car`)
      await answer.arrayBuffer()
      return answer.status
    }),
  )
}

describe(`withdraw, killed ${KILLS} times`, () => {
  before(async () => {
    stage = await makeStage()
  })
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })

  it('stops the serving of all or of none, before the log knows, and never takes that back', async (t) => {
    const { world, published, publishedState, command, goes, stays, run, whole, manifest } = stage ?? assert.fail()
    const earlier = manifestBytes(published)
    const served = stays.map(() => 200)
    await eachKill(t, run, async (n, kill) => {
      const [home, state] = [join(world.path, `home-${n}`), join(world.path, `state-${n}`)]
      cpSync(published, home, { recursive: true })
      cpSync(publishedState, state, { recursive: true })
      const env = { ...SAME_CLOCK, XDG_STATE_HOME: state }
      const server = await world.serve({ env: { HOLDFAST_HOME: home } })
      const lines = await killed(world, home, command, kill, env)
      const between = await remembered(home)
      const stopped = between.withdrawn.length > 0
      assert.ok([0, WITHDRAWN].includes(between.withdrawn.length), 'all of one command or none')
      assert.ok(stopped || between.withdrawals.size === 0, 'the log knows nothing that is still served')
      assert.ok(stopped || !lines.some(({ event }) => event === 'withdrawn'))
      const now = goes.map(() => (stopped ? GONE : 200))
      assert.deepEqual(await statuses(server.url, goes), now)
      await server.stop()
      assert.ok([SIZE, SIZE + WITHDRAWN + 1].includes(await verifiedAsItLies(home)))
      assertOnlyGrew(earlier, home)
      const again = await world.serve({ env: { HOLDFAST_HOME: home } })
      assert.deepEqual(await statuses(again.url, goes), now, 'a new server says the same')
      // A publication finishes what a withdrawal began, so every second time nobody says it again.
      const next = stopped && n % 2 === 1 ? ['publish', '--yes'] : command
      assert.equal((await finished(world, home, next, env))['manifestSize'], SIZE + WITHDRAWN + 1)
      assert.deepEqual(
        await statuses(again.url, goes),
        goes.map(() => GONE),
      )
      assert.deepEqual(await statuses(again.url, stays), served)
      await again.stop()
      const last = await remembered(home)
      assert.deepEqual([...last.withdrawals.values()].sort(), [...whole.withdrawals.values()].sort(), 'each said once')
      assert.deepEqual([last.published, last.withdrawn], [whole.published, whole.withdrawn])
      if (next === command) assert.deepEqual(manifestBytes(home), manifest)
      assertOnlyGrew(earlier, home)
      assertTidy(home, state)
      const verified = await finished(world, home, ['manifest', 'verify'], env)
      assert.deepEqual([verified['size'], verified['problems']], [SIZE + WITHDRAWN + 1, 0])
      rmSync(home, { recursive: true })
    })
  })
})
