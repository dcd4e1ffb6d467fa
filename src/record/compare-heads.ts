import type { TreeHead } from '../model/tree-head.ts'
import { RecordError } from './errors.ts'

/**
 * Compares a signed head that was found somewhere with what this home remembers.
 *
 * @param place - where it was found, for the message.
 * @param own - the newest head that this home remembers.
 * @param rootAt - root of the own log at a size that it has.
 * @param hint - what to do about a head that is larger than the own one.
 * @throws {RecordError} `HEAD_BEHIND` when it is larger, `HEAD_FORKED` when it contradicts the own log.
 */
export function compareHeads(
  place: string,
  own: TreeHead | undefined,
  seen: TreeHead,
  rootAt: (size: number) => Uint8Array,
  hint: string,
): void {
  const ownSize = own?.size ?? 0
  if (seen.size > ownSize) {
    const message = `${place} has a signed head of ${seen.size} statements, this home remembers ${ownSize}`
    throw new RecordError('HEAD_BEHIND', message, { hint })
  }
  if (seen.size > 0 && Buffer.compare(rootAt(seen.size), seen.root) !== 0) {
    const message = `${place} has a signed head of ${seen.size} statements that contradicts this home`
    throw new RecordError('HEAD_FORKED', message, {
      hint: 'somebody else signs with this key, or two copies of this home were used: stop, keep both, and ask your approvers',
    })
  }
}
