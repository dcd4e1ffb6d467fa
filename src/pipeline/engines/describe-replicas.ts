import { EMBEDDED } from '../../replicate/embedded.ts'
import { asksForSomething, independent, type Place } from '../../replicate/rules.ts'
import type { DescriptionRow } from '../describe-bundle.ts'
import type { Home } from '../home.ts'
import { type IndependenceSettings, viewIndependence } from './independence.ts'
import { listedReplicas } from './listed-replicas.ts'

/** Where one bundle is, a place a row, and last which rule it misses by how much. Nothing for what is nowhere. */
export function* describeReplicas(home: Home, id: string, settings: IndependenceSettings): Iterable<DescriptionRow> {
  const listed = listedReplicas(home, id)
  const found = viewIndependence(home, settings).of(id)
  const isHere = found?.claimed.some(({ name }) => name === EMBEDDED) === true
  if (isHere && !listed.some(({ engine }) => engine === EMBEDDED))
    yield { what: 'replica', engine: EMBEDDED, state: 'pinned', ...whoRuns(settings, EMBEDDED) }
  for (const replica of listed) yield { what: 'replica', ...replica, ...whoRuns(settings, replica.engine) }
  const { rules } = settings
  if (found === undefined || !asksForSomething(rules)) return
  const counted = (places: readonly Place[]) => independent(places, rules.maxCompanies)
  const [proven, claimed] = [counted(found.proven), counted(found.claimed)]
  const row = (rule: 'operators' | 'countries') =>
    rules[rule] === 0 ? {} : { [rule]: `${proven[rule]} proven, ${claimed[rule]} claimed, of ${rules[rule]}` }
  yield { what: 'rules', verdict: found.verdict, ...row('operators'), ...row('countries') }
}

function whoRuns({ places }: IndependenceSettings, name: string): DescriptionRow {
  const place = places.find((each) => each.name === name)
  if (place === undefined) return { note: 'this place is in engines.toml no more, and counts for nothing' }
  const { operator, country, runBy } = place
  return { operator, country, runBy }
}
