import type { PinEngine } from '../replicate/engine.ts'
import type { HomePaths } from '../store/home.ts'
import { ConfigError } from './config-errors.ts'
import { type EngineSettings, enginesPath, engineTokenPath, type KuboSettings, readEngines } from './engines-file.ts'
import type { World } from './world.ts'

/** The engines of this home, opened; nothing is asked of them yet. Disposing ends their connections. */
export interface OpenEngines extends AsyncDisposable {
  readonly open: readonly PinEngine[]
}

/**
 * Opens all engines of a home, or those that are named.
 *
 * @throws {ConfigError} `ENGINE_UNKNOWN`, `CONFIG_INVALID`. @throws {ReplicateError} `ENGINE_REMOTE_REFUSED`.
 */
export async function openEngines(
  world: World,
  home: { readonly paths: HomePaths },
  names?: readonly string[],
): Promise<OpenEngines> {
  const engines = await readEngines(enginesPath(home.paths))
  await using stack = new AsyncDisposableStack()
  const open: PinEngine[] = []
  for (const name of new Set(names ?? Object.keys(engines))) {
    const settings = Object.hasOwn(engines, name) ? engines[name] : undefined
    if (settings === undefined) throw unknownEngine(name)
    open.push(await openOne(name, settings, { world, paths: home.paths, stack }))
  }
  const resources = stack.move()
  return { open, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

export function unknownEngine(name: string): ConfigError {
  return new ConfigError('ENGINE_UNKNOWN', `this home has no engine ${name}`, {
    hint: '`holdfast engine list` names those that it has',
  })
}

interface Opening {
  readonly world: World
  readonly paths: HomePaths
  readonly stack: AsyncDisposableStack
}

async function openOne(name: string, settings: EngineSettings, opening: Opening): Promise<PinEngine> {
  const { withRetry } = await import('../replicate/with-retry.ts')
  if (settings.kind === 'kubo') return withRetry(await openKubo(name, settings, opening))
  if (settings.kind === 'mirror') {
    const { mirrorPlace } = await import('../pipeline/engines/mirror-place.ts')
    return withRetry(mirrorPlace(name, settings.url))
  }
  const { carDirectoryEngine } = await import('../replicate/car-directory.ts')
  return carDirectoryEngine({ name, directory: settings.directory })
}

async function openKubo(name: string, settings: KuboSettings, { world, paths, stack }: Opening): Promise<PinEngine> {
  const { kuboEngine } = await import('../replicate/kubo.ts')
  const { isOnThisComputer, parseEngineUrl } = await import('../replicate/engine-url.ts')
  const { outbound, direct } = await import('../read/dispatcher.ts')
  const url = parseEngineUrl(settings.url, settings.allowRemote)
  const authorization = settings.token ? await authorizationOf(name, world, paths) : undefined
  // A proxy's loopback is another computer.
  const isHere = isOnThisComputer(url)
  const dispatcher = isHere ? direct() : outbound()
  if (isHere) stack.defer(() => dispatcher.destroy())
  return kuboEngine({ name, url, dispatcher, ...(authorization === undefined ? {} : { authorization }) })
}

/** A secret as Kubo's `API.Authorizations` writes it: `bearer:TOKEN`, `basic:USER:PASSWORD`; one without either is a token. */
async function authorizationOf(name: string, world: World, paths: HomePaths): Promise<string> {
  const { openToken } = await import('../store/token.ts')
  const secret = await openToken(engineTokenPath(paths, name), () => world.askPassphrase(`the token of ${name}`))
  if (secret.startsWith('basic:')) return `Basic ${Buffer.from(secret.slice('basic:'.length)).toString('base64')}`
  return `Bearer ${secret.replace(/^bearer:/, '')}`
}
