import type { IndependenceSettings } from '../pipeline/engines/independence.ts'
import { EMBEDDED } from '../replicate/embedded.ts'
import { type HomePaths, homePaths } from '../store/home.ts'
import type { World } from './world.ts'

/**
 * The rules of this home, and who runs which of its places.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for what is wrong in `engines.toml`.
 */
export async function independenceOf(
  { config }: Pick<World, 'config'>,
  paths: Pick<HomePaths, 'home'>,
): Promise<IndependenceSettings> {
  const { enginesPath, readEngines } = await import('./engines-file.ts')
  const engines = Object.entries(await readEngines(enginesPath(paths)))
  const heldUpTo = new Map<string, number>()
  for (const [name, settings] of engines) {
    if (settings.kind !== 'mirror' || settings.holder === '') continue
    const { heldUpTo: sizeOf } = await import('../pipeline/engines/held-up-to.ts')
    heldUpTo.set(name, await sizeOf(homePaths(paths.home), settings.holder))
  }
  const others = engines.map(([name, { operator, country, runBy }]) => ({ name, operator, country, runBy }))
  return { rules: config.rules, places: [{ name: EMBEDDED, ...config.place }, ...others], heldUpTo }
}
