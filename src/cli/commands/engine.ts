import type { Command } from '@commander-js/extra-typings'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { openPaths } from '../engine-options.ts'
import { addEngineCommand } from './engine-add.ts'

/** `holdfast engine add|list|check` */
export function engineCommand(context: Context): Command {
  return group(
    'engine',
    'where other copies are: IPFS nodes, services, disks, mirrors',
    'holdfast engine add kubo --url http://127.0.0.1:5001',
    [addEngineCommand(context), listEngines(context), checkEngine(context)],
  )
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
