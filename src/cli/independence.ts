import type { HolderClaim } from '../pipeline/engines/holder-claim.ts'
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
  const { holdersOf } = await import('./holders.ts')
  const engines = Object.entries(await readEngines(enginesPath(paths)))
  const claims = new Map<string, HolderClaim>()
  for (const [name, { vkey }] of await holdersOf(paths)) {
    const { holderClaim } = await import('../pipeline/engines/holder-claim.ts')
    const claim = await holderClaim(homePaths(paths.home), name, vkey)
    if (claim !== undefined) claims.set(name, claim)
  }
  const others = engines.map(([name, { operator, country, runBy }]) => ({ name, operator, country, runBy }))
  return { rules: config.rules, places: [{ name: EMBEDDED, ...config.place }, ...others], claims }
}
