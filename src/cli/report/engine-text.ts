import type { ListedReplica } from '../../pipeline/engines/listed-replicas.ts'
import type { ListedRules } from '../../pipeline/engines/listed-rules.ts'
import type { Event } from './events.ts'
import { printable } from './format.ts'

export function listedReplicasText(replicas: readonly ListedReplica[]): string {
  return replicas.map((replica) => `\n             ${replica.engine}: ${stateText(replica)}`).join('')
}

function stateText({ state, reason, provenAt, provenBlocks }: ListedReplica): string {
  const proven = provenAt === undefined ? '' : `, proven at ${provenAt} (${provenBlocks} blocks)`
  return `${state}${proven}${reason === undefined ? '' : `  ${printable(reason)}`}`
}

/** Only what is not as it should be; most of a good archive's bundles say nothing here. */
export function listedRulesText({ rules, missed }: ListedRules): string {
  if (rules === 'none' || rules === 'kept') return ''
  const why = missed.map(({ rule, wanted, has }) => `${has} of ${wanted} ${rule} proven`).join(', ')
  return `\n             rules: ${rules}  (${why}${rules === 'unproven' ? '; an audit may show more' : ''})`
}

export function engineText(engine: Extract<Event, { event: 'engine' }>): string {
  const { name, kind, where, operator, country, runBy, pinned, accepted, broken, due } = engine
  const by = [operator, country, runBy].filter((word) => word !== '').join(', ')
  const counts = `${pinned} pinned, ${accepted} accepted, ${broken} broken, ${due} due`
  return `${name}  ${kind}  ${printable(where)}${by === '' ? '' : `  (${printable(by)})`}  ${counts}`
}

export function placeText(place: Extract<Event, { event: 'place' }>): string {
  const { name, bundles, checked, bad, missing, absent, unpinned, below, holder, contradicted } = place
  const more = [
    ...(absent === 0 ? [] : [`${absent} bundles are not there`]),
    ...(unpinned === 0 ? [] : [`${unpinned} bundles no longer kept`]),
    ...(below === 0 ? [] : [`${below} bundles in too few copies`]),
    ...(contradicted === 0 ? [] : [`${contradicted} bundles that its holder signed for`]),
    ...(holder === 'wrong' ? ['its note of holdings is not what it should be'] : []),
  ]
  const read = `${checked} blocks of ${bundles} bundles read, ${bad} bad, ${missing} missing`
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
