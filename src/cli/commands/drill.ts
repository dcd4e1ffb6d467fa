import type { Command } from '@commander-js/extra-typings'
import type { IndependenceSettings } from '../../pipeline/engines/independence.ts'
import { operatorKey } from '../../replicate/rules.ts'
import { command } from '../command.ts'
import { ConfigError } from '../config-errors.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'

const DESCRIPTION = `says what would be lost without some of your places

Lost is what no other place even says it has; perhaps lost is what another place says it has, and no audit has read back
lately. Asks nobody and changes nothing: run \`holdfast audit\` before, so that the answer stands on more than claims.

A place is an engine, or embedded for your own files. Exits with 0 whatever the answer is.`

/** `holdfast drill --without NAME` */
export function drillCommand(context: Context): Command {
  return command('drill', DESCRIPTION, 'holdfast drill --without embedded --without kubo')
    .option('--without <name...>', 'engines, or embedded for your own files')
    .option('--without-operator <name...>', 'everything that they run')
    .option('--without-country <code...>', 'everything that is there')
    .option('--list', 'name the bundles, too')
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { drill } = await import('../../pipeline/engines/drill.ts')
      const { independenceOf } = await import('../independence.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const settings = await independenceOf(world, home.paths)
      const away = placesAway(settings, {
        names: options.without ?? [],
        operators: options.withoutOperator ?? [],
        countries: options.withoutCountry ?? [],
      })
      const result = drill(home, settings, away, (risk) => {
        if (options.list === true) context.report.emit({ event: 'atRisk', ...risk })
      })
      context.report.emit({ event: 'drill', ...result })
      const { without: _without, ...counts } = result
      context.finish({ ...counts })
    }) as unknown as Command
}

interface Away {
  readonly names: readonly string[]
  readonly operators: readonly string[]
  readonly countries: readonly string[]
}

/** A name that is no place here is a mistake, which must not be taken for "nothing would be lost". */
function placesAway({ places }: IndependenceSettings, { names, operators, countries }: Away): ReadonlySet<string> {
  if (names.length + operators.length + countries.length === 0)
    throw new CliError('USAGE', 'a drill is without something', {
      hint: 'say --without NAME, such as embedded or kubo',
    })
  const away = new Set<string>()
  const take = (what: string, isMeant: (place: IndependenceSettings['places'][number]) => boolean): void => {
    const meant = places.filter(isMeant)
    if (meant.length === 0) {
      throw new ConfigError('ENGINE_UNKNOWN', `this home has no place ${what}`, {
        hint: '`holdfast engine list` names the engines, who runs them and where; your own files are embedded',
      })
    }
    for (const { name } of meant) away.add(name)
  }
  for (const name of names) take(`called ${name}`, (place) => place.name === name)
  for (const name of operators) take(`run by ${name}`, (place) => operatorKey(place.operator) === operatorKey(name))
  for (const code of countries) take(`in ${code}`, ({ country }) => country === code.toUpperCase())
  return away
}
