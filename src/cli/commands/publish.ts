import type { Command } from '@commander-js/extra-typings'
import type { CopyCounts } from '../../pipeline/copies/publish-copies.ts'
import type { FillCounts } from '../../pipeline/engines/fill-engines.ts'
import type { IndependenceSettings } from '../../pipeline/engines/independence.ts'
import type { Home } from '../../pipeline/home.ts'
import type { Plan } from '../../pipeline/plan.ts'
import type { PublishCounts } from '../../pipeline/publish.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { EXIT, type Exit } from '../exit-codes.ts'
import { wholeNumber } from '../integer-option.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `shows what would go out, asks, and records it in the manifest

What is held is shown with the reason. Running it again finishes what was interrupted; nothing is published twice.

Then every engine gets what it does not have yet (see \`holdfast engine --help\`).

With --to, copies go to targets, one video at a time; a target that does not answer never stops the archive.`

/** `holdfast publish [SELECTION]` */
export function publishCommand(context: Context): Command {
  return command('publish', DESCRIPTION, 'holdfast publish --dry-run')
    .argument('[selection...]', 'ids, URLs, or files that list them; everything that is cleared when none is given')
    .option('--where <condition...>', 'only those that meet it (see `holdfast list --help`)')
    .option('--dry-run', 'show the plan, publish nothing')
    .option('--yes', 'do not ask')
    .option('--to <target...>', 'then copy to these targets: lbry, odysee (see `holdfast target --help`)')
    .option('--limit <n>', 'with --to: at most so many copies in this run', wholeNumber)
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
      const { openEngines } = await import('../open-engines.ts')
      const { independenceOf } = await import('../independence.ts')
      const { copyToTargets, openTargets, tellEstimate } = await import('../copy-to-targets.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, options.dryRun === true ? {} : { write: 'publish' })
      await using targets = await openTargets(options.to ?? [], world, home)
      await using engines = await openEngines(world, home, options.dryRun === true ? [] : undefined)
      const independence = await independenceOf(world, home.paths)
      const chosen = selection.length === 0 && options.where === undefined
      const ids = chosen ? undefined : idsOfSelection(home, selection, options.where)
      const onEvent = tell(context.report)
      const plan = await planPublication(home, {
        signal: context.signal,
        stopping: context.stopping,
        onItem: (doneItems) => onEvent({ type: 'progress', label: 'checking', doneBytes: 0, doneItems }),
        ...(ids === undefined ? {} : { selection: ids }),
      })
      const { goesOut, already, bytes } = plan
      const held = plan.held.length
      context.report.emit({ event: 'plan', goesOut: goesOut.length, held, already, bytes, cost: 0 })
      const order = { home, plan, selection: ids, limit: options.limit }
      const acts = goesOut.length === 0 ? [] : [`publish ${goesOut.length} bundles`]
      for (const target of targets.open)
        acts.push(...(await tellEstimate(context, target, order, { eachItem: options.dryRun === true })))
      const isGo = options.dryRun !== true && (await agreed(context, acts, options.yes === true))
      if (!isGo) {
        for (const one of plan.held) context.report.emit({ event: 'held', ...one })
        if (options.dryRun === true) await tellReplicas(context, home, plan)
        const would = options.dryRun === true ? { wouldPublish: goesOut.length } : {}
        context.finish({ published: 0, already, held, failed: 0, ...would })
        return
      }
      const log = await openLog(home, world, { offline: options.offline === true, onEvent })
      const published = await publish(home, plan, {
        engines: [embeddedEngine(heldBundles(home))],
        log,
        signal: context.signal,
        stopping: context.stopping,
        onEvent,
      })
      const filled = await fillOpen(context, home, engines.open)
      const counts = { ...published, ...filled, ...(await placesCounted(home, independence)) }
      if (targets.open.length === 0) {
        context.finish({ ...counts }, exitOfCounts(counts))
        return
      }
      const { refused, differs, manifestSize, ...copies } = await copyToTargets(context, targets.open, order, log)
      const all = { ...counts, ...copies, manifestSize, failed: counts.failed + refused }
      context.finish(all, exitOfCopies(counts, { ...copies, refused, differs }))
    }) as unknown as Command
}

/** After the record, and whatever becomes of it: other places are second copies, and never hold the archive up. */
async function fillOpen(context: Context, home: Home, engines: readonly PinEngine[]): Promise<Partial<FillCounts>> {
  if (engines.length === 0) return {}
  const { fillEngines } = await import('../../pipeline/engines/fill-engines.ts')
  const { signal, stopping } = context
  return fillEngines(home, engines, { signal, stopping, onEvent: tell(context.report) })
}

/** What is elsewhere by the word of others, and what breaks the rules. */
async function placesCounted(home: Home, settings: IndependenceSettings) {
  const { EMBEDDED } = await import('../../replicate/embedded.ts')
  const { belowRules } = await import('../../pipeline/engines/independence.ts')
  const others = settings.places.map(({ name }) => name).filter((name) => name !== EMBEDDED)
  return { copies: { elsewhere: home.replicas.countPinned(others) }, ...belowRules(home, settings) }
}

/** What each engine would be sent, with what would be published by then. */
async function tellReplicas(context: Context, home: Home, plan: Plan): Promise<void> {
  const { enginesPath, readEngines } = await import('../engines-file.ts')
  const { wouldReplicate } = await import('../../pipeline/engines/would-replicate.ts')
  for (const [name, { kind }] of Object.entries(await readEngines(enginesPath(home.paths))))
    if (kind !== 'mirror') context.report.emit({ event: 'wouldReplicate', ...wouldReplicate(home, name, plan) })
}

type Counts = PublishCounts & Partial<FillCounts>

function exitOfCounts({ failed, published, already, replicasRemaining = 0 }: Counts): Exit {
  if (failed === 0) return replicasRemaining > 0 ? EXIT.partly : EXIT.done
  return published + already > 0 ? EXIT.partly : EXIT.failed
}

/** Other bytes under our name are worse than anything that is only not done yet. */
function exitOfCopies(
  counts: Counts,
  { differs, waiting, refused, remaining }: Pick<CopyCounts, 'differs' | 'waiting' | 'refused' | 'remaining'>,
): Exit {
  if (differs > 0) return EXIT.verification
  const exit = exitOfCounts(counts)
  return exit === EXIT.done && waiting + refused + remaining > 0 ? EXIT.partly : exit
}

/** Nothing goes out without a yes; where nobody can be asked, `--yes` has to say it. */
async function agreed(context: Context, acts: readonly string[], yes: boolean): Promise<boolean> {
  if (yes || acts.length === 0) return true
  if (!context.interactive) {
    throw new CliError('NEEDS_YES', `this would ${acts.join(' and ')}, and nobody can be asked`, {
      hint: 'look at `holdfast publish --dry-run`, then run it again with --yes',
    })
  }
  const what = acts.join(' and ')
  return context.confirm(
    `${what[0]?.toUpperCase() ?? ''}${what.slice(1)}? What is published can be withdrawn, but copies that others made cannot be taken back.`,
  )
}
