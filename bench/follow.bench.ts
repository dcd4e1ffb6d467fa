import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { holdfast } from './film-home.ts'
import { emptyFollower } from './follower.ts'
import { type GrowingLog, growingLog } from './growing-log.ts'
import { longLog } from './long-log.ts'
import type { Bench, Prepared } from './run.ts'

const NEW = 100
const BUNDLE = 256

interface Followed {
  readonly seconds: number
  /** Bytes that went over the line beyond the statements themselves. */
  readonly overhead: number
}

interface World {
  readonly mirror: string
  readonly log: GrowingLog
}

/** A mirror that has taken in the long log, and the publisher that goes on: both are made once and then go on together. */
async function follower(dir: string): Promise<World> {
  const directory = longLog(dir)
  const mirror = join(dir, 'long-mirror')
  if (!existsSync(mirror)) await emptyFollower(mirror, directory)
  const log = await growingLog(directory, join(mirror, 'mirrors/long/state.sqlite'), join(dir, 'long-publisher'))
  await holdfast(mirror, ['mirror', 'add', 'long', '--from', log.url])
  return { mirror, log }
}

async function follow({ mirror, log }: World, statements: number): Promise<Followed & { readonly size: number }> {
  const { bytes, size } = await log.grow(statements)
  const before = log.sent()
  const began = performance.now()
  const events = await holdfast(mirror, ['mirror', 'sync'])
  const seconds = (performance.now() - began) / 1000
  if (events.at(-1)?.['problems'] !== 0) throw new Error(JSON.stringify(events))
  return { seconds, overhead: log.sent() - before - bytes, size }
}

/** So that the next ones begin in one bundle and tile and end in the following one: the worst alignment. */
async function align(world: World, size: number): Promise<void> {
  const wanted = BUNDLE - NEW / 2
  const more = (wanted - (size % BUNDLE) + BUNDLE) % BUNDLE
  if (more > 0) await follow(world, more)
}

async function prepared(dir: string, measured: keyof Followed): Promise<Prepared> {
  const world = await follower(dir)
  let { size } = await follow(world, 1)
  await align(world, size)
  return {
    async value() {
      const followed = await follow(world, NEW)
      size = followed.size
      await align(world, size)
      return followed[measured]
    },
    close: () => world.log[Symbol.asyncDispose](),
  }
}

/** Sixteen gigabytes of files; the first mirror of them takes minutes. */
const LARGE = { onlyWhenNamed: true, rounds: 3 } as const

export const benches: readonly Bench[] = [
  {
    ...LARGE,
    name: 'bytes beyond 100 new statements in a log of 1,000,000 that is followed',
    unit: 'B',
    target: { valueAtMost: 40_000 },
    prepare: (dir) => prepared(dir, 'overhead'),
  },
  {
    ...LARGE,
    name: 'following 100 new statements in a log of 1,000,000',
    unit: 's',
    target: { valueAtMost: 1 },
    prepare: (dir) => prepared(dir, 'seconds'),
  },
]
