import type { ListedReplica } from '../../pipeline/engines/listed-replicas.ts'
import type { ListedRules } from '../../pipeline/engines/listed-rules.ts'
import type { Event } from './events.ts'
import { printable } from './format.ts'

/** What is told of a bundle or an engine stands below its id or name. */
const INDENT = ' '.repeat(13)
const WIDTH = 80

export function listedReplicasText(replicas: readonly ListedReplica[]): string {
  return replicas.map((replica) => `\n${INDENT}${replica.engine}: ${stateText(replica)}`).join('')
}

function stateText({ state, code, reason, provenAt, provenBlocks = 0 }: ListedReplica): string {
  // Nothing is asked of a place that takes what it likes.
  const word = state === 'asked' && code?.startsWith('AUDIT_') === true ? 'not there' : state
  const proven = provenAt === undefined ? '' : `, proven at ${provenAt} (${counted(provenBlocks, 'block')})`
  return `${word}${proven}${reason === undefined ? '' : wrapped(printable(reason))}`
}

/** On lines of their own that fit a terminal, where no word is longer. */
function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`
    if (lines.at(-1) === '' || INDENT.length + 1 + line.length <= WIDTH) lines[lines.length - 1] = line
    else lines.push(` ${word}`)
  }
  return lines.map((line) => `\n${INDENT} ${line}`).join('')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Only what is not as it should be; most of a good archive's bundles say nothing here. */
export function listedRulesText({ rules, missed }: ListedRules): string {
  if (rules === 'none' || rules === 'kept') return ''
  const why = missed.map(({ rule, wanted, has }) => `${has} of ${wanted} ${rule} proven`).join(', ')
  return `\n${INDENT}rules: ${rules}  (${why}${rules === 'unproven' ? '; an audit may show more' : ''})`
}

export function engineText(engine: Extract<Event, { event: 'engine' }>): string {
  const { name, kind, where, operator, country, runBy, pinned, accepted, broken, due } = engine
  const by = [operator, country, runBy].filter((word) => word !== '').join(', ')
  const counts = `${pinned} pinned, ${accepted} accepted, ${broken} broken, ${due} due`
  return `${name.padEnd(11)}  ${kind}  ${printable(where)}\n${INDENT}${counts}${by === '' ? '' : `  (${printable(by)})`}`
}

export function placeText(place: Extract<Event, { event: 'place' }>): string {
  const { name, bundles, checked, bad, missing, absent, unpinned, below, holder, contradicted } = place
  const more = [
    ...(absent === 0 ? [] : [`${counted(absent, 'bundle')} not there`]),
    ...(unpinned === 0 ? [] : [`${counted(unpinned, 'bundle')} no longer kept`]),
    ...(below === 0 ? [] : [`${counted(below, 'bundle')} in too few copies`]),
    ...(contradicted === 0 ? [] : [`${counted(contradicted, 'bundle')} that its holder signed for`]),
    ...(holder === 'wrong' ? ['its note of holdings is not what it should be'] : []),
  ]
  const read = `${counted(checked, 'block')} of ${counted(bundles, 'bundle')} read, ${bad} bad, ${missing} missing`
  return `${verdictOn(place).padEnd(11)} ${name}  ${[read, ...more].join('; ')}`
}

function verdictOn({
  checked,
  bad,
  missing,
  unpinned,
  below,
  holder,
  unreachable,
}: Extract<Event, { event: 'place' }>): string {
  if (bad + missing + unpinned > 0 || holder === 'wrong') return 'WRONG'
  if (unreachable) return 'UNREACHABLE'
  if (below > 0) return 'TOO FEW'
  return checked === 0 ? 'not read' : 'good'
}

/** For who has to let them in, or dial them. */
export function delegatesText({ engine, addresses }: Extract<Event, { event: 'delegates' }>): string {
  return addresses.map((address) => `fetching  ${engine} from ${printable(address)}`).join('\n')
}
