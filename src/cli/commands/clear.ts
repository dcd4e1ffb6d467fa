import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'

const SELECTION = 'ids, URLs, or files that list them, one a line'
const WHERE = 'all that meet it, such as state=held or title~court (see `holdfast list --help`)'

/** `holdfast clear SELECTION` */
export function clearCommand(context: Context): Command {
  return command(
    'clear',
    'your word that bundles may be published\n\nRecorded with your name and the time, in the private catalogue.',
    'holdfast clear 7k3q2m9x4ht --reason "consent form of 2019"',
  )
    .argument('[selection...]', SELECTION)
    .option('--where <condition...>', WHERE)
    .option('--reason <text>', 'why; kept in the private catalogue', 'cleared by a person')
    .option('--accept-findings', 'also let out what the lint found in them, having looked at it (`holdfast show ID`)')
    .action((selection, options) => decide(context, 'public', selection, options)) as unknown as Command
}

/** `holdfast hold SELECTION` */
export function holdCommand(context: Context): Command {
  return command(
    'hold',
    'takes that word back for what is not published yet',
    'holdfast hold https://youtu.be/dQw4w9WgXcQ --reason "family asked"',
  )
    .argument('[selection...]', SELECTION)
    .option('--where <condition...>', WHERE)
    .option('--reason <text>', 'why; kept in the private catalogue', 'held by a person')
    .action((selection, options) => decide(context, 'hold', selection, options)) as unknown as Command
}

interface Options {
  readonly home?: string
  readonly where?: string[]
  readonly reason: string
  readonly acceptFindings?: true
}

async function decide(
  context: Context,
  access: 'public' | 'hold',
  words: readonly string[],
  options: Options,
): Promise<void> {
  if (words.length === 0 && options.where === undefined) {
    throw new CliError('USAGE', 'nothing was selected', {
      hint: 'name ids or URLs, a file that lists them, or --where',
    })
  }
  const { openWorld } = await import('../world.ts')
  const { openHome } = await import('../../pipeline/open-home.ts')
  const { decideAccess } = await import('../../pipeline/decide-access.ts')
  const world = await openWorld(context, options)
  await using home = await openHome(world.home, { write: access === 'public' ? 'clear' : 'hold' })
  const decided = await decideAccess(home, {
    access,
    selection: { words, where: options.where ?? [] },
    by: world.operator,
    reason: options.reason,
    acceptFindings: options.acceptFindings === true,
    signal: context.signal,
    stopping: context.stopping,
  })
  for (const each of decided) {
    context.report.emit({ event: 'decided', id: each.id, access, by: world.operator, at: each.at })
    if (each.warning !== undefined) context.report.emit({ event: 'note', message: each.warning })
  }
  context.finish({ decided: decided.length })
}
