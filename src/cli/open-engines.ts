import type { Dispatcher } from 'undici'
import type { PinEngine } from '../replicate/engine.ts'
import type { EngineLine } from '../replicate/engine-http.ts'
import type { HomePaths } from '../store/home.ts'
import { ConfigError } from './config-errors.ts'
import {
  type ClusterSettings,
  type EngineSettings,
  gatewayIn,
  type PinningServiceSettings,
  type ReachedSettings,
} from './engine-settings.ts'
import { enginesPath, engineTokenPath, readEngines } from './engines-file.ts'
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
  switch (settings.kind) {
    case 'kubo': {
      const { kuboEngine } = await import('../replicate/kubo.ts')
      return withRetry(kuboEngine(await lineOf(name, settings, opening)))
    }
    case 'cluster':
      return withRetry(await openCluster(name, settings, opening))
    case 'psa':
      return withRetry(await openPinningService(name, settings, opening))
    case 'mirror': {
      const { mirrorPlace } = await import('../pipeline/engines/mirror-place.ts')
      return withRetry(mirrorPlace(name, settings.url))
    }
    case 'car': {
      const { carDirectoryEngine } = await import('../replicate/car-directory.ts')
      return carDirectoryEngine({ name, directory: settings.directory })
    }
  }
}

async function openCluster(name: string, settings: ClusterSettings, opening: Opening): Promise<PinEngine> {
  const { clusterEngine } = await import('../replicate/cluster.ts')
  const { replication, spread } = settings
  const gateways = await Promise.all(
    settings.gateways.map(async (given) => {
      const { peer, url } = gatewayIn(given)
      const whose = peer === '' ? `a gateway of ${name}` : `the gateway of ${peer} of ${name}`
      return { peer, ...(await gatewayLine(whose, url, opening)) }
    }),
  )
  return clusterEngine({ ...(await lineOf(name, settings, opening)), replication, spread, gateways })
}

async function openPinningService(
  name: string,
  settings: PinningServiceSettings,
  opening: Opening,
): Promise<PinEngine> {
  const { pinningServiceEngine } = await import('../replicate/pinning-service.ts')
  const { origins, gateway } = settings
  const line = await lineOf(name, settings, opening)
  const read = gateway === '' ? undefined : await gatewayLine(`the gateway of ${name}`, gateway, opening)
  return pinningServiceEngine({ ...line, origins, gateway: read })
}

async function lineOf(name: string, settings: ReachedSettings, opening: Opening): Promise<EngineLine> {
  const { parseEngineUrl } = await import('../replicate/engine-url.ts')
  const url = parseEngineUrl(settings.url, settings.allowRemote)
  const authorization = settings.token ? await authorizationOf(name, opening) : undefined
  const dispatcher = await dispatcherFor(url, opening)
  return { name, url, dispatcher, ...(authorization === undefined ? {} : { authorization }) }
}

/** Of a place that is only read, so it gets no secret, and may be plain http: what it gives is checked. */
async function gatewayLine(name: string, text: string, opening: Opening): Promise<EngineLine> {
  const { parseEngineUrl } = await import('../replicate/engine-url.ts')
  const url = parseEngineUrl(text, true)
  return { name, url, dispatcher: await dispatcherFor(url, opening) }
}

async function dispatcherFor(url: URL, { stack }: Opening): Promise<Dispatcher> {
  const { isOnThisComputer } = await import('../replicate/engine-url.ts')
  const { outbound, direct } = await import('../read/dispatcher.ts')
  // A proxy's loopback is another computer.
  if (!isOnThisComputer(url)) return outbound()
  const dispatcher = direct()
  stack.defer(() => dispatcher.destroy())
  return dispatcher
}

/** A secret as Kubo's `API.Authorizations` writes it: `bearer:TOKEN`, `basic:USER:PASSWORD`; one without either is a token. */
async function authorizationOf(name: string, { world, paths }: Opening): Promise<string> {
  const { openToken } = await import('../store/token.ts')
  const secret = await openToken(engineTokenPath(paths, name), () => world.askPassphrase(`the token of ${name}`))
  if (secret.startsWith('basic:')) return `Basic ${Buffer.from(secret.slice('basic:'.length)).toString('base64')}`
  return `Bearer ${secret.replace(/^bearer:/, '')}`
}
