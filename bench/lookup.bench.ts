import { lookUpInHome } from '../src/pipeline/look-up-in-home.ts'
import { openHome } from '../src/pipeline.ts'
import { lookUpReference, readReference } from '../src/read/look-up-reference.ts'
import { nodePrimitives as primitives } from '../src/store/node-primitives.ts'
import { keyOf, loggedHome, STATEMENTS } from './log-home.ts'
import { openPublished } from './published-log.ts'
import type { Bench, Prepared } from './run.ts'

const { signal } = new AbortController()
/** Lookups of one round; primes, so that a round walks all over the log and no two ask for the same. */
const LOOKUPS = 199
const STRIDE = 7919
let asked = 0

/** Milliseconds of one lookup, median of many; each finds exactly one bundle, or this is no measurement. */
async function medianOf(lookUp: (key: string) => Promise<number> | number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < LOOKUPS; i++) {
    const key = keyOf('first', (asked++ * STRIDE) % STATEMENTS)
    const start = performance.now()
    const found = await lookUp(key)
    times.push(performance.now() - start)
    if (found !== 1) throw new Error(`${found} bundles for ${key}`)
  }
  return times.sort((a, b) => a - b)[Math.floor(LOOKUPS / 2)] ?? Number.NaN
}

async function inHome(dir: string): Promise<Prepared> {
  const home = await openHome(loggedHome(dir))
  return {
    value: () => medianOf((key) => lookUpInHome(home, readReference(key)).views.length),
    close: () => home[Symbol.asyncDispose](),
  }
}

async function inDirectory(dir: string): Promise<Prepared> {
  const home = loggedHome(dir)
  return {
    value: () =>
      medianOf(async (key) => {
        const manifest = await openPublished(home)
        return (await lookUpReference(manifest, readReference(key), { primitives, signal })).views.length
      }),
  }
}

export const benches: readonly Bench[] = [
  { name: 'lookup in the own home', unit: 'ms', target: { valueAtMost: 5 }, prepare: inHome },
  { name: 'lookup in a directory, all of it proven', unit: 'ms', target: {}, prepare: inDirectory },
]
