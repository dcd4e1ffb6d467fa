import { type Command, Option } from '@commander-js/extra-typings'
import { ORIGINAL_STATES } from '../../manifest/statement-types.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `records that a bundle was also at URL, or what was seen there

The statement goes into the manifest. Nothing is fetched: asking a platform would tell it who watches.`

/** `holdfast original ID URL` */
export function originalCommand(context: Context): Command {
  return command('original', DESCRIPTION, 'holdfast original 7k3q2m9x4ht https://youtu.be/dQw4w9WgXcQ --state removed')
    .argument('<id>', 'the bundle')
    .argument('<url>', 'where it was public')
    .addOption(new Option('--state <word>', 'what was seen there').choices(ORIGINAL_STATES))
    .option('--evidence <file>', 'a file that shows it; its SHA-256 goes into the statement, the file stays here')
    .option('--offline', 'sign even if the configured copies of the manifest do not answer')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (id, url, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline.ts')
      const { recordOriginal } = await import('../../pipeline/record-original.ts')
      const { openLog } = await import('../../pipeline/open-log.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, { write: 'original' })
      const log = await openLog(home, world, { offline: options.offline === true, onEvent: tell(context.report) })
      const recorded = await recordOriginal(home, log, {
        id,
        url,
        signal: context.signal,
        ...(options.state === undefined ? {} : { state: options.state }),
        ...(options.evidence === undefined ? {} : { evidence: options.evidence }),
      })
      const { id: bundle, key, index } = recorded
      if (index !== undefined) context.report.emit({ event: 'original', id: bundle, key, index })
      context.finish({
        recorded: index === undefined ? 0 : 1,
        already: index === undefined ? 1 : 0,
        manifestSize: recorded.manifestSize,
      })
    }) as unknown as Command
}
