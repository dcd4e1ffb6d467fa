import { resolve } from 'node:path'
import { Command, Option } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import type { World } from '../world.ts'

const ADD_KUBO = `keeps second copies in a Kubo that you run

Each bundle goes there as a CAR, through Kubo's RPC, and is pinned under its id. Whoever reaches that RPC can change all of
that Kubo, so it is on this computer or behind https with a token.`

const ADD_CAR = `keeps second copies as CARs in a directory

For a disk that is put away, or a directory that a sync tool brings elsewhere. No file is longer than FAT32 can hold.`

const ADD_MIRROR = `counts a mirror that somebody else runs

It took your bundles by itself, and nothing is ever sent there. \`holdfast audit\` asks it for blocks like any reader, and what
it gave counts for the rules.`

const OPERATOR = 'who runs it, for people who ask how independent your copies are'
const COUNTRY = 'where it is: two capitals, such as NO'
const RUN_BY = 'what its operator is: person, organisation or company'

/** `holdfast engine add|list|check` */
export function engineCommand(context: Context): Command {
  const add = new Command('add')
    .description('names a place that keeps second copies')
    .addCommand(addKubo(context))
    .addCommand(addCar(context))
    .addCommand(addMirror(context))
  return new Command('engine')
    .description('where other copies are: a Kubo, a disk, a mirror')
    .addHelpText('after', '\nExample:\n  holdfast engine add kubo --url http://127.0.0.1:5001')
    .configureHelp({ subcommandTerm: (each) => each.name() })
    .addCommand(add as unknown as Command)
    .addCommand(listEngines(context))
    .addCommand(checkEngine(context)) as unknown as Command
}

function addKubo(context: Context): Command {
  return command('kubo', ADD_KUBO, 'holdfast engine add kubo --url http://127.0.0.1:5001')
    .option('--name <name>', 'what it is called here', 'kubo')
    .option('--url <url>', "address of Kubo's RPC", 'http://127.0.0.1:5001')
    .option('--token-file <file>', "file with the secret of Kubo's API.Authorizations alone on its first line")
    .option('--allow-remote', 'it may be plain http on another computer; the way there must be safe')
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (options) => {
      const { addEngine, enginesPath } = await import('../engines-file.ts')
      const { parseEngineUrl } = await import('../../replicate/engine-url.ts')
      const { world, paths } = await openPaths(context, options)
      const { name, url, allowRemote, tokenFile } = options
      const who = whoOf(options)
      parseEngineUrl(url, allowRemote === true)
      const token = tokenFile === undefined ? undefined : true
      await addEngine(enginesPath(paths), name, { kind: 'kubo', url, allowRemote, token, ...who })
      if (tokenFile !== undefined) await keep(world, name, tokenFile)
      context.finish({ engine: name, home: world.home })
    }) as unknown as Command
}

function addCar(context: Context): Command {
  return command('car', ADD_CAR, 'holdfast engine add car --dir /media/usb/holdfast')
    .option('--name <name>', 'what it is called here', 'car')
    .requiredOption('--dir <directory>', 'where the CARs lie; made if it is not there')
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .action(async (options) => {
      const { addEngine, enginesPath } = await import('../engines-file.ts')
      const { makeCarDirectory } = await import('../../replicate/car-directory.ts')
      const { world, paths } = await openPaths(context, options)
      const { name } = options
      const directory = resolve(options.dir)
      await makeCarDirectory(name, directory)
      await addEngine(enginesPath(paths), name, { kind: 'car', directory, ...whoOf(options) })
      context.finish({ engine: name, home: world.home })
    }) as unknown as Command
}

function addMirror(context: Context): Command {
  return command('mirror', ADD_MIRROR, 'holdfast engine add mirror --name oslo --url https://mirror.example')
    .requiredOption('--name <name>', 'what it is called here')
    .requiredOption('--url <url>', 'its address, below which /ipfs/CID is')
    .option('--operator <name>', OPERATOR)
    .option('--country <code>', COUNTRY)
    .addOption(runBy())
    .action(async (options) => {
      const { addEngine, enginesPath } = await import('../engines-file.ts')
      const { mirrorPlace } = await import('../../pipeline/engines/mirror-place.ts')
      const { world, paths } = await openPaths(context, options)
      const { name, url } = options
      mirrorPlace(name, url)
      await addEngine(enginesPath(paths), name, { kind: 'mirror', url, ...whoOf(options) })
      context.finish({ engine: name, home: world.home })
    }) as unknown as Command
}

function runBy() {
  return new Option('--run-by <kind>', RUN_BY).choices(['person', 'organisation', 'company'] as const)
}

function whoOf({ operator, country, runBy }: { operator?: string; country?: string; runBy?: string }) {
  return { operator, country, runBy }
}

function listEngines(context: Context): Command {
  return command('list', 'the engines of this home, and how much each has', 'holdfast engine list').action(
    async (options) => {
      const { enginesPath, readEngines } = await import('../engines-file.ts')
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const engines = Object.entries(await readEngines(enginesPath(home.paths)))
      for (const [name, settings] of engines) {
        const { pinned = 0, accepted = 0, broken = 0 } = home.replicas.count(name)
        const { kind, operator, country, runBy } = settings
        const where = settings.kind === 'car' ? settings.directory : settings.url
        const counts = { pinned, accepted, broken, due: kind === 'mirror' ? 0 : home.replicas.countDue(name) }
        context.report.emit({ event: 'engine', name, kind, where, operator, country, runBy, ...counts })
      }
      context.finish({ engines: engines.length })
    },
  ) as unknown as Command
}

function checkEngine(context: Context): Command {
  return command('check', 'asks an engine whether it is there and lets us in', 'holdfast engine check kubo')
    .argument('<name>', 'as it was added')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (name, options) => {
      const { openEngines } = await import('../open-engines.ts')
      const { world, paths } = await openPaths(context, options)
      await using engines = await openEngines(world, { paths }, [name])
      for (const engine of engines.open) await engine.prepare(context.signal)
      context.finish({ engine: name })
    }) as unknown as Command
}

async function keep(world: World, name: string, tokenFile: string): Promise<void> {
  const { keepToken, readTokenFile } = await import('../../store/token.ts')
  const { homePaths } = await import('../../store/home.ts')
  const { engineTokenPath } = await import('../engines-file.ts')
  const paths = homePaths(world.home)
  const token = await readTokenFile(tokenFile)
  const getPassphrase = (): Promise<string> => world.askPassphrase('the log key')
  await keepToken(engineTokenPath(paths, name), token, { logKey: paths.logKey, getPassphrase })
}

async function openPaths(context: Context, options: { home?: string; passphraseFile?: string }) {
  const { openWorld } = await import('../world.ts')
  const { homePaths, requireHome } = await import('../../store/home.ts')
  const world = await openWorld(context, options)
  await requireHome(world.home)
  return { world, paths: homePaths(world.home) }
}
