import type { IndependenceSettings } from '../pipeline/engines/independence.ts'
import { EMBEDDED } from '../replicate/embedded.ts'
import type { HomePaths } from '../store/home.ts'
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
  const others = engines.map(([name, { operator, country, runBy }]) => ({ name, operator, country, runBy }))
  return { rules: config.rules, places: [{ name: EMBEDDED, ...config.place }, ...others] }
}
