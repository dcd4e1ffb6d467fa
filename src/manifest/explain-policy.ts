import type { Policy } from './policy.ts'
import { NO_QUORUM, type PolicyGroup } from './quorum.ts'
import { ED25519 } from './vkey.ts'

/** What a policy asks for, in words for people and in numbers. */
export interface PolicyExplained {
  /** Sentences, one a line. */
  readonly lines: readonly string[]
  /** The fewest witnesses with whom a head is accepted; 0 where none is needed. */
  readonly fewest: number
  /** The fewest silent witnesses with whom no head is accepted any more; 0 where none is needed. */
  readonly stops: number
}

/** Says who has to sign, and what follows for those who rely on it. */
export function explainPolicy(policy: Policy): PolicyExplained {
  const { fewest, stops } = weigh(policy, policy.quorum)
  const lines =
    policy.logs.length === 0 ? ['This policy names no log, so it accepts nothing.'] : sentencesOf(policy, fewest, stops)
  return { lines, fewest, stops }
}

function sentencesOf(policy: Policy, fewest: number, stops: number): string[] {
  const origins = [...new Set(policy.logs.map(({ key }) => key.name))]
  const whole = origins.length === 1 ? `A head of ${origins[0]}` : 'A head of one of these logs'
  const head =
    policy.quorum === NO_QUORUM
      ? `${whole} is accepted when the log signed it:`
      : `${whole} is accepted when the log signed it`
  const keys = policy.logs.map(({ key, url }) => {
    const kind = key.type === ED25519 ? 'Ed25519' : 'ML-DSA-44'
    const at = url === undefined ? '' : `, said to be at ${url}`
    return `  log ${key.name}, key ${hexId(key.keyId)} (${kind})${at}`
  })
  if (policy.quorum === NO_QUORUM) {
    return [
      head,
      ...keys,
      ...(policy.logs.length > 1 && origins.length === 1 ? ['Any one of these keys is enough.'] : []),
      'No witness has to sign. Nobody but the publisher says how old a head is, and a publisher who shows other readers',
      'another history is not found out by this policy.',
      ...idle(policy),
    ]
  }
  return [
    head,
    ...keys,
    `and ${describe(policy, policy.quorum)}.`,
    `That is ${count(fewest, 'witness', 'witnesses')} at least, whose signatures say when it was seen.`,
    `While ${count(stops, 'witness is', 'of them are')} silent, no new head may be accepted; what was accepted stays.`,
    `To show you a false history somebody needs a key of the log and ${fewest === 1 ? 'that of one witness' : `those of ${fewest} witnesses`}.`,
    ...idle(policy),
  ]
}

/** Witnesses that the quorum does not reach. */
function idle(policy: Policy): string[] {
  const reached = reachedFrom(policy, policy.quorum)
  const others = policy.witnesses.filter(({ name }) => !reached.has(name)).map(({ name }) => name)
  return others.length === 0 ? [] : [`Shown when they sign, but not needed: ${others.join(', ')}.`]
}

function describe(policy: Policy, name: string): string {
  const group = groupOf(policy, name)
  if (group === undefined) {
    const witness = policy.witnesses.find((each) => each.name === name)
    return `the witness ${name}${witness === undefined || witness.key.name === name ? '' : ` (${witness.key.name})`} cosigned it`
  }
  return `${memberWords(policy, group)} cosigned it`
}

function memberWords(policy: Policy, { threshold, members }: PolicyGroup): string {
  const words = members.map((member) => {
    const below = groupOf(policy, member)
    return below === undefined ? member : `${member} (${memberWords(policy, below)})`
  })
  if (members.length === 1) return words.join('')
  const what = threshold === members.length ? 'all' : `at least ${threshold}`
  return `${what} of ${words.join(', ')}`
}

interface Weight {
  readonly fewest: number
  readonly stops: number
}

/** A name stands in at most one group, so the groups are a tree and the cheapest members can be added up. */
function weigh(policy: Policy, name: string): Weight {
  if (name === NO_QUORUM) return { fewest: 0, stops: 0 }
  const group = groupOf(policy, name)
  if (group === undefined) return { fewest: 1, stops: 1 }
  const members = group.members.map((member) => weigh(policy, member))
  const least = (values: readonly number[], many: number): number =>
    [...values]
      .sort((a, b) => a - b)
      .slice(0, many)
      .reduce((sum, value) => sum + value, 0)
  return {
    fewest: least(
      members.map(({ fewest }) => fewest),
      group.threshold,
    ),
    stops: least(
      members.map(({ stops }) => stops),
      members.length - group.threshold + 1,
    ),
  }
}

function reachedFrom(policy: Policy, name: string): ReadonlySet<string> {
  const group = groupOf(policy, name)
  return group === undefined
    ? new Set([name])
    : new Set(group.members.flatMap((member) => [...reachedFrom(policy, member)]))
}

function groupOf({ groups }: Policy, name: string): PolicyGroup | undefined {
  return groups.find((group) => group.name === name)
}

function hexId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0')
}

function count(many: number, one: string, more: string): string {
  return many === 1 ? `one ${one}` : `${many} ${more}`
}
