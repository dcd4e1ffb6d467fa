import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeOwnRecord } from '../src/pipeline/announce/own-record.ts'
import { updateRoot } from '../src/pipeline/announce/update-root.ts'
import { type Home, openHome } from '../src/pipeline.ts'
import { openAnnounced } from '../src/store/announced.ts'
import { openKey } from '../src/store/keys.ts'
import { announcedHome, publishOneMore } from './announced-home.ts'
import type { Bench, Prepared } from './run.ts'

/** Seconds that it takes to bring the root and the record to the head that is shown. */
async function announceSeconds(home: Home): Promise<number> {
  const { key } = await openKey(home.paths.ipnsKey, async () => '')
  const start = performance.now()
  const root = await updateRoot(home)
  if (root === undefined) throw new Error('there is no head')
  makeOwnRecord(home, root, key)
  return (performance.now() - start) / 1000
}

export const benches: readonly Bench[] = [
  {
    name: 'announce one more of 30,000',
    unit: 'roots/s',
    // Within a second; the floor makes everything anew, which must not be what happens.
    target: { valueAtLeast: 1, ratioAtLeast: 4, rssMbAtMost: 250 },
    async prepare(dir): Promise<Prepared> {
      const made = announcedHome(dir)
      const own = join(dir, 'announced-more/home')
      if (!existsSync(own)) cpSync(join(made, '..'), join(own, '..'), { recursive: true })
      return {
        async floor() {
          await using home = await openHome(own, { write: 'bench' })
          openAnnounced(home.db).clear()
          return 1 / (await announceSeconds(home))
        },
        async value() {
          publishOneMore(own)
          await using home = await openHome(own, { write: 'bench' })
          return 1 / (await announceSeconds(home))
        },
      }
    },
  },
]
