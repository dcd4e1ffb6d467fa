import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'

/** `holdfast show ID` */
export function showCommand(context: Context): Command {
  return command(
    'show',
    'one bundle: files and places, who decided what, what the lint found',
    'holdfast show 7k3q2m9x4ht',
  )
    .argument('<what>', 'id, URL or CID')
    .action(async (what, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { selectBundles } = await import('../../pipeline/selection.ts')
      const { describeBundle } = await import('../../pipeline/describe-bundle.ts')
      const { describeReplicas } = await import('../../pipeline/engines/describe-replicas.ts')
      const { independenceOf } = await import('../independence.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const settings = await independenceOf(world, home.paths)
      let bundles = 0
      for (const bundle of selectBundles(home, { words: [what], where: [] })) {
        bundles += 1
        for await (const row of describeBundle(home, bundle, context.signal)) context.report.emit({ event: 'row', row })
        for (const row of describeReplicas(home, bundle.id, settings)) context.report.emit({ event: 'row', row })
      }
      context.finish({ bundles })
    }) as unknown as Command
}
