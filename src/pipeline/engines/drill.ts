import { asksForSomething, type MissedRule } from '../../replicate/rules.ts'
import type { Home } from '../home.ts'
import { type IndependenceSettings, judgeCopies, viewIndependence } from './independence.ts'

/**
 * `lost`: no other place even says that it has it. `maybeLost`: one says so, and no audit has shown it. `below`: it is kept,
 * and by fewer or less independent places than the rules ask.
 */
export type DrillLoss = 'lost' | 'maybeLost' | 'below'

export interface DrillResult {
  /** Names of the places that are thought away. */
  readonly without: readonly string[]
  /** All that are published. */
  bundles: number
  lost: number
  maybeLost: number
  /** Those that would break a rule then, whether lost or not. 0 where there are no rules. */
  belowRules: number
  /** Those of them that would not if what the places that are left say is true. */
  unproven: number
}

export interface AtRisk {
  readonly id: string
  readonly loss: DrillLoss
  /** Places that say that they have it. */
  readonly left: readonly string[]
  /** When only what was read back counts. */
  readonly missed: readonly MissedRule[]
}

/** What would become of the archive without some of its places. Asks nobody, and changes nothing. */
export function drill(
  home: Home,
  settings: IndependenceSettings,
  without: ReadonlySet<string>,
  onRisk: (risk: AtRisk) => void,
): DrillResult {
  const result = { without: [...without], bundles: 0, lost: 0, maybeLost: 0, belowRules: 0, unproven: 0 }
  const isLeft = ({ name }: { readonly name: string }): boolean => !without.has(name)
  for (const { id, claimed, proven } of viewIndependence(home, settings).all()) {
    result.bundles += 1
    const left = judgeCopies(claimed.filter(isLeft), proven.filter(isLeft), settings.rules)
    const loss = lossOf(left.claimed.length, left.proven.length)
    if (loss !== undefined) result[loss] += 1
    const isBelow = asksForSomething(settings.rules) && left.verdict !== 'kept'
    if (isBelow) result.belowRules += 1
    if (isBelow && left.verdict === 'unproven') result.unproven += 1
    const told = loss ?? (isBelow ? 'below' : undefined)
    if (told !== undefined) onRisk({ id, loss: told, left: left.claimed.map(({ name }) => name), missed: left.missed })
  }
  return result
}

function lossOf(claimed: number, proven: number): 'lost' | 'maybeLost' | undefined {
  if (claimed === 0) return 'lost'
  return proven === 0 ? 'maybeLost' : undefined
}
