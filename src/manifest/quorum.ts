/** The rule that tells which cosigners are enough: a tree of groups over witnesses, by their names within a policy. */
export interface QuorumRule {
  readonly groups: readonly PolicyGroup[]
  /** Name of a witness or group, or `none`. */
  readonly quorum: string
}

/** So many of these members must have cosigned; a member is a witness or a group that stands above. */
export interface PolicyGroup {
  readonly name: string
  /** 1 to the number of members. */
  readonly threshold: number
  readonly members: readonly string[]
}

/** The predefined quorum that asks for no cosignature. @see C2SP tlog-policy */
export const NO_QUORUM = 'none'

/** Tells whether the witnesses of these names satisfy the rule. Groups stand in the order of their definition. */
export function isQuorumMet(rule: QuorumRule, cosigned: ReadonlySet<string>): boolean {
  if (rule.quorum === NO_QUORUM) return true
  const met = new Set(cosigned)
  for (const { name, threshold, members } of rule.groups) {
    if (members.filter((member) => met.has(member)).length >= threshold) met.add(name)
  }
  return met.has(rule.quorum)
}
