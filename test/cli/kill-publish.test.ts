import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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

const EARLIER = 4
const BUNDLES = 40
/** Genesis, the earlier bundles, an index after each; then the others and their index. */
const EARLIER_SIZE = EARLIER + 3
const SIZE = BUNDLES + 4

interface Stage {
  readonly world: World
  /** A home that has published some and added the others, and what it knows outside of itself, to be copied for each kill. */
  readonly added: string
  readonly addedState: string
  readonly run: WholeRun
  readonly whole: Remembered
  readonly manifest: Readonly<Record<string, string>>
  readonly announced: Announced
}

const cleanUps: (() => Promise<void>)[] = []
let stage: Stage | undefined

async function makeStage(): Promise<Stage> {
  const world = aWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) })
  const archive = join(world.path, 'archive')
  await world.init()
  for (const count of [EARLIER, BUNDLES]) {
    manyVideos(archive, count)
    await finished(world, world.home, ['add', archive])
    if (count === EARLIER) await finished(world, world.home, ['publish', '--yes'])
  }
  const [added, addedState] = [join(world.path, 'added'), join(world.path, 'added-state')]
  cpSync(world.home, added, { recursive: true })
  cpSync(join(world.path, 'state'), addedState, { recursive: true })
  const run = await wholeRun(world, world.home, ['publish', '--yes'], {
    ...SAME_CLOCK,
    XDG_STATE_HOME: join(world.path, 'state'),
  })
  return {
    world,
    added,
    addedState,
    run,
    whole: await remembered(world.home),
    manifest: manifestBytes(world.home),
    announced: announcedIn(world.home),
  }
}

type Announced = Readonly<Record<'root' | 'entries' | 'blocks', readonly unknown[]>>

/** The announced root as a home remembers it, whatever older ones it still serves. */
function announcedIn(home: string): Announced {
  const db = new DatabaseSync(join(home, 'state.sqlite'), { readOnly: true })
  try {
    const rows = (sql: string): readonly unknown[] => db.prepare(sql).all()
    return {
      root: rows('SELECT cid, size FROM announced_root ORDER BY seq DESC LIMIT 1'),
      entries: rows('SELECT * FROM announced_entry'),
      blocks: rows(
        'SELECT multihash, path, at, length FROM announced_block WHERE dropped IS NULL ORDER BY path, multihash',
      ),
    }
  } finally {
    db.close()
  }
}

describe(`publish, killed ${KILLS} times`, () => {
  before(async () => {
    stage = await makeStage()
  })
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })

  it('shows the old head or the new one, and the next run ends with the very bytes of one that nobody killed', async (t) => {
    const { world, added, addedState, run, whole, manifest, announced } = stage ?? assert.fail()
    const earlier = manifestBytes(added)
    await eachKill(t, run, async (n, kill) => {
      const [home, state] = [join(world.path, `home-${n}`), join(world.path, `state-${n}`)]
      cpSync(added, home, { recursive: true })
      cpSync(addedState, state, { recursive: true })
      const env = { ...SAME_CLOCK, XDG_STATE_HOME: state }
      const lines = await killed(world, home, ['publish', '--yes'], kill, env)
      const between = await remembered(home)
      for (const { id, root, index } of lines.filter(({ event }) => event === 'published')) {
        assert.deepEqual(
          between.published.get(Number(index)),
          { id, root },
          'what was said to be published has its index for ever',
        )
      }
      assert.ok([EARLIER_SIZE, SIZE].includes(await verifiedAsItLies(home)))
      assertOnlyGrew(earlier, home)
      const shown = manifestBytes(home)
      const done = await finished(world, home, ['publish', '--yes'], env)
      assert.equal(Number(done['published']) + Number(done['already']), BUNDLES)
      assertOnlyGrew(shown, home)
      assert.deepEqual(await remembered(home), whole, 'each id and each root once, at the same index')
      assert.deepEqual(manifestBytes(home), manifest)
      assert.deepEqual(announcedIn(home), announced)
      assertTidy(home, state)
      const verified = await finished(world, home, ['manifest', 'verify'], env)
      assert.deepEqual([verified['size'], verified['problems']], [SIZE, 0])
      const again = await finished(world, home, ['publish', '--yes'], env)
      assert.deepEqual([again['published'], again['manifestSize']], [0, SIZE], 'nothing is left')
      rmSync(home, { recursive: true })
    })
  })
})
