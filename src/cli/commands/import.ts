import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { keepNewSpaceSmall } from '../small-heap.ts'

const DESCRIPTION = `takes in what came on a disk that \`holdfast export\` wrote

In the home of a mirror: follows the log and holds the bundles on the disk, with the same checks as \`holdfast mirror sync\`; nobody is
asked over a network. A log that is not followed yet needs --policy, which must have come another way than on the disk, and --name. What
this mirror signs is left on the disk, which goes back to the publisher.

In the home of the publisher: takes the cosignatures that mirrors left on the disk. Content is not taken in there: import it
into the home of a mirror.`

/** `holdfast import` */
export function importCommand(context: Context): Command {
  return command('import', DESCRIPTION, 'holdfast import /media/stick/archive --policy policy.txt --name archive')
    .argument('<dir>', 'the directory that `export --to` was given')
    .option('--policy <file|vkey>', 'whose signatures count, for a log that is not followed yet')
    .option('--name <name>', 'what you call it then')
    .option('--check', 'read everything on the disk first, and compare it with its checksums')
    .option('--passphrase-file <file>', 'take the passphrase of the cosigner keys from the first line of this file')
    .action(async (directory, options) => {
      keepNewSpaceSmall()
      const { openWorld } = await import('../world.ts')
      const { requireHome } = await import('../../store/home.ts')
      const { isMirrorHome } = await import('../../pipeline/mirror/mirror-home.ts')
      const { checkBeforeImport, importIntoMirror, importIntoPublisher, worseExit } = await import('../import-disk.ts')
      const world = await openWorld(context, options)
      await requireHome(world.home)
      const disk = resolve(directory)
      const damaged = await checkBeforeImport(context, disk, options.check === true)
      const { counts, exit } = isMirrorHome(world.home)
        ? await importIntoMirror(context, world, disk, options)
        : await importIntoPublisher(context, world, disk)
      context.finish({ ...counts, damaged }, damaged > 0 ? worseExit(exit, EXIT.verification) : exit)
    }) as unknown as Command
}
