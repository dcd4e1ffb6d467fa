import { setImmediate } from 'node:timers/promises'
import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'

/** Rows after which Ctrl-C is listened for: the catalogue is read without waiting. */
const BREATH = 256

/** `holdfast list` */
export function listCommand(context: Context): Command {
  return command(
    'list',
    'the catalogue: what is here and what became of it',
    "holdfast list --where state=held --where 'title~court'",
  )
    .argument('[selection...]', 'ids, URLs, or files that list them; everything when none is given')
    .option(
      '--where <condition...>',
      'field=value, field!=value or field~part; fields: state, access, layout, platform, language, title, rules',
    )
    .action(async (selection, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { selectBundles } = await import('../../pipeline/selection.ts')
      const { listedCopies } = await import('../../pipeline/copies/listed-copies.ts')
      const { listedReplicas } = await import('../../pipeline/engines/listed-replicas.ts')
      const { RULES_WORDS, rulesFields } = await import('../../pipeline/engines/listed-rules.ts')
      const { independenceOf } = await import('../independence.ts')
      const { titleOf, originalKeysOf } = await import('../../pipeline/catalogue-text.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const rulesOf = rulesFields(home, await independenceOf(world, home.paths))
      const more = { rules: { of: ({ id }: { readonly id: string }) => [rulesOf(id).rules], words: RULES_WORDS } }
      let bundles = 0
      let bytes = 0
      for (const bundle of selectBundles(home, { words: selection, where: options.where ?? [], more })) {
        if (bundles % BREATH === 0) await setImmediate()
        if (context.stopping.aborted) break
        bundles += 1
        bytes += bundle.bytes
        context.report.emit({
          event: 'listed',
          id: bundle.id,
          title: titleOf(bundle),
          state: bundle.state,
          access: bundle.access,
          reason: bundle.accessReason,
          root: bundle.root,
          originals: originalKeysOf(bundle),
          bytes: bundle.bytes,
          copies: listedCopies(home, bundle.id),
          replicas: listedReplicas(home, bundle.id),
          ...rulesOf(bundle.id),
        })
      }
      context.finish({ bundles, bytes })
    }) as unknown as Command
}
