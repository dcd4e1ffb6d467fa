import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { Problem } from '../model/errors.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { RecordError } from './errors.ts'

/** Somewhere outside the home that may remember a newer head of this log than the home does. */
export interface OutsideHead {
  /** For messages: an address that the operator configured, or "the record in the state directory". */
  readonly name: string
  /** The newest checkpoint note there; undefined when there is none yet. May throw when it does not answer. */
  read(signal: AbortSignal): Promise<Uint8Array | undefined>
}

export interface OutsideCheck {
  readonly places: readonly OutsideHead[]
  readonly policy: Policy
  readonly primitives: Primitives
  readonly signal: AbortSignal
}

/**
 * A restored backup cannot see itself (MANIFEST.md 3): before signing, asks every place outside the home for the newest
 * head that this log ever signed.
 *
 * @param own - the newest head that this home remembers to have signed.
 * @param rootAt - root of the own log at a size that it has.
 * @returns what did not answer; the caller decides, as `announce` does, whether that is enough.
 * @throws {RecordError} `HEAD_BEHIND` when a larger head exists, `HEAD_FORKED` when one contradicts the own log.
 */
export async function checkOutsideHeads(
  own: TreeHead | undefined,
  rootAt: (size: number) => Uint8Array,
  { places, policy, primitives, signal }: OutsideCheck,
): Promise<readonly Problem[]> {
  const silent: Problem[] = []
  for (const place of places) {
    let note: Uint8Array | undefined
    try {
      note = await place.read(signal)
    } catch (error) {
      signal.throwIfAborted()
      silent.push({
        code: 'HEAD_UNSURE',
        message: `${place.name} did not tell its newest head: ${error instanceof Error ? error.message : 'no answer'}`,
      })
      continue
    }
    if (note === undefined) continue
    // A note that our own key did not sign says nothing about what we signed.
    const { checkpoint } = verifyCheckpoint(primitives, policy, note)
    compare(place.name, own, checkpoint, rootAt)
  }
  return silent
}

function compare(place: string, own: TreeHead | undefined, seen: TreeHead, rootAt: (size: number) => Uint8Array): void {
  if (seen.size > (own?.size ?? 0)) {
    throw new RecordError(
      'HEAD_BEHIND',
      `${place} has a signed head of ${seen.size} statements, this home remembers ${own?.size ?? 0}`,
      {
        hint: 'this home is an older copy: run `holdfast manifest recover --from URL|DIR` with a copy of the longer log before anything is signed',
      },
    )
  }
  if (seen.size > 0 && Buffer.compare(rootAt(seen.size), seen.root) !== 0) {
    throw new RecordError(
      'HEAD_FORKED',
      `${place} has a signed head of ${seen.size} statements that contradicts this home`,
      {
        hint: 'somebody else signs with this key, or two copies of this home were used: stop, keep both, and ask your approvers',
      },
    )
  }
}
