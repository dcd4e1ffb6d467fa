import { type Command, Option } from '@commander-js/extra-typings'
import type { AuditedPlace } from '../../pipeline/engines/audited-place.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type Exit } from '../exit-codes.ts'
import { wholeNumber } from '../integer-option.ts'
import { pastTime } from '../since-option.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `reads blocks back from every engine, and checks them

Pinned is what an engine says; this is how you know. Your own files are read, too. What is wrong or gone is noted, and the next
publish sends it there again. Bundles that were not read for longest come first.

--full reads as somebody would who has nothing but the root of a bundle: its directory, and every file in order, whose CID and
SHA-256 are compared.

A mirror with a --holder is asked for its note of holdings first: what it signed to have, it is held to.

Exits with 4 when something is wrong or gone, with 3 when a place could not be asked, gives nothing back, or has fewer copies
than it was asked for.`

/** `holdfast audit` */
export function auditCommand(context: Context): Command {
  return command('audit', DESCRIPTION, 'holdfast audit --sample 3')
    .addOption(new Option('--sample <n>', 'blocks of each bundle, drawn at random').default(1).argParser(atLeastOne))
    .addOption(new Option('--all', 'every block of each bundle').conflicts('sample'))
    .addOption(new Option('--full', 'every file from beginning to end').conflicts(['sample', 'all']))
    .option('--since <when>', 'only what was not proven since: 2026-11-01, or 12h, 30d, 4w ago', (text) =>
      pastTime(text),
    )
    .option('--limit <n>', 'at most so many bundles at each place', wholeNumber)
    .option('--place <name...>', 'only these: names of engines, or embedded for your own files')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (options) => {
      keepHeapSmall()
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { audit } = await import('../../pipeline/engines/audit.ts')
      const { heldBundles } = await import('../../pipeline/held-bundles.ts')
      const { EMBEDDED, embeddedEngine } = await import('../../replicate/embedded.ts')
      const { openEngines } = await import('../open-engines.ts')
      const { holdersOf } = await import('../holders.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home, { write: 'audit' })
      const named = options.place
      await using engines = await openEngines(
        world,
        home,
        named?.filter((name) => name !== EMBEDDED),
      )
      const own = named === undefined || named.includes(EMBEDDED) ? [embeddedEngine(heldBundles(home))] : []
      const places = await audit(home, [...own, ...engines.open], {
        ...{ sample: options.all === true || options.full === true ? undefined : options.sample },
        ...{ wholeFiles: options.full === true, limit: options.limit, since: options.since },
        holders: await holdersOf(home.paths),
        ...{ signal: context.signal, stopping: context.stopping, onEvent: tell(context.report) },
      })
      for (const place of places) context.report.emit({ event: 'place', ...place })
      const sum = (count: 'checked' | 'bad' | 'missing' | 'unpinned' | 'below' | 'contradicted'): number =>
        places.reduce((total, place) => total + place[count], 0)
      const unreachable = places.filter((place) => place.unreachable).length
      const blocks = { checked: sum('checked'), bad: sum('bad'), missing: sum('missing') }
      const bundles = { unpinned: sum('unpinned'), below: sum('below'), contradicted: sum('contradicted') }
      context.finish({ places: places.length, ...blocks, ...bundles, unreachable }, exitOfPlaces(places))
    }) as unknown as Command
}

function atLeastOne(text: string): number {
  return Math.max(1, wholeNumber(text))
}

function exitOfPlaces(places: readonly AuditedPlace[]): Exit {
  const isWrong = ({ bad, missing, unpinned, holder }: AuditedPlace): boolean =>
    bad + missing + unpinned > 0 || holder === 'wrong'
  if (places.some(isWrong)) return EXIT.verification
  return places.some(({ unreachable, below }) => unreachable || below > 0) ? EXIT.partly : EXIT.done
}
