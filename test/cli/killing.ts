import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { doneOf, type Line, type World } from './harness.ts'

/** Kills of each command: seconds in `npm test`, and with `npm run test:slow` a hundred, which take minutes. `KILLS=200` says how many. */
export const KILLS: number = Number(process.env['KILLS'] ?? (process.env['SLOW'] === '1' ? 100 : 5))
/** `SEED=… node --test test/cli/kill-add.test.ts` repeats a run. */
export const SEED: number = Number(process.env['SEED'] ?? randomInt(2 ** 31))

type Env = Readonly<Record<string, string>>

/** What a run does to the disk when nobody disturbs it, in order, and how long it takes. */
export interface WholeRun {
  readonly events: readonly string[]
  readonly ms: number
}

/** Where one run is killed: before an event, or after a time; what to say of it when the test fails. */
export interface Kill {
  readonly label: string
  readonly env: Env
  readonly afterMs: number
}

const PRELOAD = new URL('processes/kill-at-event.ts', import.meta.url)
/** So that two runs that do the same write the same bytes. */
export const SAME_CLOCK: Env = { CLOCK: '2031-05-01T12:00:00Z' }

function watched(home: string, env: Env): Env {
  return { HOLDFAST_HOME: home, NODE_OPTIONS: `--import=${PRELOAD}`, ...env }
}

/** Runs to the end and must succeed; the closing line. */
export async function finished(world: World, home: string, args: readonly string[], env: Env = {}): Promise<Line> {
  const outcome = await world.run([...args, '--json'], { env: watched(home, env) })
  assert.equal(outcome.exit, 0, JSON.stringify(outcome.events.slice(-3)))
  return doneOf(outcome)
}

/** The run with which all that are killed are compared. */
export async function wholeRun(world: World, home: string, args: readonly string[], env: Env = {}): Promise<WholeRun> {
  const file = join(world.path, 'events')
  const started = performance.now()
  await finished(world, home, args, { ...env, EVENTS: file })
  return { events: readFileSync(file, 'utf8').split('\n'), ms: performance.now() - started }
}

/** Kills with SIGKILL; gives every whole line that was printed before. */
export async function killed(
  world: World,
  home: string,
  args: readonly string[],
  { env, afterMs }: Kill,
  more: Env = {},
): Promise<readonly Line[]> {
  const running = world.start([...args, '--json'], { env: watched(home, { ...more, ...env }) })
  const printed = running.outcome()
  const ended = new AbortController()
  void printed.then(() => ended.abort())
  await sleep(afterMs, undefined, { signal: ended.signal }).catch(() => undefined)
  running.process.kill('SIGKILL')
  const { stdout } = await printed
  const lines = stdout.slice(0, stdout.lastIndexOf('\n') + 1).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

/**
 * One kill after another: half of them before something that lasts (a commit, a flush, a rename, half a write), a quarter
 * before anything at all, a quarter at some time, because the database and the threads that hash do things of their own.
 */
export async function eachKill(
  context: TestContext,
  whole: WholeRun,
  kill: (n: number, kill: Kill) => Promise<void>,
  kills: number = KILLS,
): Promise<void> {
  const next = numbersFrom(SEED)
  context.diagnostic(`SEED=${SEED}, ${kills} kills, ${whole.events.length} events in ${Math.round(whole.ms)} ms`)
  for (let n = 0; n < kills; n += 1) {
    const one = n % 4 === 3 ? afterSomeTime(whole, next) : beforeSomeEvent(whole, n % 4 !== 2, next)
    try {
      await kill(n, one)
    } catch (error) {
      throw new Error(`kill ${n}, ${one.label}, SEED=${SEED}`, { cause: error })
    }
  }
}

/** What another process or the next run can see. */
const LASTING = /^(COMMIT|fsync|rename|renameSync|writeSync|writeFile|unlink|rm|rmSync)$/

function beforeSomeEvent({ events }: WholeRun, lasting: boolean, next: () => number): Kill {
  const all = [...events.keys()].filter((at) => !lasting || LASTING.test(events[at] ?? ''))
  const at = all[Math.floor(next() * all.length)] ?? 0
  const torn = next().toFixed(3)
  const label = `before event ${at} of ${events.length}, ${events[at]}, of which ${torn} is done`
  // Killed at the end of its time at the latest, should it do less than the whole run did.
  return { label, env: { KILL_AT: String(at), KILL_TORN: torn }, afterMs: 30_000 }
}

function afterSomeTime({ ms }: WholeRun, next: () => number): Kill {
  // The first third of a run only starts the program.
  const afterMs = ms * (0.3 + 0.75 * next())
  return { label: `after ${Math.round(afterMs)} of ${Math.round(ms)} ms`, env: {}, afterMs }
}

/** Numbers in [0, 1) that follow from the seed. Source: mulberry32, public domain. */
export function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
