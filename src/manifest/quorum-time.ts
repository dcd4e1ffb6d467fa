import type { Policy } from './policy.ts'
import { isQuorumMet, NO_QUORUM } from './quorum.ts'
import type { Cosignature } from './verify-checkpoint.ts'

/**
 * The latest time at which a quorum had seen the head: one lying witness cannot make it newer, nor can one with a wrong clock.
 * Where no quorum is asked for, the newest time that any witness states.
 *
 * @param cosignatures - verified, one a witness.
 * @returns POSIX seconds; undefined when no quorum says when it saw the head.
 */
export function quorumTime(policy: Policy, cosignatures: readonly Cosignature[]): number | undefined {
  const dated = cosignatures.flatMap(({ witness, time }) => (time === undefined ? [] : [{ witness, time }]))
  const seen = new Set<string>()
  for (const { witness, time } of dated.sort((a, b) => b.time - a.time)) {
    seen.add(witness)
    if (policy.quorum === NO_QUORUM || isQuorumMet(policy, seen)) return time
  }
  return undefined
}
