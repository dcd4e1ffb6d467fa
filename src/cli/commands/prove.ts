import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../integer-option.ts'

const DESCRIPTION = `makes a receipt: a small file that proves a statement offline

With it anybody can check, for ever and without a network, that the publisher asserted that these bytes were at this
URL, and since when the assertion is unchanged.`

/** `holdfast prove WHAT -o FILE` */
export function proveCommand(context: Context): Command {
  return command('prove', DESCRIPTION, 'holdfast prove https://youtu.be/dQw4w9WgXcQ -o receipt.tlog-proof')
    .argument('<what>', 'a URL, a CID, a bundle id')
    .requiredOption('-o, --output <file>', 'where to write the receipt')
    .option(
      '--statement <index>',
      'make it for this statement instead of the newest `bundle/1` of the bundle',
      wholeNumber,
    )
    .action(async (what, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { makeReceipt } = await import('../../pipeline/make-receipt.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const made = await makeReceipt(home, what, {
        output: options.output,
        ...(options.statement === undefined ? {} : { index: options.statement }),
      })
      context.finish({ file: options.output, ...made })
    }) as unknown as Command
}
