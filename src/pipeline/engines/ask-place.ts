import type { Problem } from '../../model/errors.ts'
import { EMBEDDED } from '../../replicate/embedded.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'

/** A place that itself says less than it once promised. */
export interface Retraction {
  /** `unpinned`: it keeps nothing of it by promise. `below`: it has it, in fewer copies than it was asked for. */
  readonly kind: 'unpinned' | 'below'
  readonly fault: Problem
}

/**
 * Asks a place whether it still says that it has a bundle: what is no longer pinned can be whole today and swept away tomorrow.
 * Nothing when it does, and for places that promise nothing: the own files, and mirrors of others.
 *
 * @throws {ReplicateError} when the place cannot be asked now.
 */
export async function askPlace(
  place: PinEngine,
  { id, root }: { readonly id: string; readonly root: string },
  signal: AbortSignal,
): Promise<Retraction | undefined> {
  if (place.name === EMBEDDED || place.isReadOnly === true) return undefined
  const hint = 'the next `holdfast publish` brings it there again'
  const gone = (why: string): Retraction => ({
    kind: 'unpinned',
    fault: { code: 'AUDIT_UNPINNED', message: `${place.name} no longer keeps ${id}${why}`, hint },
  })
  try {
    const state = await place.status(root, signal)
    if (state === 'pinned') return undefined
    if (state === 'absent') return gone('')
    const message = `${place.name} has ${id} in fewer copies than it was asked for`
    return { kind: 'below', fault: { code: 'AUDIT_BELOW', message, hint } }
  } catch (error) {
    if (error instanceof ReplicateError && (error.code === 'ENGINE_REFUSED' || error.code === 'ENGINE_FULL'))
      return gone(`: ${error.message}`)
    throw error
  }
}
