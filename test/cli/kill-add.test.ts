import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { aVideo, manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, type World } from './harness.ts'
import { assertTidy, type Remembered, remembered, verifiedAsItLies } from './home-on-disk.ts'
import { eachKill, finished, KILLS, killed, type WholeRun, wholeRun } from './killing.ts'

const BUNDLES = 40
/** Two of them have a file that takes a while to read. */
const LARGE_BYTES = 16 * 1024 * 1024

interface Stage {
  readonly world: World
  readonly archive: string
  /** A home that is new, to be copied for each kill. */
  readonly fresh: string
  readonly run: WholeRun
  readonly whole: Remembered
}

const cleanUps: (() => Promise<void>)[] = []
let stage: Stage | undefined

async function makeStage(): Promise<Stage> {
  const world = aWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) })
  const archive = join(world.path, 'archive')
  manyVideos(archive, BUNDLES - 2)
  for (const id of ['largeVideo1', 'largeVideo2']) aVideo(archive, { id, media: { mp4: largeFile(id) } })
  await world.init()
  const fresh = join(world.path, 'fresh')
  cpSync(world.home, fresh, { recursive: true })
  const run = await wholeRun(world, world.home, ['add', archive])
  return { world, archive, fresh, run, whole: await remembered(world.home) }
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

describe(`add, killed ${KILLS} times`, () => {
  before(async () => {
    stage = await makeStage()
  })
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })

  it('keeps what it had said, and the next run finishes with the same roots, each once', async (t) => {
    const { world, archive, fresh, run, whole } = stage ?? assert.fail()
    await eachKill(t, run, async (n, kill) => {
      const home = join(world.path, `home-${n}`)
      cpSync(fresh, home, { recursive: true })
      const lines = await killed(world, home, ['add', archive], kill)
      const said = lines.filter(({ event }) => event === 'bundle').map(({ id }) => String(id))
      const { ids } = await remembered(home)
      assert.deepEqual(
        said.filter((id) => !ids.includes(id)),
        [],
        'an id that was printed is on the disk',
      )
      assert.equal(await verifiedAsItLies(home), 2)
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
      assert.equal((await finished(world, home, ['manifest', 'verify']))['size'], 2)
      assertTidy(home)
      rmSync(home, { recursive: true })
    })
  })
})
