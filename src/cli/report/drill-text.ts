import type { Event } from './events.ts'
import { printable } from './format.ts'

const RISKS: Readonly<Record<string, string>> = { lost: 'LOST', maybeLost: 'perhaps lost', below: 'below rules' }

/** The answer in four lines: what a person asks first stands first. */
export function drillText(drill: Extract<Event, { event: 'drill' }>): string {
  const { without, bundles, lost, maybeLost, belowRules, unproven } = drill
  const row = (name: string, count: number, what: string): string =>
    `  ${name.padEnd(13)} ${String(count).padStart(7)}  ${what}`.trimEnd()
  return [
    `without ${without.join(', ')}, of ${bundles} published bundles:`,
    row('lost', lost, lost > 0 ? 'nobody else even says to have them' : elsewhere(maybeLost)),
    row('perhaps lost', maybeLost, maybeLost === 0 ? '' : 'somebody says to have them, and no audit has shown it'),
    row('below rules', belowRules, unproven === 0 ? '' : `${unproven} of them only until an audit shows more`),
  ].join('\n')
}

function elsewhere(maybeLost: number): string {
  return maybeLost === 0 ? 'each is somewhere else, too' : 'each is said to be somewhere else, too'
}

export function atRiskText({ id, loss, left, missed }: Extract<Event, { event: 'atRisk' }>): string {
  const at = left.length === 0 ? '' : `  left: ${left.join(', ')}`
  const short = (loss === 'below' ? missed : [])
    .map(({ rule, wanted, has }) => `${has} of ${wanted} ${rule}`)
    .join(', ')
  return `${(RISKS[loss] ?? loss).padEnd(13)} ${id}${at}${short === '' ? '' : `  (${printable(short)})`}`
}
