import { asksForSomething, type MissedRule } from '../../replicate/rules.ts'
import type { Home } from '../home.ts'
import {
  type IndependenceSettings,
  type IndependenceView,
  type RulesVerdict,
  viewIndependence,
} from './independence.ts'

/** How one bundle stands to the rules; `none` where none asks for anything, or it is not published. */
export interface ListedRules {
  readonly rules: RulesVerdict | 'none'
  /** When only what was read back counts. */
  readonly missed: readonly MissedRule[]
}

export const RULES_WORDS: readonly ListedRules['rules'][] = ['kept', 'unproven', 'broken', 'none']

const NONE: ListedRules = { rules: 'none', missed: [] }

/** For any number of bundles, one after the other. */
export function rulesFields(home: Home, settings: IndependenceSettings): (id: string) => ListedRules {
  if (!asksForSomething(settings.rules)) return () => NONE
  let view: IndependenceView | undefined
  return (id) => {
    view ??= viewIndependence(home, settings)
    const found = view.of(id)
    return found === undefined ? NONE : { rules: found.verdict, missed: found.missed }
  }
}
