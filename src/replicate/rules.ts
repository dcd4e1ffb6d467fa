/** Who runs a place: a person, an organisation, a company; empty where nobody said. */
export type RunBy = 'person' | 'organisation' | 'company' | ''

/** A place that keeps content, as far as independence goes. */
export interface Place {
  /** Of an engine, or `embedded`. */
  readonly name: string
  /** Empty where nobody said: all such places count as one operator. */
  readonly operator: string
  /** ISO 3166, capitals; an empty one counts as no country. */
  readonly country: string
  /** An empty one counts as a company. */
  readonly runBy: RunBy
}

/** How independent of each other the copies of each bundle must be. Source: docs/guides/engines.md, Rules. */
export interface Rules {
  /** At least so many operators, each counted once, however many places it runs. 0 asks for none. */
  readonly operators: number
  /** In at least so many countries. 0 asks for none. */
  readonly countries: number
  /** At most so many of the operators that count are companies; further ones help nothing, and harm nothing. */
  readonly maxCompanies: number
  /** A copy is proven if blocks of it were read back within so many days; 0 believes what places say. */
  readonly provenDays: number
}

/** A rule that is missed, and by how much. */
export interface MissedRule {
  readonly rule: 'operators' | 'countries'
  readonly wanted: number
  readonly has: number
}

export function asksForSomething({ operators, countries }: Rules): boolean {
  return operators > 0 || countries > 0
}

/** @param places - those that have the bundle. */
export function missedRules(places: readonly Place[], rules: Rules): readonly MissedRule[] {
  const counted = independent(places, rules.maxCompanies)
  const missed: MissedRule[] = []
  for (const rule of ['operators', 'countries'] as const)
    if (counted[rule] < rules[rule]) missed.push({ rule, wanted: rules[rule], has: counted[rule] })
  return missed
}

/**
 * Operators and countries that count. Of more companies than count, those that bring most countries are taken first, which
 * counts too few at worst.
 */
export function independent(
  places: readonly Place[],
  maxCompanies: number,
): { readonly operators: number; readonly countries: number } {
  const countries = new Map<string, Set<string>>()
  const companies = new Set<string>()
  for (const { operator, country, runBy } of places) {
    const key = operatorKey(operator)
    const known = countries.get(key) ?? new Set<string>()
    countries.set(key, country === '' ? known : known.add(country))
    if (runBy === 'company' || runBy === '') companies.add(key)
  }
  const others = [...countries.keys()].filter((key) => !companies.has(key))
  const reached = new Set(others.flatMap((key) => [...(countries.get(key) ?? [])]))
  const left = new Set(companies)
  const most = Math.min(maxCompanies, companies.size)
  for (let taken = 0; taken < most; taken += 1) {
    const gain = (key: string): number =>
      [...(countries.get(key) ?? [])].filter((country) => !reached.has(country)).length
    const best = [...left].reduce((a, b) => (gain(b) > gain(a) ? b : a))
    left.delete(best)
    for (const country of countries.get(best) ?? []) reached.add(country)
  }
  return { operators: others.length + most, countries: reached.size }
}

/** Two spellings that a person would read as one name are one operator. */
export function operatorKey(operator: string): string {
  return operator.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase()
}
