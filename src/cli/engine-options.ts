import { Option } from '@commander-js/extra-typings'
import type { HomePaths } from '../store/home.ts'
import type { Context } from './context.ts'
import type { World } from './world.ts'

export const OPERATOR = 'who runs it, for people who ask how independent your copies are'
export const COUNTRY = 'where it is: two capitals, such as NO'
export const TOKEN_FILE = 'file with its token, or with basic:USER:PASSWORD, alone on the first line'
export const ALLOW_REMOTE = 'it may be plain http on another computer; the way there must be safe'
const RUN_BY = 'what its operator is: person, organisation or company'

export function runBy(): Option<
  '--run-by <kind>',
  undefined,
  undefined,
  undefined,
  false,
  'person' | 'organisation' | 'company'
> {
  return new Option('--run-by <kind>', RUN_BY).choices(['person', 'organisation', 'company'] as const)
}

interface Who {
  readonly operator?: string
  readonly country?: string
  readonly runBy?: string
}

export function whoOf({ operator, country, runBy }: Who): { [name in keyof Who]: Who[name] | undefined } {
  return { operator, country, runBy }
}

export interface AddedEngine {
  readonly name: string
  readonly url: string
  readonly allowRemote?: true
  readonly tokenFile?: string
}

/**
 * Writes down an engine that is reached over HTTP, and keeps its secret with the keys of the home.
 *
 * @param settings - what is special about this kind.
 * @throws {ConfigError} `CONFIG_INVALID`, `ENGINE_EXISTS`. @throws {ReplicateError} `ENGINE_REMOTE_REFUSED`.
 */
export async function addReachedEngine(
  context: Context,
  options: AddedEngine & Who & { home?: string; passphraseFile?: string },
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { addEngine, enginesPath, requireFreeName } = await import('./engines-file.ts')
  const { parseEngineUrl } = await import('../replicate/engine-url.ts')
  const { world, paths } = await openPaths(context, options)
  const { name, url, allowRemote, tokenFile } = options
  parseEngineUrl(url, allowRemote === true)
  const token = tokenFile === undefined ? undefined : true
  await requireFreeName(enginesPath(paths), name)
  // Before the section that says so: an engine whose secret is not there would stop every later publish.
  if (tokenFile !== undefined) await keepEngineToken(world, paths, name, tokenFile)
  await addEngine(enginesPath(paths), name, { ...settings, url, allowRemote, token, ...whoOf(options) })
  context.finish({ engine: name, home: world.home })
}

async function keepEngineToken(world: World, paths: HomePaths, name: string, tokenFile: string): Promise<void> {
  const { keepToken, readTokenFile } = await import('../store/token.ts')
  const { engineTokenPath } = await import('./engines-file.ts')
  const token = await readTokenFile(tokenFile)
  const getPassphrase = (): Promise<string> => world.askPassphrase('the log key')
  await keepToken(engineTokenPath(paths, name), token, { logKey: paths.logKey, getPassphrase })
}

export async function openPaths(
  context: Context,
  options: { home?: string; passphraseFile?: string },
): Promise<{ readonly world: World; readonly paths: HomePaths }> {
  const { openWorld } = await import('./world.ts')
  const { homePaths, requireHome } = await import('../store/home.ts')
  const world = await openWorld(context, options)
  await requireHome(world.home)
  return { world, paths: homePaths(world.home) }
}
