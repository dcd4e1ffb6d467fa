import { type Command, Option } from '@commander-js/extra-typings'
import { DISK_LANGUAGES } from '../../disk/texts.ts'
import type { Problem } from '../../model/errors.ts'
import type { OnExportEvent } from '../../pipeline/disk/events.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type Exit } from '../exit-codes.ts'
import { wholeNumber } from '../integer-option.ts'
import { keepHeapSmall } from '../small-heap.ts'

const DESCRIPTION = `brings the archive, or a part of it, onto a disk

The whole manifest, the bundles that are published here, checksums, and a README that says how to check and use it all without
this program. Of a mirror, what it holds. Fits FAT32; a bundle may be cut into several files there.

Can be killed and run again: what is whole on the disk is not written again. What was withdrawn since is removed; what was
carried before and is not named this time stays. Everything is read back after writing; to know that it came from the disk and not from
memory, plug it out and in, and run it with --check.

The other side: \`holdfast import DIR\`.`

/** `holdfast export` */
export function exportCommand(context: Context): Command {
  return command('export', DESCRIPTION, 'holdfast export --to /media/stick/archive')
    .requiredOption('--to <dir>', 'a directory on the disk; made when it is not there')
    .addOption(new Option('--since <size>', 'only bundles stated at this index or later').argParser(wholeNumber))
    .option('--only <selection...>', 'only these: ids, URLs, or files that list them')
    .option('--dry-run', 'say what would be written, and how much')
    .option('--check', 'read everything on the disk first, and write anew what is not as it was')
    .addOption(new Option('--language <tag>', 'of the README').choices(DISK_LANGUAGES).default(DISK_LANGUAGES[0]))
    .option('--log <name>', 'of a mirror: which log (default: the only one)')
    .action(async (options) => {
      keepHeapSmall()
      const { openWorld } = await import('../world.ts')
      const { openCarried } = await import('../open-carried.ts')
      const { carriedHeads, exportDisk } = await import('../../pipeline/disk/export-disk.ts')
      const { planExport } = await import('../../pipeline/disk/plan-export.ts')
      const { idsOfSelection } = await import('../../pipeline/selection.ts')
      const world = await openWorld(context, options)
      await using home = await openCarried(world.home, options.log)
      const choice = { since: options.since, only: options.only && idsOfSelection(home, options.only) }
      if (options.dryRun === true) {
        const plan = await planExport(home, options.to, await carriedHeads(home), choice)
        const { heads, due, already, gone, bytes } = plan
        const counts = { wouldExport: due.length, bytes, wouldRemove: gone.length }
        context.finish({ size: heads.size, exported: 0, already, removed: 0, failed: 0, ...counts })
        return
      }
      const counts = await exportDisk(home, {
        ...{ ...choice, directory: options.to, check: options.check === true, language: options.language },
        ...{ signal: context.signal, stopping: context.stopping, onEvent: tellExport(context) },
      })
      const { exported, already, bytes, size, removed, failed, damaged, sealed } = counts
      context.finish({ size, exported, already, removed, failed, bytes, damaged, sealed }, exitOfCounts(counts))
    }) as unknown as Command
}

function tellExport({ report }: Context): OnExportEvent {
  return (event) => {
    switch (event.type) {
      case 'progress':
        report.progress(event)
        return
      case 'problem': {
        const problem: Problem = event.problem
        report.emit({ event: 'problem', ...problem, ...(event.isWarning === true ? { warning: true } : {}) })
        return
      }
      case 'exported':
        report.emit({ event: 'exported', id: event.id, root: event.root, index: event.index, bytes: event.bytes })
        return
      case 'began':
        report.emit({ event: 'note', message: `a new disk begins at ${event.directory}: is it plugged in?` })
        return
      case 'removed':
        report.emit({ event: 'removed', id: event.id, root: event.root })
        return
      default:
        event satisfies never
    }
  }
}

/** Damage that was found was mended, and still somebody should look at the disk. */
function exitOfCounts({ failed, damaged }: { readonly failed: number; readonly damaged: number }): Exit {
  if (damaged > 0) return EXIT.verification
  return failed > 0 ? EXIT.partly : EXIT.done
}
