import { policyOfVkey } from '../src/manifest/policy.ts'
import { openManifest } from '../src/read/open-manifest.ts'
import { verifyManifest } from '../src/read/verify-manifest.ts'
import { nodePrimitives as primitives } from '../src/store/node-primitives.ts'
import { openScratchState } from '../src/store/scratch-state.ts'
import { readingFloor } from './log.bench.ts'
import { LONG_LOG_KEY, longLog } from './long-log.ts'
import type { Bench } from './run.ts'

/** Seconds until all statements are checked against the head and folded, and until the index was built again and compared. */
async function verify(directory: string): Promise<{ readonly folded: number; readonly all: number }> {
  const { signal } = new AbortController()
  const start = performance.now()
  const seconds = (): number => (performance.now() - start) / 1000
  const manifest = await openManifest(directory, policyOfVkey(LONG_LOG_KEY, primitives.sha256), { primitives, signal })
  using scratch = openScratchState()
  const statements = manifest.log.head.size - 1
  let folded = 0
  const { status } = await verifyManifest(manifest, {
    primitives,
    signal,
    state: scratch.state,
    entries: scratch,
    onProgress(count) {
      if (count === statements) folded = seconds()
    },
  })
  if (status.problems > 0) throw new Error(`${status.problems} statements have problems`)
  return { folded, all: seconds() }
}

/** Eight gigabytes of files, made in minutes. */
const LARGE = { onlyWhenNamed: true, rounds: 1, unit: 's' } as const

export const benches: readonly Bench[] = [
  {
    ...LARGE,
    name: 'verify 1,000,000 statements from their files, without the index',
    target: { valueAtMost: 60 },
    prepare: async (dir) => {
      const directory = longLog(dir)
      return {
        floor: () => readingFloor(directory, { index: false }),
        value: async () => (await verify(directory)).folded,
      }
    },
  },
  {
    ...LARGE,
    name: 'verify 1,000,000 statements from their files and their index',
    target: { valueAtMost: 60 },
    prepare: async (dir) => {
      const directory = longLog(dir)
      return { floor: () => readingFloor(directory, { index: true }), value: async () => (await verify(directory)).all }
    },
  },
]
