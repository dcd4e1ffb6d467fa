import { type Command, Option } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type Exit } from '../exit-codes.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `takes in a folder where it lies; copies nothing

PATH is a folder that yt-dlp left behind, or several. Files stay where they are and are read once. Running it again
finds what is new; a folder that was moved is recognised by its content. A bundle is public only where its source says
so or you do; everything else is held until somebody clears it.`

/** `holdfast add PATH…` */
export function addCommand(context: Context): Command {
  return command('add', DESCRIPTION, 'holdfast add ~/archive --access hold')
    .argument('<path...>', 'files or directories')
    .addOption(new Option('--access <word>', 'your word for everything added now').choices(['public', 'hold']))
    .option('--format <layout>', 'take it as this layout instead of recognising it (yt-dlp)')
    .option('--dry-run', 'say what would be added, write nothing')
    .action(async (paths, options) => {
      keepHeapSmall()
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { add } = await import('../../pipeline.ts')
      const { bytesToRead } = await import('../../pipeline/measure.ts')
      const { openHasher } = await import('../../address/hash-file.ts')
      const { ytDlpLayout } = await import('../../intake/layouts/yt-dlp.ts')
      const { openWorld } = await import('../world.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, options.dryRun === true ? {} : { write: 'add' })
      await using hasher = openHasher()
      const totalBytes = context.interactive ? await bytesToRead(home, paths, context.signal) : undefined
      const counts = await add(home, paths, {
        layouts: [ytDlpLayout],
        hasher,
        dryRun: options.dryRun === true,
        signal: context.signal,
        stopping: context.stopping,
        onEvent: tell(context.report),
        ...(totalBytes === undefined ? {} : { totalBytes }),
        ...(options.format === undefined ? {} : { format: options.format }),
        ...(options.access === undefined ? {} : { decided: { access: options.access, by: world.operator } }),
      })
      context.finish({ ...counts }, exitOf(counts))
    }) as unknown as Command
}

function exitOf(counts: { added: number; known: number; failed: number }): Exit {
  if (counts.failed === 0) return EXIT.done
  return counts.added + counts.known > 0 ? EXIT.partly : EXIT.failed
}
