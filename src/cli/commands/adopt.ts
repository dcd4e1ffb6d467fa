import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `finds the copies that a channel has already, and compares them

Such as what YouTube sync made: a claim is recognised by the link on the last line of its description. What is byte for
byte our file is recorded as its copy and not published again; what is not is recorded as such, and told.`

/** `holdfast adopt` */
export function adoptCommand(context: Context): Command {
  return command('adopt', DESCRIPTION, 'holdfast adopt --channel @archive --dry-run')
    .option('--channel <name>', "@name or claim id of the channel (default: the target's own)")
    .option('--target <name>', 'through which target: lbry, odysee', 'lbry')
    .option('--dry-run', 'find and compare, record nothing')
    .option('--offline', 'sign even if the configured copies of the manifest do not answer')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline.ts')
      const { openLog } = await import('../../pipeline/open-log.ts')
      const { adoptClaims } = await import('../../pipeline/copies/adopt-claims.ts')
      const { openTargets } = await import('../copy-to-targets.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, { write: 'adopt' })
      await using targets = await openTargets([options.target], world, home)
      const onEvent = tell(context.report)
      const log = await openLog(home, world, { offline: options.offline === true, onEvent })
      await log.finish(context.signal)
      const { signal, stopping } = context
      const [opened] = targets.open
      if (opened === undefined) return
      const order = { log, channel: options.channel, dryRun: options.dryRun === true, signal, stopping, onEvent }
      const counts = await adoptClaims(home, opened.target, order)
      context.finish({ ...counts }, counts.open > 0 ? EXIT.partly : EXIT.done)
    }) as unknown as Command
}
