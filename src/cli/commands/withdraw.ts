import { type Command, Option } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `stops serving bundles at once, and records that

The statement makes every mirror stop, too, claims at targets are abandoned, and engines unpin it. What others have already copied, and the statement that it was published,
can never be taken back.`

/** `holdfast withdraw ID…` */
export function withdrawCommand(context: Context): Command {
  return command('withdraw', DESCRIPTION, 'holdfast withdraw 7k3q2m9x4ht')
    .argument('<selection...>', 'ids, URLs, or files that list them')
    .addOption(
      new Option(
        '--reason <word>',
        'public for ever; `publisher` is right for consent and safety, so that the log never tells who is under pressure',
      )
        .choices(['publisher', 'legal', 'error', 'duplicate'])
        .default('publisher'),
    )
    .option('--jurisdiction <code>', 'for --reason legal: where it binds, such as KZ or US-CA')
    .option('--note <text>', 'why, for the private catalogue alone', '')
    .option('--defer', 'leave the signed head to the next `holdfast publish`')
    .option('--offline', 'sign even if the configured copies of the manifest do not answer')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (selection, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome, withdraw } = await import('../../pipeline.ts')
      const { idsOfSelection } = await import('../../pipeline/selection.ts')
      const { openLog } = await import('../../pipeline/open-log.ts')
      const { takeBack } = await import('../take-back.ts')
      const { unpinEverywhere } = await import('../unpin.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, { write: 'withdraw' })
      const ids = idsOfSelection(home, selection)
      const counts = await withdraw(home, ids, {
        reason: options.reason,
        by: world.operator,
        note: options.note,
        openLog: () => openLog(home, world, { offline: options.offline === true, onEvent: tell(context.report) }),
        defer: options.defer === true,
        signal: context.signal,
        onWithdrawn: (id, index) => context.report.emit({ event: 'withdrawn', id, index }),
        onNote: (message) => context.report.emit({ event: 'note', message }),
        ...(options.jurisdiction === undefined ? {} : { jurisdiction: options.jurisdiction }),
      })
      const { takenBack, isLeft } = await takeBack(context, world, home, ids)
      const engines = await unpinEverywhere(context, world, home)
      const { unpinned } = engines
      context.finish({ ...counts, takenBack, unpinned }, isLeft || engines.isLeft ? EXIT.partly : EXIT.done)
    }) as unknown as Command
}
