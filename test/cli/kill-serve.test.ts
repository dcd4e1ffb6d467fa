import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { closeNetwork, configureNetwork } from '../../src/read/network.ts'
import { aVideo, manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aCuttingProxy, type CuttingProxy } from './cutting-proxy.ts'
import { aWorld, type Running, type World } from './harness.ts'
import { finished, KILLS, numbersFrom, SEED } from './killing.ts'
import { contentOf } from './published-world.ts'
import { blocksOfCar, readInAllWays, type Truth, viewAt } from './wary-readers.ts'

const LINK = 'https://www.youtube.com/watch?v=largeVideo1'
const VIDEO_BYTES = 4 * 1024 * 1024 + 17
/** Headers are a little longer or shorter from one round to the next. */
const SLACK_BYTES = 4_096
const WHOLE = { file: 'whole', car: 'whole', get: 'whole', lookup: 'whole' }

interface Stage {
  readonly world: World
  readonly proxy: CuttingProxy
  readonly truth: Truth
  /** Bytes of all answers when nobody disturbs them. */
  readonly bytes: number
}

const cleanUps: (() => Promise<void>)[] = []
let stage: Stage | undefined

interface Server {
  readonly url: string
  readonly running: Running
}

async function served(world: World): Promise<Server> {
  const running = world.start(['serve', '--listen', '127.0.0.1:0', '--json'])
  return { url: String((await running.until(({ event }) => event === 'ready'))['http']), running }
}

async function makeStage(): Promise<Stage> {
  const world = aWorld({ after: (cleanUp) => void cleanUps.push(cleanUp) })
  const archive = join(world.path, 'archive')
  const video = randomBytes(VIDEO_BYTES)
  aVideo(archive, { id: 'largeVideo1', media: { mp4: video } })
  manyVideos(archive, 3)
  await world.init()
  await finished(world, world.home, ['add', archive])
  await finished(world, world.home, ['publish', '--yes'])
  const policy = readFileSync(join(world.home, 'policy.txt'), 'utf8')
  const { url, running } = await served(world)
  const view = await viewAt(url, LINK, policy)
  assert.ok(view !== undefined)
  const truth = { link: LINK, policy, video, view, blocks: await blocksOfCar(url, view.root) }
  const proxy = await aCuttingProxy()
  cleanUps.push(async () => proxy[Symbol.asyncDispose]())
  proxy.toward(url)
  assert.deepEqual(await readInAllWays(proxy.url, truth, join(world.path, 'got')), WHOLE)
  running.process.kill('SIGKILL')
  return { world, proxy, truth, bytes: proxy.bytes }
}

/** Killed while it starts, at any time until it would be ready. */
async function killedAtItsStart(world: World, afterMs: number): Promise<void> {
  const running = world.start(['serve', '--listen', '127.0.0.1:0', '--json'])
  const timer = setTimeout(() => running.process.kill('SIGKILL'), afterMs)
  await running.outcome()
  clearTimeout(timer)
}

describe(`serve, killed ${KILLS} times amid its answers`, () => {
  before(async () => {
    configureNetwork({ proxyUrl: undefined, idleMs: 5_000, graceMs: 5_000 })
    stage = await makeStage()
  })
  after(async () => {
    await closeNetwork()
    for (const cleanUp of cleanUps) await cleanUp()
  })

  it('leaves readers with all or with nothing, the home as it was, and serves all of it again', async (t) => {
    const { world, proxy, truth, bytes } = stage ?? assert.fail()
    t.diagnostic(`SEED=${SEED}, ${KILLS} kills within ${bytes} bytes`)
    const next = numbersFrom(SEED)
    const home = contentOf(world.home)
    const refusals = new Set<string>()
    for (let n = 0; n < KILLS; n += 1) {
      const after = Math.floor((bytes - SLACK_BYTES) * next())
      const directory = join(world.path, `got-${n}`)
      const said = `kill ${n} after byte ${after} of ${bytes}, SEED=${SEED}`
      await killedAtItsStart(world, 50 + 400 * next())
      const { url, running } = await served(world)
      proxy.toward(url, { after, kill: () => running.process.kill('SIGKILL') })
      const cut = await readInAllWays(proxy.url, truth, directory)
      for (const [way, ending] of Object.entries(cut)) if (ending === 'refused') refusals.add(way)
      assert.ok(Object.values(cut).includes('refused'), `${said}: ${JSON.stringify(cut)}`)
      assert.equal((await running.outcome()).exit, null, said)
      assert.deepEqual(contentOf(world.home), home, said)
      const again = await served(world)
      proxy.toward(again.url)
      assert.deepEqual(await readInAllWays(proxy.url, truth, directory), WHOLE, said)
      again.running.process.kill('SIGINT')
      assert.equal((await again.running.outcome()).exit, 0, said)
      assert.deepEqual(contentOf(world.home), home, said)
    }
    if (KILLS > 50)
      assert.deepEqual([...refusals].sort(), ['car', 'file', 'get', 'lookup'], 'each was cut at some time')
    assert.equal((await finished(world, world.home, ['manifest', 'verify']))['problems'], 0)
  })
})
