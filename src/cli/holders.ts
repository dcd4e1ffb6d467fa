import type { Holder } from '../pipeline/engines/fetch-holdings.ts'
import type { HomePaths } from '../store/home.ts'
import { enginesPath, readEngines } from './engines-file.ts'

/** Who signs what the mirrors among the engines of this home have, by name of the engine. */
export async function holdersOf(paths: Pick<HomePaths, 'home'>): Promise<ReadonlyMap<string, Holder>> {
  const holders = new Map<string, Holder>()
  for (const [name, settings] of Object.entries(await readEngines(enginesPath(paths))))
    if (settings.kind === 'mirror' && settings.holder !== '')
      holders.set(name, { url: settings.url, vkey: settings.holder })
  return holders
}
