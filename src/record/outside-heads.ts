import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { Problem } from '../model/errors.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { compareHeads } from './compare-heads.ts'

/** Somewhere outside the home that may remember a newer head of this log than the home does. */
export interface OutsideHead {
  /** For messages: an address that the operator configured, or "the record in the state directory". */
  readonly name: string
  /** On this computer: it has no reason not to answer, so when it cannot be read, nothing may be signed. */
  readonly local: boolean
  /** The newest checkpoint note there; undefined when there is none yet. May throw when it does not answer. */
  read(signal: AbortSignal): Promise<Uint8Array | undefined>
}

export interface OutsideCheck {
  readonly places: readonly OutsideHead[]
  readonly policy: Policy
  readonly primitives: Primitives
  /** For each place on its own: one that stalls counts as one that does not answer. */
  readonly timeoutMs: number
}

const BEHIND =
  'this home is an older copy: run `holdfast manifest recover --from URL|DIR` with a copy of the longer log before anything is signed'

/**
 * A restored backup cannot see itself (manifest-v1 §10.2): before signing, asks every place outside the home for the newest
 * head that this log ever signed.
 *
 * @param own - the newest head that this home remembers to have signed.
 * @param rootAt - root of the own log at a size that it has.
 * @returns what did not answer; the caller decides, as `announce` does, whether that is enough.
 * @throws {RecordError} `HEAD_BEHIND` when a larger head exists, `HEAD_FORKED` when one contradicts the own log;
 * whatever a local place throws.
 */
export async function checkOutsideHeads(
  own: TreeHead | undefined,
  rootAt: (size: number) => Uint8Array,
  { places, policy, primitives, timeoutMs }: OutsideCheck,
): Promise<readonly Problem[]> {
  const silent: Problem[] = []
  for (const place of places) {
    let note: Uint8Array | undefined
    try {
      note = await place.read(AbortSignal.timeout(timeoutMs))
    } catch (error) {
      if (place.local) throw error
      silent.push({
        code: 'HEAD_UNSURE',
        message: `${place.name} did not tell its newest head: ${error instanceof Error ? error.message : 'no answer'}`,
      })
      continue
    }
    if (note === undefined) continue
    // A note that our own key did not sign says nothing about what we signed.
    const { checkpoint } = verifyCheckpoint(primitives, policy, note)
    compareHeads(place.name, own, checkpoint, rootAt, BEHIND)
  }
  return silent
}

/**
 * The same place, asked at most once in a while: a run looks before it sequences and again before it signs, and a line that
 * does not answer must not be waited for twice.
 *
 * @param keptMs - how long an answer, or its failure, counts.
 */
export function askedOnceIn(place: OutsideHead, keptMs: number): OutsideHead {
  let last: { readonly at: number; readonly answer: ReturnType<OutsideHead['read']> } | undefined
  return {
    ...place,
    read(signal) {
      if (last === undefined || performance.now() - last.at > keptMs) {
        last = { at: performance.now(), answer: place.read(signal) }
      }
      return last.answer
    },
  }
}
