import { EMBEDDED } from '../../replicate/embedded.ts'
import { asksForSomething, type MissedRule, missedRules, type Place, type Rules } from '../../replicate/rules.ts'
import { unsound } from '../../store/catalogue/census.ts'
import type { Whereabouts } from '../../store/replicas.ts'
import type { Home } from '../home.ts'
import type { HolderClaim } from './holder-claim.ts'

/** The rules of a home, and all places that can have its bundles, itself among them. */
export interface IndependenceSettings {
  readonly rules: Rules
  readonly places: readonly Place[]
  /** By name of the place: what its holder has signed that it has. */
  readonly claims?: ReadonlyMap<string, Pick<HolderClaim, 'covers'>>
}

/** `kept`: by copies that were read back. `unproven`: only if what places say is true. `broken`: not even then. */
export type RulesVerdict = 'kept' | 'unproven' | 'broken'

/** How the copies of one bundle stand to the rules. */
export interface Independence {
  readonly verdict: RulesVerdict
  /** Places that have it, by their word or by that of the catalogue. */
  readonly claimed: readonly Place[]
  /** Those of them that an audit read it back from, lately enough. */
  readonly proven: readonly Place[]
  /** What is missed when only `proven` counts. */
  readonly missed: readonly MissedRule[]
}

export interface IndependentBundle extends Independence {
  readonly id: string
}

/** The published bundles of a home, held to its rules. A picture of one moment: open it anew for the next question. */
export interface IndependenceView {
  /** Nothing for a bundle that is not published. */
  of(id: string): Independence | undefined
  /** In order of id. */
  all(): Iterable<IndependentBundle>
  count(): RuleCounts
}

export interface RuleCounts {
  /** Published bundles that break a rule. */
  readonly belowRules: number
  /** Those of them that would not if what places say is true. */
  readonly unproven: number
}

/** Texts of marks whose verdict is remembered; a home has few places, so it has few of them. */
const REMEMBERED = 4_096
const DAY_MS = 86_400_000

/** @param failing - ids of contents that could not be read here, beyond what the catalogue knows. */
export function viewIndependence(
  home: Home,
  settings: IndependenceSettings,
  failing: readonly number[] = [],
): IndependenceView {
  const { notWhole } = unsound(home.db, home.publishedSize(), failing)
  const since = new Date(Date.now() - settings.rules.provenDays * DAY_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
  const judge = judgeOf(settings)
  const judged = (at: Whereabouts): IndependentBundle => ({
    ...{ id: at.id, ...judge(withHolders(at, settings), !notWhole.has(at.id)) },
  })
  function* all(): Iterable<IndependentBundle> {
    for (const each of home.replicas.whereabouts(since)) yield judged(each)
  }
  return {
    all,
    of(id) {
      const [found] = home.replicas.whereabouts(since, id)
      return found && judged(found)
    },
    count: () => countBelow(all()),
  }
}

export function countBelow(all: Iterable<Independence>): RuleCounts {
  const counts = { belowRules: 0, unproven: 0 }
  for (const { verdict } of all) {
    if (verdict === 'kept') continue
    counts.belowRules += 1
    if (verdict === 'unproven') counts.unproven += 1
  }
  return counts
}

/** What a holder signed for counts as its claim, unless something else was found there since. */
function withHolders(at: Whereabouts, { claims }: IndependenceSettings): string {
  let all = at.marks
  for (const [name, claim] of claims ?? [])
    if (!` ${at.marks}`.includes(` ${name}:`) && claim.covers(at)) all += ` ${name}:c`
  return all
}

function judgeOf({ rules, places }: IndependenceSettings): (marks: string, isWhole: boolean) => Independence {
  const byName = new Map(places.map((place) => [place.name, place]))
  const known = new Map<string, Independence>()
  return (marks, isWhole) => {
    const key = `${isWhole} ${marks}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= REMEMBERED) known.clear()
    const at = new Map(marks.split(' ').map((word) => [word.slice(0, -2), word.slice(-1)]))
    // The files where they lie need nobody's word: they are there unless something was found wrong.
    if (!isWhole) at.set(EMBEDDED, 'b')
    else if (!at.has(EMBEDDED)) at.set(EMBEDDED, 'c')
    const having = (wanted: readonly string[]): Place[] =>
      [...at].flatMap(([name, mark]) => (wanted.includes(mark) ? [byName.get(name)].filter(isPlace) : []))
    const claimed = having(['p', 'c'])
    const verdict = judgeCopies(claimed, rules.provenDays === 0 ? claimed : having(['p']), rules)
    known.set(key, verdict)
    return verdict
  }
}

function isPlace(place: Place | undefined): place is Place {
  return place !== undefined
}

/** @param claimed - places that have it by their word; `proven` are some of them. */
export function judgeCopies(claimed: readonly Place[], proven: readonly Place[], rules: Rules): Independence {
  const missed = missedRules(proven, rules)
  const isBroken = missed.length > 0 && missedRules(claimed, rules).length > 0
  const verdict = missed.length === 0 ? 'kept' : isBroken ? 'broken' : 'unproven'
  return { verdict, claimed, proven, missed }
}

/** The counts for who publishes; nothing where no rule asks for anything. */
export function belowRules(home: Home, settings: IndependenceSettings): RuleCounts | undefined {
  return asksForSomething(settings.rules) ? viewIndependence(home, settings).count() : undefined
}
