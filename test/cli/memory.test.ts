import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, rmSync, statfsSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, linesOfEvent, type Outcome, type Running, type World } from './harness.ts'

const MIB = 2 ** 20
const SLOW = process.env['SLOW'] === '1'
/** Most memory of each step, in MB. */
type Peaks = Readonly<Record<'add' | 'car' | 'serve' | 'get' | 'verify', number>>

/** Two sizes of one video: what it takes for the larger one must not be more, but for what collectors leave lying. */
const [SMALL, LARGE] = SLOW ? [1024 * MIB, 8 * 1024 * MIB] : [64 * MIB, 320 * MIB]
/** 64 MiB are over before a collector has come to its level. */
const FLAT = SLOW ? 1.15 : 1.25
/** Most memory that a command may hold at any time, in MB of 10^6 bytes. */
const LIMITS_MB: Peaks = { add: 200, car: 250, serve: 250, get: 250, verify: 250 }
const LINK = 'https://www.youtube.com/watch?v=largeVideo1'
const TOO_LONG_MS = 20 * 60_000

const PRELOAD = new URL('processes/tell-memory.ts', import.meta.url)
/** Room for what is fetched, for the few bytes of each chunk that are no hole, and for the others on this disk. */
const ROOM_BYTES = LARGE + 2048 * MIB

/** A video of which each chunk differs from all others, and that takes hardly any room on the disk. */
function aSparseVideo(archive: string, bytes: number): void {
  const [path = ''] = aVideo(archive, { id: 'largeVideo1' }).media
  truncateSync(path, 0)
  truncateSync(path, bytes)
  const file = openSync(path, 'r+')
  for (let at = 0; at < bytes; at += MIB) writeSync(file, `chunk ${at}`, at)
  closeSync(file)
}

/** Runs a command as its user does; how it ended, and the most memory that it held. */
async function measured(
  world: World,
  args: readonly string[],
): Promise<{ readonly outcome: Outcome; readonly peakMb: number }> {
  const file = join(world.path, 'memory')
  const env = { NODE_OPTIONS: `--import=${PRELOAD}`, MEMORY_FILE: file }
  const outcome = await world.run([...args, '--json'], { env, tooLongMs: TOO_LONG_MS })
  assert.equal(outcome.exit, 0, outcome.stdout.slice(-2_000))
  return { outcome, peakMb: megabytes(readFileSync(file, 'latin1')) }
}

/** The most memory that a program that still runs has held. */
function peakSoFar({ process: { pid } }: Running): number {
  return megabytes(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
}

function megabytes(kibibytes: string | undefined): number {
  assert.match(kibibytes ?? '', /^[1-9]\d*$/)
  return (Number(kibibytes) * 1024) / 1e6
}

/** A CAR to its end, and nothing of it kept. */
async function readCar(url: string): Promise<number> {
  const answer = await fetch(url)
  assert.ok(answer.status === 200 && answer.body !== null)
  let bytes = 0
  for await (const part of answer.body) bytes += part.length
  return bytes
}

/** One video through all that reads or sends the whole of it. */
async function peaksOf(context: TestContext, bytes: number): Promise<Peaks> {
  const world = aWorld(context)
  const at = (name: string): string => join(world.path, name)
  await world.init()
  aSparseVideo(at('archive'), bytes)
  const added = await measured(world, ['add', at('archive')])
  const published = await measured(world, ['publish', '--yes'])
  const [line] = linesOfEvent(published.outcome, 'published')
  const [id, root] = [String(line?.['id']), String(line?.['root'])]
  const server = world.start(['serve', '--listen', '127.0.0.1:0', '--json'], { tooLongMs: TOO_LONG_MS })
  const url = String((await server.until(({ event }) => event === 'ready'))['http'])
  assert.ok((await readCar(`${url}/ipfs/${root}?format=car`)) > bytes)
  const car = peakSoFar(server)
  const policy = join(world.home, 'policy.txt')
  const got = await measured(world, ['get', LINK, '--manifest', url, '--policy', policy, '-o', at('got')])
  assert.ok(Number(doneOf(got.outcome)['bytes']) > bytes)
  const serve = peakSoFar(server)
  server.process.kill('SIGINT')
  assert.equal((await server.outcome()).exit, 0)
  await measured(world, ['prove', LINK, '-o', at('receipt')])
  const video = join(at('got'), id, 'video.mp4')
  const verified = await measured(world, ['verify', at('receipt'), '--policy', policy, '--file', video])
  rmSync(at('got'), { recursive: true })
  return { add: added.peakMb, car, serve, get: got.peakMb, verify: verified.peakMb }
}

function larger(one: Peaks, other: Peaks): Peaks {
  const steps = Object.entries(one) as [keyof Peaks, number][]
  return Object.fromEntries(steps.map(([step, mb]) => [step, Math.max(mb, other[step])])) as Peaks
}

/** Why it cannot be measured here; nothing when it can. */
function hindrance(): string | false {
  if (process.platform !== 'linux') return 'the kernel tells the most memory of a process on Linux alone'
  const { bavail, bsize } = statfsSync(tmpdir())
  if (bavail * bsize >= ROOM_BYTES) return false
  return `${tmpdir()} has ${Math.round((bavail * bsize) / 1e9)} GB left, and ${Math.round(ROOM_BYTES / 1e9)} GB are needed`
}

describe('memory', { skip: hindrance() }, () => {
  it(`is the same for a video of ${SMALL / MIB} MiB and of ${LARGE / MIB} MiB, in every command that reads the whole of it`, async (t) => {
    // Memory goes up and down between two collections, and how far up is chance: a short run sees fewer of the peaks.
    const small = larger(await peaksOf(t, SMALL), await peaksOf(t, SMALL))
    const large = await peaksOf(t, LARGE)
    const steps = Object.entries(LIMITS_MB) as [keyof Peaks, number][]
    const said = steps.map(([step, limitMb]) => {
      const isGood = large[step] <= Math.min(limitMb, FLAT * small[step])
      const words = `${step}: ${small[step].toFixed(0)} MB, then ${large[step].toFixed(0)} MB of at most ${limitMb}`
      t.diagnostic(words)
      return isGood ? [] : [words]
    })
    assert.deepEqual(said.flat(), [])
  })
})
