import type { Command } from '@commander-js/extra-typings'
import type { Plan } from '../../pipeline/plan.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `shows what would go out, asks, and records it in the manifest

What is held is shown with the reason. Running it again finishes what was interrupted; nothing is published twice.`

/** `holdfast publish [SELECTION]` */
export function publishCommand(context: Context): Command {
  return command('publish', DESCRIPTION, 'holdfast publish --dry-run')
    .argument('[selection...]', 'ids, URLs, or files that list them; everything that is cleared when none is given')
    .option('--where <condition...>', 'only those that meet it (see `holdfast list --help`)')
    .option('--dry-run', 'show the plan, publish nothing')
    .option('--yes', 'do not ask')
    .option('--offline', 'sign even if the configured copies of the manifest do not answer')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (selection, options) => {
      keepHeapSmall()
      const { openWorld } = await import('../world.ts')
      const { openHome, planPublication, publish } = await import('../../pipeline.ts')
      const { idsOfSelection } = await import('../../pipeline/selection.ts')
      const { openLog } = await import('../../pipeline/open-log.ts')
      const { embeddedEngine } = await import('../../replicate/embedded.ts')
      const { heldBundles } = await import('../../pipeline/held-bundles.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, options.dryRun === true ? {} : { write: 'publish' })
      const chosen = selection.length === 0 && options.where === undefined
      const ids = chosen ? undefined : idsOfSelection(home, selection, options.where)
      const onEvent = tell(context.report)
      const plan = await planPublication(home, {
        signal: context.signal,
        stopping: context.stopping,
        onItem: (doneItems) => onEvent({ type: 'progress', label: 'checking', doneBytes: 0, doneItems }),
        ...(ids === undefined ? {} : { selection: ids }),
      })
      context.report.emit({
        event: 'plan',
        goesOut: plan.goesOut.length,
        held: plan.held.length,
        already: plan.already,
        bytes: plan.bytes,
        cost: 0,
      })
      if (options.dryRun === true) {
        for (const held of plan.held) context.report.emit({ event: 'held', ...held })
        context.finish({
          published: 0,
          already: plan.already,
          held: plan.held.length,
          failed: 0,
          wouldPublish: plan.goesOut.length,
        })
        return
      }
      if (!(await agreed(context, plan, options.yes === true))) {
        for (const held of plan.held) context.report.emit({ event: 'held', ...held })
        context.finish({ published: 0, already: plan.already, held: plan.held.length, failed: 0 })
        return
      }
      const log = await openLog(home, world, { offline: options.offline === true, onEvent })
      const counts = await publish(home, plan, {
        engines: [embeddedEngine(heldBundles(home))],
        log,
        signal: context.signal,
        stopping: context.stopping,
        onEvent,
      })
      const exit = counts.failed === 0 ? EXIT.done : counts.published + counts.already > 0 ? EXIT.partly : EXIT.failed
      context.finish({ ...counts }, exit)
    }) as unknown as Command
}

/** Nothing goes out without a yes; where nobody can be asked, `--yes` has to say it. */
async function agreed(context: Context, plan: Plan, yes: boolean): Promise<boolean> {
  if (yes || plan.goesOut.length === 0) return true
  if (!context.interactive) {
    throw new CliError('NEEDS_YES', `${plan.goesOut.length} bundles would go out, and nobody can be asked`, {
      hint: 'look at `holdfast publish --dry-run`, then run it again with --yes',
    })
  }
  return context.confirm(
    `Publish ${plan.goesOut.length} bundles? What is published can be withdrawn, but copies that others made cannot be taken back.`,
  )
}
